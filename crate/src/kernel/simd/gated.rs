//! The element-wise parts of the cells in lanes: the same as `scalar/gated.rs`, four columns at a time.

use super::{Exp, Tanh, map, zip_into};
use crate::lanes::F32x4;

type Four = [f32; 4];

/// σ(x) = 1/(1 + e^{-x}), by e^{-|x|}, so that no side loses its relative precision.
#[derive(Clone, Copy)]
struct Sigmoid(Exp);

impl Sigmoid {
    #[inline(always)]
    fn of(&self, x: F32x4) -> F32x4 {
        let (zero, one) = (F32x4::splat(0.0), self.0.one);
        let e = self.0.of(zero.minus(x.abs()));
        F32x4::select(x.less_than(zero), e, one).over(one.plus(e))
    }
}

#[inline(always)]
fn one_minus(x: F32x4) -> F32x4 {
    F32x4::splat(1.0).minus(x)
}

/// σ' = σ(1 − σ)
#[inline(always)]
fn sigmoid_slope(y: F32x4) -> F32x4 {
    y.times(one_minus(y))
}

/// tanh' = 1 − tanh²
#[inline(always)]
fn tanh_slope(y: F32x4) -> F32x4 {
    one_minus(y.times(y))
}

pub fn multiply_into(y: &mut [f32], a: &[f32], b: &[f32]) {
    zip_into(y, a, b, F32x4::times);
}

pub fn multiply(y: &mut [f32], x: &[f32]) {
    map(y, x, F32x4::times);
}

pub fn relu_into(y: &mut [f32], x: &[f32]) {
    // Not max, which would drop NaN.
    map(y, x, |_, x| x.zero_where(x.less_than(F32x4::splat(0.0))));
}

pub fn relu_gradient_into(dx: &mut [f32], dy: &[f32], y: &[f32]) {
    let zero = F32x4::splat(0.0);
    // Where y is not positive it is 0, or NaN, which stays.
    zip_into(dx, dy, y, |dy, y| F32x4::select(zero.less_than(y), dy, y.times(zero)));
}

/// A row in fours.
#[inline(always)]
fn fours(row: &[f32], count: usize) -> &[Four] {
    &row.as_chunks::<4>().0[..count]
}

#[inline(always)]
fn fours_mut(row: &mut [f32], count: usize) -> &mut [Four] {
    &mut row.as_chunks_mut::<4>().0[..count]
}

/// The blocks of a row of gates, each in fours.
#[inline(always)]
fn blocks<const N: usize>(row: &[f32], hp: usize) -> [&[Four]; N] {
    core::array::from_fn(|block| fours(&row[block * hp..], hp / 4))
}

/// The same of three or four blocks, to be written.
#[inline(always)]
fn blocks3_mut(row: &mut [f32], hp: usize) -> [&mut [Four]; 3] {
    let (a, rest) = row.split_at_mut(hp);
    let (b, c) = rest.split_at_mut(hp);
    [fours_mut(a, hp / 4), fours_mut(b, hp / 4), fours_mut(c, hp / 4)]
}

#[inline(always)]
fn blocks4_mut(row: &mut [f32], hp: usize) -> [&mut [Four]; 4] {
    let (abc, d) = row.split_at_mut(3 * hp);
    let [a, b, c] = blocks3_mut(abc, hp);
    [a, b, c, fours_mut(d, hp / 4)]
}

/// Row `at` of a matrix of rows of Hp, in fours.
#[inline(always)]
fn row(x: &[f32], at: usize, hp: usize) -> &[Four] {
    fours(&x[at * hp..], hp / 4)
}

#[inline(always)]
fn row_mut(x: &mut [f32], at: usize, hp: usize) -> &mut [Four] {
    fours_mut(&mut x[at * hp..], hp / 4)
}

/// x ← σ(x). A loop of its own: the constants of σ and of tanh together are more than the registers.
#[inline(never)]
fn sigmoid_in_place(x: &mut [f32]) {
    let sigmoid = Sigmoid(Exp::new());
    for x in x.as_chunks_mut::<4>().0 {
        sigmoid.of(F32x4::load(x)).store(x);
    }
}

