//! RMSProp, with momentum and weight decay.
//!
//! Source: Tieleman & Hinton, "Lecture 6.5: RMSProp", COURSERA 2012, in the form of PyTorch 2.5 `RMSprop` (not centered):
//! g ← g + λ·θ, v ← α·v + (1 − α)·g², b ← μ·b + g/(√v + ε), θ ← θ − lr·b. ε is added to the root; TensorFlow 1 adds it under the
//! root, and its v starts from 1.

use crate::kernel::RmsPropUpdate;

/// The settings of RMSProp.
#[derive(Clone, Copy)]
pub struct RmsProp {
    /// α
    pub alpha: f64,
    /// ε
    pub epsilon: f64,
    /// μ; 0 means no momentum and no momentum buffer
    pub momentum: f64,
    /// λ of the coupled decay
    pub weight_decay: f64,
}

impl RmsProp {
    /// Returns the coefficients of one update.
    pub fn update(&self, learning_rate: f64, gradient_scale: f32) -> RmsPropUpdate {
        RmsPropUpdate {
            gradient_scale,
            decay: self.weight_decay as f32,
            alpha: [self.alpha as f32, (1.0 - self.alpha) as f32],
            epsilon: self.epsilon as f32,
            momentum: self.momentum as f32,
            learning_rate: learning_rate as f32,
        }
    }
}
