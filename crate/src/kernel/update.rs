//! The optimizers' updates of a run of parameters: the entries, and the numbers of one update that are the same for every
//! element. γ: what each gradient is multiplied by (clipping).
//!
//! Moments below 1e-30 become 0: wasm has no flush-to-zero, and arithmetic on denormals is many times slower.

use super::simd;

/// The numbers of one Adam update.
#[derive(Clone, Copy)]
pub struct AdamStep {
    /// γ
    pub gradient_scale: f32,
    /// β₁ and 1 − β₁
    pub beta1: [f32; 2],
    /// β₂ and 1 − β₂
    pub beta2: [f32; 2],
    /// Multiplies m: the learning rate with its bias corrections.
    pub step_size: f32,
    /// Multiplies √v: 1, or 1/√(1 − β₂ᵗ) where ε stands beside the corrected root.
    pub root_scale: f32,
    /// ε
    pub epsilon: f32,
    /// Multiplies θ first: 1 − lr·λ (decoupled weight decay).
    pub decay: f32,
}

/// g ← γ·g; m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; θ ← θ·decay − step_size · m / (√v·root_scale + ε)
#[inline(never)]
pub fn adam(theta: &mut [f32], m: &mut [f32], v: &mut [f32], gradient: &[f32], step: AdamStep) {
    assert!(theta.len() == m.len() && theta.len() == v.len() && theta.len() == gradient.len());
    simd::adam(theta, m, v, gradient, step);
}

/// The numbers of one update by gradient descent.
#[derive(Clone, Copy)]
pub struct SgdStep {
    /// γ
    pub gradient_scale: f32,
    /// λ of the coupled decay
    pub decay: f32,
    /// μ
    pub momentum: f32,
    /// Multiplies g and b in the direction: (0, 1), or (1, μ) in Nesterov's form.
    pub direction: [f32; 2],
    /// lr
    pub learning_rate: f32,
}

/// g ← γ·g + λ·θ; b ← μ·b + g; θ ← θ − lr·(d₀·g + d₁·b). Without a buffer θ ← θ − lr·g.
#[inline(never)]
pub fn sgd(theta: &mut [f32], velocity: Option<&mut [f32]>, gradient: &[f32], step: SgdStep) {
    assert!(theta.len() == gradient.len());
    assert!(velocity.as_ref().is_none_or(|b| b.len() == gradient.len()));
    simd::sgd(theta, velocity, gradient, step);
}

/// The numbers of one RMSProp update.
#[derive(Clone, Copy)]
pub struct RmsPropStep {
    /// γ
    pub gradient_scale: f32,
    /// λ of the coupled decay
    pub decay: f32,
    /// α and 1 − α
    pub alpha: [f32; 2],
    /// ε
    pub epsilon: f32,
    /// μ
    pub momentum: f32,
    /// lr
    pub learning_rate: f32,
}

/// g ← γ·g + λ·θ; v ← α·v + (1 − α)·g²; b ← μ·b + g/(√v + ε); θ ← θ − lr·b. Without a buffer θ ← θ − lr·g/(√v + ε).
#[inline(never)]
pub fn rms_prop(
    theta: &mut [f32],
    v: &mut [f32],
    velocity: Option<&mut [f32]>,
    gradient: &[f32],
    step: RmsPropStep,
) {
    assert!(theta.len() == gradient.len() && v.len() == gradient.len());
    assert!(velocity.as_ref().is_none_or(|b| b.len() == gradient.len()));
    simd::rms_prop(theta, v, velocity, gradient, step);
}

/// Moments smaller than this are flushed to 0.
pub const TINY: f32 = 1e-30;
