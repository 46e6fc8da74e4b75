//! Adam, with decoupled weight decay.
//!
//! Source: Kingma & Ba, "Adam: a method for stochastic optimization", ICLR 2015; Loshchilov & Hutter, "Decoupled weight
//! decay regularization", ICLR 2019. Two forms, which differ in where ε stands:
//!
//! - TensorFlow's (1.15 `AdamOptimizer`): θ ← θ − lr·√(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε̂). Settings are rounded to f32 and 1 − β is
//!   computed in f32, as TensorFlow does; the second moment shows it (1.3e-5 relative for β₂ = 0.999).
//! - PyTorch's (2.5 `Adam`, `AdamW`): θ ← θ − lr/(1−β₁ᵗ) · m/(√v/√(1−β₂ᵗ) + ε), with 1 − β computed in f64.

use crate::buffer::Buffer;
use crate::error::Error;
use crate::kernel::{self, AdamStep};
use crate::network::Network;

/// Where ε stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum EpsilonMode {
    /// Beside the uncorrected root (ε̂)
    TensorFlow,
    /// Beside the bias-corrected root
    Torch,
}

/// The settings that stay.
#[derive(Clone, Copy)]
pub struct AdamConfig {
    /// β₁
    pub beta1: f64,
    /// β₂
    pub beta2: f64,
    /// ε
    pub epsilon: f64,
    /// Which form
    pub mode: EpsilonMode,
    /// λ of the decoupled decay
    pub weight_decay: f64,
}

/// An optimizer's state for one network.
pub struct Adam {
    config: AdamConfig,
    /// First moments, in the order of the parameters
    pub m: Buffer,
    /// Second moments
    pub v: Buffer,
    /// β₁ᵗ and β₂ᵗ as running products, so that no power function's last bits enter
    powers: [f64; 2],
}

impl Adam {
    /// Moments 0, before the first step.
    pub fn new(mut config: AdamConfig, arena_len: usize) -> Result<Adam, Error> {
        if config.mode == EpsilonMode::TensorFlow {
            config.beta1 = f64::from(config.beta1 as f32);
            config.beta2 = f64::from(config.beta2 as f32);
        }
        let what = "the optimizer's moments";
        Ok(Adam {
            config,
            m: Buffer::zeros(arena_len, what)?,
            v: Buffer::zeros(arena_len, what)?,
            powers: [1.0; 2],
        })
    }

    /// One update of the active parameters with gradients times `gradient_scale`.
    pub fn step(&mut self, network: &mut Network, learning_rate: f64, gradient_scale: f32) {
        let step = self.advance(learning_rate, gradient_scale);
        for (param, _) in network.table.iter().zip(&network.active).filter(|&(_, &active)| active) {
            let range = param.range.clone();
            kernel::adam(
                &mut network.theta[range.clone()],
                &mut self.m[range.clone()],
                &mut self.v[range.clone()],
                &network.gradients[range],
                step,
            );
        }
        network.parameters_changed();
    }

    /// t ← t + 1, and the numbers of that step.
    fn advance(&mut self, learning_rate: f64, gradient_scale: f32) -> AdamStep {
        let AdamConfig { beta1, beta2, epsilon, mode, weight_decay } = self.config;
        self.powers = [self.powers[0] * beta1, self.powers[1] * beta2];
        let correction1 = 1.0 - self.powers[0];
        let root_correction2 = (1.0 - self.powers[1]).sqrt();
        // 1 − β of an f32 β is rounded to f32 on the way into the step, which is TensorFlow's f32 subtraction.
        let pair = |beta: f64| [beta as f32, (1.0 - beta) as f32];
        let (step_size, root_scale) = match mode {
            EpsilonMode::TensorFlow => (learning_rate * root_correction2 / correction1, 1.0),
            EpsilonMode::Torch => (learning_rate / correction1, 1.0 / root_correction2),
        };
        AdamStep {
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
