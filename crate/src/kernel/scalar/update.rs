//! The optimizers' updates, one parameter at a time.

use crate::float::sqrt;
use crate::kernel::update::{AdamUpdate, RmsPropUpdate, SgdUpdate, TINY};

/// Replaces values near the denormals by 0. NaN stays NaN.
fn flush(x: f32) -> f32 {
    if x.abs() < TINY { 0.0 } else { x }
}

/// Does the same for a second moment, which is never negative.
fn flush_square(x: f32) -> f32 {
    if x < TINY { 0.0 } else { x }
}

pub fn adam(theta: &mut [f32], m: &mut [f32], v: &mut [f32], gradient: &[f32], s: AdamUpdate) {
    for (((theta, m), v), g) in theta.iter_mut().zip(m).zip(v).zip(gradient) {
        let g = g * s.gradient_scale;
        // m ← β₁·m + (1 − β₁)·g
        *m = flush(*m * s.beta1[0] + g * s.beta1[1]);
        // v ← β₂·v + (1 − β₂)·g²
        *v = flush_square(*v * s.beta2[0] + (g * g) * s.beta2[1]);
        // θ ← θ·decay − step_size · m / (√v·root_scale + ε)
        *theta = *theta * s.decay - *m * s.step_size / (sqrt(*v) * s.root_scale + s.epsilon);
    }
}

pub fn sgd(theta: &mut [f32], velocity: Option<&mut [f32]>, gradient: &[f32], s: SgdUpdate) {
    let Some(velocity) = velocity else {
        for (theta, g) in theta.iter_mut().zip(gradient) {
            // θ ← θ − lr·(γ·g + λ·θ)
            *theta -= (g * s.gradient_scale + *theta * s.decay) * s.learning_rate;
        }
        return;
    };
    for ((theta, b), g) in theta.iter_mut().zip(velocity).zip(gradient) {
        let g = g * s.gradient_scale + *theta * s.decay;
        // b ← μ·b + g
        *b = flush(*b * s.momentum + g);
        // θ ← θ − lr·(d₀·g + d₁·b)
        *theta -= (g * s.direction[0] + *b * s.direction[1]) * s.learning_rate;
    }
}

pub fn rms_prop(
    theta: &mut [f32],
    v: &mut [f32],
    velocity: Option<&mut [f32]>,
    gradient: &[f32],
    s: RmsPropUpdate,
) {
    // v ← α·v + (1 − α)·g², and g/(√v + ε) times a factor
    let scaled = |theta: f32, v: &mut f32, g: f32, factor: f32| {
        let g = g * s.gradient_scale + theta * s.decay;
        *v = flush_square(*v * s.alpha[0] + (g * g) * s.alpha[1]);
        g * factor / (sqrt(*v) + s.epsilon)
    };
    let Some(velocity) = velocity else {
        for ((theta, v), g) in theta.iter_mut().zip(v).zip(gradient) {
            // θ ← θ − lr·g/(√v + ε)
            *theta -= scaled(*theta, v, *g, s.learning_rate);
        }
        return;
    };
    for (((theta, v), b), g) in theta.iter_mut().zip(v).zip(velocity).zip(gradient) {
        // b ← μ·b + g/(√v + ε)
        *b = flush(*b * s.momentum + scaled(*theta, v, *g, 1.0));
        // θ ← θ − lr·b
        *theta -= *b * s.learning_rate;
    }
}