pub fn lstm_forward(hp: usize, gates: &mut [f32], c_prev: &[f32], c: &mut [f32], h: &mut [f32]) {
    let tanh = Tanh::new();
    for (b, gates) in gates.chunks_exact_mut(4 * hp).enumerate() {
        sigmoid_in_place(&mut gates[..2 * hp]);
        sigmoid_in_place(&mut gates[3 * hp..]);
        let [i4, f4, g4, o4] = blocks4_mut(gates, hp);
        let (c_prev, c, h) = (row(c_prev, b, hp), row_mut(c, b, hp), row_mut(h, b, hp));
        for at in 0..hp / 4 {
            let [i, f, o] = [&i4[at], &f4[at], &o4[at]].map(F32x4::load);
            let g = tanh.of(F32x4::load(&g4[at]));
            // c_t = f ⊙ c_{t-1} + i ⊙ g
            let c_t = f.times_plus(F32x4::load(&c_prev[at]), i.times(g));
            c_t.store(&mut c[at]);
            // h_t = o ⊙ tanh(c_t)
            o.times(tanh.of(c_t)).store(&mut h[at]);
            g.store(&mut g4[at]);
        }
    }
}

pub fn lstm_backward(
    hp: usize,
    dgates: &mut [f32],
    dc: &mut [f32],
    gates: &[f32],
    c_prev: &[f32],
    c: &[f32],
    dh: &[f32],
) {
    let tanh = Tanh::new();
    let rows = dgates.chunks_exact_mut(4 * hp).zip(gates.chunks_exact(4 * hp));
    for (b, (dgates, gates)) in rows.enumerate() {
        let [i4, f4, g4, o4] = blocks(gates, hp);
        let [di4, df4, dg4, do4] = blocks4_mut(dgates, hp);
        let (c_prev, c, dh, dc) = (row(c_prev, b, hp), row(c, b, hp), row(dh, b, hp), row_mut(dc, b, hp));
        for at in 0..hp / 4 {
            let [i, f, g, o] = [&i4[at], &f4[at], &g4[at], &o4[at]].map(F32x4::load);
            let dh = F32x4::load(&dh[at]);
            let c = tanh.of(F32x4::load(&c[at]));
            // dc_t = dc from later steps + dh ⊙ o ⊙ (1 − tanh²(c_t))
            let dc_t = dh.times(o).times_plus(tanh_slope(c), F32x4::load(&dc[at]));
            dc_t.times(g).times(sigmoid_slope(i)).store(&mut di4[at]);
            dc_t.times(F32x4::load(&c_prev[at])).times(sigmoid_slope(f)).store(&mut df4[at]);
            dc_t.times(i).times(tanh_slope(g)).store(&mut dg4[at]);
            dh.times(c).times(sigmoid_slope(o)).store(&mut do4[at]);
            // dc_{t-1} = dc_t ⊙ f
            dc_t.times(f).store(&mut dc[at]);
        }
    }
}

/// h_t = (1 − z) ⊙ n + z ⊙ h_{t-1}
#[inline(always)]
fn update(z: F32x4, n: F32x4, h_prev: F32x4) -> F32x4 {
    z.times_plus(h_prev, one_minus(z).times(n))
}

pub fn gru_forward(hp: usize, gates: &mut [f32], h_prev: &[f32], h: &mut [f32]) {
    let tanh = Tanh::new();
    for (b, gates) in gates.chunks_exact_mut(4 * hp).enumerate() {
        sigmoid_in_place(&mut gates[hp..3 * hp]);
        let [n4, r4, z4, hn4] = blocks4_mut(gates, hp);
        let (h_prev, h) = (row(h_prev, b, hp), row_mut(h, b, hp));
        for at in 0..hp / 4 {
            let [r, z] = [&r4[at], &z4[at]].map(F32x4::load);
            let n = tanh.of(r.times_plus(F32x4::load(&hn4[at]), F32x4::load(&n4[at])));
            update(z, n, F32x4::load(&h_prev[at])).store(&mut h[at]);
            n.store(&mut n4[at]);
        }
    }
}

pub fn gru_backward(
    hp: usize,
    dgates: &mut [f32],
    dh_prev: &mut [f32],
    gates: &[f32],
    h_prev: &[f32],
    dh: &[f32],
) {
    let rows = dgates.chunks_exact_mut(4 * hp).zip(gates.chunks_exact(4 * hp));
    for (b, (dgates, gates)) in rows.enumerate() {
        let [n4, r4, z4, hn4] = blocks(gates, hp);
        let [dn4, dr4, dz4, dhn4] = blocks4_mut(dgates, hp);
        let (h_prev, dh, dh_prev) = (row(h_prev, b, hp), row(dh, b, hp), row_mut(dh_prev, b, hp));
        for at in 0..hp / 4 {
            let [n, r, z, h_n] = [&n4[at], &r4[at], &z4[at], &hn4[at]].map(F32x4::load);
            let dh = F32x4::load(&dh[at]);
            let dn = dh.times(one_minus(z)).times(tanh_slope(n));
            dn.store(&mut dn4[at]);
            dn.times(h_n).times(sigmoid_slope(r)).store(&mut dr4[at]);
            dh.times(F32x4::load(&h_prev[at]).minus(n)).times(sigmoid_slope(z)).store(&mut dz4[at]);
            dn.times(r).store(&mut dhn4[at]);
            dh.times_plus(z, F32x4::load(&dh_prev[at])).store(&mut dh_prev[at]);
        }
    }
}

