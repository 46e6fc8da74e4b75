//! Optimizers: a rule and its moments, and the one loop over the active parameters.

mod adam;
mod rms_prop;
mod sgd;

pub use adam::{Adam, EpsilonMode};
pub use rms_prop::RmsProp;
pub use sgd::Sgd;

use crate::buffer::Buffer;
use crate::error::{Error, ErrorKind};
use crate::kernel::{self, AdamUpdate, RmsPropUpdate, SgdUpdate};
use crate::network::Network;
use alloc::vec::Vec;

/// The update rule of an optimizer, with its settings.
#[derive(Clone, Copy)]
pub enum Rule {
    /// Adam and AdamW
    Adam(Adam),
    /// Gradient descent
    Sgd(Sgd),
    /// RMSProp
    RmsProp(RmsProp),
}

/// The coefficients of one update.
enum Update {
    /// Adam and AdamW
    Adam(AdamUpdate),
    /// Gradient descent
    Sgd(SgdUpdate),
    /// RMSProp
    RmsProp(RmsPropUpdate),
}

/// A rule and its state for one network.
pub struct Optimizer {
    rule: Rule,
    /// The arenas of moments, laid out like the parameters: m and v of Adam, v of RMSProp, then the momentum buffer
    pub moments: Vec<Buffer>,
    /// β₁ᵗ and β₂ᵗ of Adam as running products, which avoids a power function; 1 for other rules
    pub products: [f64; 2],
}

impl Optimizer {
    /// An optimizer before its first update: all moments are 0.
    pub fn new(rule: Rule, arena_len: usize) -> Result<Optimizer, Error> {
        let count = match rule {
            Rule::Adam(_) => 2,
            Rule::Sgd(sgd) => usize::from(sgd.momentum > 0.0),
            Rule::RmsProp(rms_prop) => 1 + usize::from(rms_prop.momentum > 0.0),
        };
        let mut moments = Vec::new();
        for _ in 0..count {
            moments.push(Buffer::zeros(arena_len, ErrorKind::Moments)?);
        }
        Ok(Optimizer { rule, moments, products: [1.0; 2] })
    }

    /// Updates the active parameters once, with gradients times `gradient_scale`.
    pub fn update(&mut self, network: &mut Network, learning_rate: f64, gradient_scale: f32) {
        let update = match &self.rule {
            Rule::Adam(adam) => Update::Adam(adam.update(&mut self.products, learning_rate, gradient_scale)),
            Rule::Sgd(sgd) => Update::Sgd(sgd.update(learning_rate, gradient_scale)),
            Rule::RmsProp(rms_prop) => Update::RmsProp(rms_prop.update(learning_rate, gradient_scale)),
        };
        for range in network.table.active_ranges(&network.active) {
            let theta = &mut network.theta[range.clone()];
            let gradient = &network.gradients[range.clone()];
            let mut moments = self.moments.iter_mut().map(|moments| &mut moments[range.clone()]);
            match (&update, moments.next(), moments.next()) {
                (Update::Adam(update), Some(m), Some(v)) => kernel::adam(theta, m, v, gradient, *update),
                (Update::Sgd(update), velocity, _) => kernel::sgd(theta, velocity, gradient, *update),
                (Update::RmsProp(update), Some(v), velocity) => {
                    kernel::rms_prop(theta, v, velocity, gradient, *update);
                }
                // Not reached: `new` made the moments that the rule has.
                _ => {}
            }
        }
        network.parameters_changed();
    }
}
