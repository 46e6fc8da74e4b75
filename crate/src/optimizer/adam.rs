//! Adam, with decoupled weight decay.
//!
//! Source: Kingma & Ba, "Adam: a method for stochastic optimization", ICLR 2015; Loshchilov & Hutter, "Decoupled weight
//! decay regularization", ICLR 2019. Two forms, which differ in the position of ε:
//!
//! - TensorFlow's (1.15 `AdamOptimizer`): θ ← θ − lr·√(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε̂). Settings are rounded to f32 and 1 − β is
//!   computed in f32, as TensorFlow does; the second moment shows it (1.3e-5 relative for β₂ = 0.999).
//! - PyTorch's (2.5 `Adam`, `AdamW`): θ ← θ − lr/(1−β₁ᵗ) · m/(√v/√(1−β₂ᵗ) + ε), with 1 − β computed in f64.

use crate::float::sqrt64;
use crate::kernel::AdamUpdate;

/// The position of ε.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum EpsilonMode {
    /// Added to the root before bias correction (ε̂)
    TensorFlow,
    /// Added to the bias-corrected root
    Torch,
}

/// The settings of Adam.
#[derive(Clone, Copy)]
pub struct Adam {
    /// β₁ and β₂
    betas: [f64; 2],
    epsilon: f64,
    mode: EpsilonMode,
    /// λ of the decoupled decay
    weight_decay: f64,
}

impl Adam {
    /// Takes the settings as users write them.
    pub fn new(betas: [f64; 2], epsilon: f64, mode: EpsilonMode, weight_decay: f64) -> Adam {
        let betas = match mode {
            EpsilonMode::TensorFlow => betas.map(|beta| f64::from(beta as f32)),
            EpsilonMode::Torch => betas,
        };
        Adam { betas, epsilon, mode, weight_decay }
    }

    /// Advances the running products βᵗ by one and returns the coefficients of that update.
    pub fn update(&self, powers: &mut [f64; 2], learning_rate: f64, gradient_scale: f32) -> AdamUpdate {
        let Adam { betas: [beta1, beta2], epsilon, mode, weight_decay } = *self;
        *powers = [powers[0] * beta1, powers[1] * beta2];
        let correction1 = 1.0 - powers[0];
        let root_correction2 = sqrt64(1.0 - powers[1]);
        // 1 − β of an f32 β is rounded to f32 here, which gives TensorFlow's f32 subtraction.
        let pair = |beta: f64| [beta as f32, (1.0 - beta) as f32];
        let (step_size, root_scale) = match mode {
            EpsilonMode::TensorFlow => (learning_rate * root_correction2 / correction1, 1.0),
            EpsilonMode::Torch => (learning_rate / correction1, 1.0 / root_correction2),
        };
        AdamUpdate {
            gradient_scale,
            beta1: pair(beta1),
            beta2: pair(beta2),
            step_size: step_size as f32,
            root_scale: root_scale as f32,
            epsilon: epsilon as f32,
            decay: (1.0 - learning_rate * weight_decay) as f32,
        }
    }
}