pub fn gru_reset_forward(hp: usize, gates: &mut [f32], h_prev: &[f32], reset_h: &mut [f32]) {
    let sigmoid = Sigmoid(Exp::new());
    for (b, gates) in gates.chunks_exact_mut(3 * hp).enumerate() {
        let [r4, z4, _] = blocks3_mut(gates, hp);
        let (h_prev, reset_h) = (row(h_prev, b, hp), row_mut(reset_h, b, hp));
        for at in 0..hp / 4 {
            let r = sigmoid.of(F32x4::load(&r4[at]));
            r.store(&mut r4[at]);
            sigmoid.of(F32x4::load(&z4[at])).store(&mut z4[at]);
            r.times(F32x4::load(&h_prev[at])).store(&mut reset_h[at]);
        }
    }
}

pub fn gru_update_forward(hp: usize, gates: &mut [f32], h_prev: &[f32], h: &mut [f32]) {
    let tanh = Tanh::new();
    for (b, gates) in gates.chunks_exact_mut(3 * hp).enumerate() {
        let [_, z4, n4] = blocks3_mut(gates, hp);
        let (h_prev, h) = (row(h_prev, b, hp), row_mut(h, b, hp));
        for at in 0..hp / 4 {
            let n = tanh.of(F32x4::load(&n4[at]));
            update(F32x4::load(&z4[at]), n, F32x4::load(&h_prev[at])).store(&mut h[at]);
            n.store(&mut n4[at]);
        }
    }
}

pub fn gru_update_backward(
    hp: usize,
    dgates: &mut [f32],
    dh_prev: &mut [f32],
    gates: &[f32],
    h_prev: &[f32],
    dh: &[f32],
) {
    let rows = dgates.chunks_exact_mut(3 * hp).zip(gates.chunks_exact(3 * hp));
    for (b, (dgates, gates)) in rows.enumerate() {
        let [_, z4, n4] = blocks(gates, hp);
        let [_, dz4, dn4] = blocks3_mut(dgates, hp);
        let (h_prev, dh, dh_prev) = (row(h_prev, b, hp), row(dh, b, hp), row_mut(dh_prev, b, hp));
        for at in 0..hp / 4 {
            let [z, n] = [&z4[at], &n4[at]].map(F32x4::load);
            let dh = F32x4::load(&dh[at]);
            dh.times(F32x4::load(&h_prev[at]).minus(n)).times(sigmoid_slope(z)).store(&mut dz4[at]);
            dh.times(one_minus(z)).times(tanh_slope(n)).store(&mut dn4[at]);
            dh.times_plus(z, F32x4::load(&dh_prev[at])).store(&mut dh_prev[at]);
        }
    }
}

pub fn gru_reset_backward(
    hp: usize,
    dgates: &mut [f32],
    dh_prev: &mut [f32],
    gates: &[f32],
    h_prev: &[f32],
    dreset_h: &[f32],
) {
    let rows = dgates.chunks_exact_mut(3 * hp).zip(gates.chunks_exact(3 * hp));
    for (b, (dgates, gates)) in rows.enumerate() {
        let (r4, dr4) = (row(gates, 0, hp), row_mut(dgates, 0, hp));
        let (h_prev, dreset_h, dh_prev) = (row(h_prev, b, hp), row(dreset_h, b, hp), row_mut(dh_prev, b, hp));
        for at in 0..hp / 4 {
            let (r, dreset_h) = (F32x4::load(&r4[at]), F32x4::load(&dreset_h[at]));
            dreset_h.times(F32x4::load(&h_prev[at])).times(sigmoid_slope(r)).store(&mut dr4[at]);
            dreset_h.times_plus(r, F32x4::load(&dh_prev[at])).store(&mut dh_prev[at]);
        }
    }
}
