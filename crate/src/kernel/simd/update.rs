//! The optimizers' updates in four lanes: one loop, and a formula for each rule.

use super::{part, store_part};
use crate::kernel::update::{AdamUpdate, RmsPropUpdate, SgdUpdate, TINY};
use crate::lanes::F32x4;

/// Computes (θ and its moments) ← f(θ and its moments, g) in fours. The last elements pass through a padded
/// four, so there is only one formula.
#[inline(always)]
fn update<const N: usize>(
    state: [&mut [f32]; N],
    gradient: &[f32],
    f: impl Fn([F32x4; N], F32x4) -> [F32x4; N],
) {
    let (g4, g_rest) = gradient.as_chunks::<4>();
    let mut state = state.map(|x| x.as_chunks_mut::<4>());
    // Cut to the same length, so that the loop needs no check.
    let n = g4.len();
    let mut fours = state.each_mut().map(|(x4, _)| &mut x4[..n]);
    for i in 0..n {
        let next = f(fours.each_ref().map(|x| F32x4::load(&x[i])), F32x4::load(&g4[i]));
        for (x, next) in fours.iter_mut().zip(next) {
            next.store(&mut x[i]);
        }
    }
    if !g_rest.is_empty() {
        let next = f(state.each_ref().map(|(_, rest)| padded(rest)), padded(g_rest));
        for ((_, rest), next) in state.iter_mut().zip(next) {
            store_padded(rest, next);
        }
    }
}

/// Loads the last elements. It is a separate function, because each array of each rule needs it.
#[inline(never)]
fn padded(x: &[f32]) -> F32x4 {
    part(x)
}

/// Stores the last elements. It is a separate function for the same reason.
#[inline(never)]
fn store_padded(to: &mut [f32], from: F32x4) {
    store_part(to, from);
}

#[inline(always)]
fn flush(x: F32x4) -> F32x4 {
    x.zero_where(x.abs().less_than(F32x4::splat(TINY)))
}

#[inline(always)]
fn flush_square(x: F32x4) -> F32x4 {
    x.zero_where(x.less_than(F32x4::splat(TINY)))
}

/// Returns β·x + (1 − β)·y.
#[inline(always)]
fn blend(beta: [f32; 2], x: F32x4, y: F32x4) -> F32x4 {
    x.times(F32x4::splat(beta[0])).plus(y.times(F32x4::splat(beta[1])))
}

pub fn adam(theta: &mut [f32], m: &mut [f32], v: &mut [f32], gradient: &[f32], s: AdamUpdate) {
    let of = F32x4::splat;
    update([theta, m, v], gradient, |[theta, m, v], g| {
        let g = g.times(of(s.gradient_scale));
        // m ← β₁·m + (1 − β₁)·g
        let m = flush(blend(s.beta1, m, g));
        // v ← β₂·v + (1 − β₂)·g²
        let v = flush_square(blend(s.beta2, v, g.times(g)));
        // θ ← θ·decay − step_size · m / (√v·root_scale + ε)
        let root = v.sqrt().times(of(s.root_scale)).plus(of(s.epsilon));
        [theta.times(of(s.decay)).minus(m.times(of(s.step_size)).over(root)), m, v]
    });
}

pub fn sgd(theta: &mut [f32], velocity: Option<&mut [f32]>, gradient: &[f32], s: SgdUpdate) {
    let of = F32x4::splat;
    let decayed = |theta: F32x4, g: F32x4| g.times(of(s.gradient_scale)).plus(theta.times(of(s.decay)));
    match velocity {
        // θ ← θ − lr·(γ·g + λ·θ)
        None => {
            update(
                [theta],
                gradient,
                |[theta], g| [theta.minus(decayed(theta, g).times(of(s.learning_rate)))],
            )
        }
        Some(b) => update([theta, b], gradient, |[theta, b], g| {
            let g = decayed(theta, g);
            // b ← μ·b + g
            let b = flush(b.times(of(s.momentum)).plus(g));
            // θ ← θ − lr·(d₀·g + d₁·b)
            [theta.minus(blend(s.direction, g, b).times(of(s.learning_rate))), b]
        }),
    }
}

pub fn rms_prop(
    theta: &mut [f32],
    v: &mut [f32],
    velocity: Option<&mut [f32]>,
    gradient: &[f32],
    s: RmsPropUpdate,
) {
    let of = F32x4::splat;
    // v ← α·v + (1 − α)·g², and g/(√v + ε) times a factor
    let scaled = |theta: F32x4, v: F32x4, g: F32x4, factor: f32| {
        let g = g.times(of(s.gradient_scale)).plus(theta.times(of(s.decay)));
        let v = flush_square(blend(s.alpha, v, g.times(g)));
        (v, g.times(of(factor)).over(v.sqrt().plus(of(s.epsilon))))
    };
    match velocity {
        // θ ← θ − lr·g/(√v + ε)
        None => update([theta, v], gradient, |[theta, v], g| {
            let (v, change) = scaled(theta, v, g, s.learning_rate);
            [theta.minus(change), v]
        }),
        Some(b) => update([theta, v, b], gradient, |[theta, v, b], g| {
            let (v, change) = scaled(theta, v, g, 1.0);
            // b ← μ·b + g/(√v + ε)
            let b = flush(b.times(of(s.momentum)).plus(change));
            // θ ← θ − lr·b
            [theta.minus(b.times(of(s.learning_rate))), v, b]
        }),
    }
}
