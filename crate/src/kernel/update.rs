//! The optimizers' updates of a range of parameters: the entry points, and the coefficients of one update that all elements share.
//! γ is the factor of each gradient (clipping).
//!
//! Moments below 1e-30 become 0, because wasm cannot flush denormals to zero, and arithmetic on them is many times slower.

use super::simd;

/// The coefficients of one Adam update.
#[derive(Clone, Copy)]
pub struct AdamUpdate {
    /// γ
    pub gradient_scale: f32,
    /// β₁ and 1 − β₁
    pub beta1: [f32; 2],
    /// β₂ and 1 − β₂
    pub beta2: [f32; 2],
    /// Factor of m: the learning rate with its bias corrections
    pub step_size: f32,
    /// Factor of √v: 1, or 1/√(1 − β₂ᵗ) where ε is added to the corrected root
    pub root_scale: f32,
    /// ε
    pub epsilon: f32,
    /// Factor of θ before the update: 1 − lr·λ (decoupled weight decay)
    pub decay: f32,
}

/// g ← γ·g; m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; θ ← θ·decay − step_size · m / (√v·root_scale + ε)
#[inline(never)]
pub fn adam(theta: &mut [f32], m: &mut [f32], v: &mut [f32], gradient: &[f32], update: AdamUpdate) {
    assert!(theta.len() == m.len() && theta.len() == v.len() && theta.len() == gradient.len());
    simd::adam(theta, m, v, gradient, update);
}

/// The coefficients of one update by gradient descent.
#[derive(Clone, Copy)]
pub struct SgdUpdate {
    /// γ
    pub gradient_scale: f32,
    /// λ of the coupled decay
    pub decay: f32,
    /// μ
    pub momentum: f32,
    /// Factors d₀ of g and d₁ of b: (0, 1), or (1, μ) in Nesterov's form
    pub direction: [f32; 2],
    /// lr
    pub learning_rate: f32,
}

/// g ← γ·g + λ·θ; b ← μ·b + g; θ ← θ − lr·(d₀·g + d₁·b). Without `velocity`, the buffer b, θ ← θ − lr·g.
#[inline(never)]
pub fn sgd(theta: &mut [f32], velocity: Option<&mut [f32]>, gradient: &[f32], update: SgdUpdate) {
    assert!(theta.len() == gradient.len());
    assert!(velocity.as_ref().is_none_or(|b| b.len() == gradient.len()));
    simd::sgd(theta, velocity, gradient, update);
}

/// The coefficients of one RMSProp update.
#[derive(Clone, Copy)]
pub struct RmsPropUpdate {
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

/// g ← γ·g + λ·θ; v ← α·v + (1 − α)·g²; b ← μ·b + g/(√v + ε); θ ← θ − lr·b. Without `velocity`, the
/// buffer b, θ ← θ − lr·g/(√v + ε).
#[inline(never)]
pub fn rms_prop(
    theta: &mut [f32],
    v: &mut [f32],
    velocity: Option<&mut [f32]>,
    gradient: &[f32],
    update: RmsPropUpdate,
) {
    assert!(theta.len() == gradient.len() && v.len() == gradient.len());
    assert!(velocity.as_ref().is_none_or(|b| b.len() == gradient.len()));
    simd::rms_prop(theta, v, velocity, gradient, update);
}

/// Moments smaller than this become 0.
pub const TINY: f32 = 1e-30;
