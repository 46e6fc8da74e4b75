//! Optimizers: a rule and its moments, and the one loop over the active parameters.

mod adam;
mod rms_prop;
mod sgd;

pub use adam::{Adam, EpsilonMode};
pub use rms_prop::RmsProp;
pub use sgd::Sgd;

use crate::buffer::{Buffer, push};
use crate::error::{Error, ErrorKind};
use crate::float::sqrt64;
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
    /// A bound of the moments' absolute values; infinite if the facade may have written them
    pub moments_bound: f64,
}

impl Optimizer {
    /// Creates an optimizer before its first update: all moments are 0.
    pub fn new(rule: Rule, arena_len: usize) -> Result<Optimizer, Error> {
        let count = match rule {
            Rule::Adam(_) => 2,
            Rule::Sgd(sgd) => usize::from(sgd.momentum > 0.0),
            Rule::RmsProp(rms_prop) => 1 + usize::from(rms_prop.momentum > 0.0),
        };
        let mut moments = Vec::new();
        for _ in 0..count {
            push(&mut moments, Buffer::zeros(arena_len, ErrorKind::Moments)?, ErrorKind::Moments)?;
        }
        Ok(Optimizer { rule, moments, products: [1.0; 2], moments_bound: 0.0 })
    }

    /// Updates the active parameters once, with gradients of this norm times `gradient_scale`. An update after which a parameter or a
    /// moment is NaN or infinite is an error, and then nothing has changed.
    pub fn update(
        &mut self,
        network: &mut Network,
        learning_rate: f64,
        norm: f64,
        gradient_scale: f32,
    ) -> Result<(), Error> {
        let mut products = self.products;
        let update = match &self.rule {
            Rule::Adam(adam) => Update::Adam(adam.update(&mut products, learning_rate, gradient_scale)),
            Rule::Sgd(sgd) => Update::Sgd(sgd.update(learning_rate, gradient_scale)),
            Rule::RmsProp(rms_prop) => Update::RmsProp(rms_prop.update(learning_rate, gradient_scale)),
        };
        let mut after = update.bounds(norm, [network.theta_bound, self.moments_bound]);
        if !are_safe(after) {
            // Earlier bounds may be far too large, so the values are measured.
            let largest = |arena: &Buffer| sqrt64(kernel::sum_of_squares(arena));
            after = update.bounds(
                norm,
                [largest(&network.theta), self.moments.iter().map(largest).fold(0.0, f64::max)],
            );
            if !are_safe(after) {
                self.rehearse(network, &update)?;
            }
        }
        [network.theta_bound, self.moments_bound] = after;
        self.products = products;
        for range in network.table.active_ranges(&network.active) {
            let theta = &mut network.theta[range.clone()];
            let gradient = &network.gradients[range.clone()];
            let mut moments = self.moments.iter_mut().map(|moments| &mut moments[range.clone()]);
            update.apply(theta, [moments.next(), moments.next()], gradient);
        }
        network.parameters_changed();
        Ok(())
    }

    /// Updates copies, a piece at a time, and returns an error with the first parameter that would not be finite after the update.
    #[inline(never)]
    fn rehearse(&self, network: &Network, update: &Update) -> Result<(), Error> {
        const PIECE: usize = 64;
        for (index, param) in network.table.iter().enumerate().filter(|&(index, _)| network.active[index]) {
            for start in param.range.clone().step_by(PIECE) {
                let range = start..param.range.end.min(start + PIECE);
                let mut copies = [[0.0; PIECE]; 3];
                let mut pieces = copies.each_mut().map(|copy| &mut copy[..range.len()]);
                let arenas = core::iter::once(&network.theta).chain(&self.moments);
                let mut count = 0;
                for (piece, arena) in pieces.iter_mut().zip(arenas) {
                    piece.copy_from_slice(&arena[range.clone()]);
                    count += 1;
                }
                let [theta, first, second] = pieces;
                let moments = [(count > 1).then_some(first), (count > 2).then_some(second)];
                update.apply(theta, moments, &network.gradients[range]);
                if !copies.iter().all(|copy| kernel::sum_of_squares(copy).is_finite()) {
                    return Err(Error::new(ErrorKind::Update, index as u64));
                }
            }
        }
        Ok(())
    }
}

impl Update {
    /// Updates a range of parameters.
    fn apply(&self, theta: &mut [f32], moments: [Option<&mut [f32]>; 2], gradient: &[f32]) {
        match (self, moments) {
            (Update::Adam(update), [Some(m), Some(v)]) => kernel::adam(theta, m, v, gradient, *update),
            (Update::Sgd(update), [velocity, _]) => kernel::sgd(theta, velocity, gradient, *update),
            (Update::RmsProp(update), [Some(v), velocity]) => {
                kernel::rms_prop(theta, v, velocity, gradient, *update);
            }
            // Not reached: `Optimizer::new` made the moments that the rule has.
            _ => {}
        }
    }

    /// Returns bounds of the absolute values of parameters and moments after the update, and of all
    /// intermediate values, from the norm of the gradients and the bounds before. They are loose, because one
    /// formula covers all rules. NaN and infinity mean unknown.
    #[inline(never)]
    fn bounds(&self, norm: f64, [theta, moments]: [f64; 2]) -> [f64; 2] {
        let (gradient_scale, coupled, decay, rate, epsilon) = match self {
            Update::Adam(update) => {
                (update.gradient_scale, 0.0, update.decay, update.step_size, update.epsilon)
            }
            Update::Sgd(update) => (update.gradient_scale, update.decay, 1.0, update.learning_rate, 1.0),
            Update::RmsProp(update) => {
                (update.gradient_scale, update.decay, 1.0, update.learning_rate, update.epsilon)
            }
        };
        let [rate, decay] = [rate, decay].map(|factor| f64::from(factor.abs().max(1.0)));
        let epsilon = f64::from(epsilon.min(1.0));
        let gradient = norm * f64::from(gradient_scale) + theta * f64::from(coupled);
        // m, v and b: the factors of the old moments are below 1.
        let moments = moments + gradient + gradient * gradient + gradient / epsilon;
        // Twice, because Nesterov's form adds g and b.
        [theta * decay + 2.0 * rate * moments / epsilon, moments]
    }
}

/// Returns true if values within these bounds are far from the largest `f32`.
fn are_safe(bounds: [f64; 2]) -> bool {
    bounds.iter().all(|&bound| bound < 1e38)
}
