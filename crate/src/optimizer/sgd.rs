//! Gradient descent, with momentum, in Nesterov's form, with weight decay.
//!
//! Source: PyTorch 2.5 `SGD` without dampening. g ← g + λ·θ, b ← μ·b + g, then θ ← θ − lr·b, or θ ← θ − lr·(g + μ·b) in
//! Nesterov's form. The learning rate multiplies the momentum buffer. In Sutskever et al., "On the importance of initialization and
//! momentum in deep learning", ICML 2013, it is inside the buffer, which differs while the rate changes.

use crate::kernel::SgdUpdate;

/// The settings of gradient descent.
#[derive(Clone, Copy)]
pub struct Sgd {
    /// μ; 0 means no momentum and no momentum buffer
    pub momentum: f64,
    /// True if the momentum has Nesterov's form
    pub nesterov: bool,
    /// λ of the coupled decay
    pub weight_decay: f64,
}

impl Sgd {
    /// Returns the coefficients of one update.
    pub fn update(&self, learning_rate: f64, gradient_scale: f32) -> SgdUpdate {
        let momentum = self.momentum as f32;
        SgdUpdate {
            gradient_scale,
            decay: self.weight_decay as f32,
            momentum,
            direction: if self.nesterov { [1.0, momentum] } else { [0.0, 1.0] },
            learning_rate: learning_rate as f32,
        }
    }
}
