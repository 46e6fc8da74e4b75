//! The parts of a training step: forward, loss and BPTT; clip and update.

use crate::bptt::{Seeds, bptt};
use crate::clip::{clip_factor, global_norm};
use crate::error::{Error, What};
use crate::forward::forward;
use crate::loss::{Reduction, sequence_loss};
use crate::network::Network;
use crate::optimizer::Optimizer;
use crate::workspace::Workspace;

/// Loss and all gradients of the current batch, with the dropout masks of a step; the gradients added to those that stand there, or
/// in their place.
pub fn gradients(
    network: &mut Network,
    ws: &mut Workspace,
    reduction: Reduction,
    accumulate: bool,
    dropout_step: Option<u64>,
) -> f64 {
    forward(network, ws, dropout_step);
    let loss = sequence_loss(network, ws, reduction, true);
    bptt(network, ws, Seeds::Loss, accumulate);
    loss
}

/// All gradients from seeds that the caller has written. Drops nothing: the caller's loss has seen what `forward` gives.
pub fn backward(network: &mut Network, ws: &mut Workspace, accumulate: bool) {
    forward(network, ws, None);
    bptt(network, ws, Seeds::Given, accumulate);
}

/// One update from the gradients as they stand. Returns their norm before clipping. A gradient that is not finite is an error, and
/// then nothing has changed.
pub fn apply(
    network: &mut Network,
    optimizer: &mut Optimizer,
    learning_rate: f64,
    clip: f64,
) -> Result<f64, Error> {
    let norm = global_norm(network)?;
    optimizer.step(network, learning_rate, clip_factor(norm, clip));
    Ok(norm)
}

/// A loss that is not finite is an error.
pub fn check_loss(loss: f64) -> Result<(), Error> {
    if loss.is_finite() { Ok(()) } else { Err(Error::new(What::Loss, 0)) }
}
