//! Optimizers: a rule and its moments, and the one loop over the active parameters.

mod adam;
mod rms_prop;
mod sgd;

pub use adam::{Adam, EpsilonMode};
pub use rms_prop::RmsProp;
pub use sgd::Sgd;

use crate::buffer::Buffer;
use crate::error::{Error, What};
use crate::kernel::{self, AdamStep, RmsPropStep, SgdStep};
use crate::network::Network;
use alloc::vec::Vec;

/// How parameters follow their gradients.
#[derive(Clone, Copy)]
pub enum Rule {
    /// Adam, AdamW
    Adam(Adam),
    /// Gradient descent
    Sgd(Sgd),
    /// RMSProp
    RmsProp(RmsProp),
}

/// The numbers of one update.
enum Step {
    Adam(AdamStep),
    Sgd(SgdStep),
    RmsProp(RmsPropStep),
}

/// A rule and its state for one network.
pub struct Optimizer {
    rule: Rule,
    /// In the order of the rule, each in that of the parameters
    pub moments: Vec<Buffer>,
    /// β₁ᵗ and β₂ᵗ of Adam as running products, so that no power function's last bits enter; else 1
    pub products: [f64; 2],
}

impl Optimizer {
    /// Moments 0, before the first step.
    pub fn new(rule: Rule, arena_len: usize) -> Result<Optimizer, Error> {
        let count = match rule {
            Rule::Adam(_) => 2,
            Rule::Sgd(sgd) => usize::from(sgd.momentum > 0.0),
            Rule::RmsProp(rms_prop) => 1 + usize::from(rms_prop.momentum > 0.0),
        };
        let mut moments = Vec::new();
        for _ in 0..count {
            moments.push(Buffer::zeros(arena_len, What::Moments)?);
        }
        Ok(Optimizer { rule, moments, products: [1.0; 2] })
    }

    /// One update of the active parameters with gradients times `gradient_scale`.
    pub fn step(&mut self, network: &mut Network, learning_rate: f64, gradient_scale: f32) {
        let step = match &self.rule {
            Rule::Adam(adam) => Step::Adam(adam.step(&mut self.products, learning_rate, gradient_scale)),
            Rule::Sgd(sgd) => Step::Sgd(sgd.step(learning_rate, gradient_scale)),
            Rule::RmsProp(rms_prop) => Step::RmsProp(rms_prop.step(learning_rate, gradient_scale)),
        };
        for range in network.table.runs(&network.active) {
            let theta = &mut network.theta[range.clone()];
            let gradient = &network.gradients[range.clone()];
            let mut moments = self.moments.iter_mut().map(|moments| &mut moments[range.clone()]);
            match (&step, moments.next(), moments.next()) {
                (Step::Adam(step), Some(m), Some(v)) => kernel::adam(theta, m, v, gradient, *step),
                (Step::Sgd(step), velocity, _) => kernel::sgd(theta, velocity, gradient, *step),
                (Step::RmsProp(step), Some(v), velocity) => {
                    kernel::rms_prop(theta, v, velocity, gradient, *step);
                }
                // `new` made the moments that the rule has.
                _ => {}
            }
        }
        network.parameters_changed();
    }
}
