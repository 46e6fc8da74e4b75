//! The parts of a training step: forward pass, loss and back-propagation; clipping and update.

use crate::bptt::{GradientSource, bptt};
use crate::clip::{clip_factor, global_norm};
use crate::error::{Error, ErrorKind};
use crate::forward::forward;
use crate::loss::sequence_loss;
use crate::network::Network;
use crate::optimizer::Optimizer;
use crate::workspace::{Loss, Workspace};

/// Computes the loss and all gradients of the current batch, with the dropout masks of training pass `dropout_pass`. The gradients
/// are added to the present ones if `accumulate`, and replace them otherwise. Returns the loss.
pub fn gradients(
    network: &mut Network,
    ws: &mut Workspace,
    accumulate: bool,
    dropout_pass: Option<u64>,
) -> f64 {
    forward(network, ws, dropout_pass);
    let Loss { cost, reduction, .. } = ws.shape.loss;
    let loss = sequence_loss(network, ws, cost, reduction, true);
    bptt(network, ws, GradientSource::Loss, accumulate);
    loss
}

/// Computes all gradients from those that the caller has written. There is no dropout, because the caller's loss saw the results of
/// `forward`, which has none.
pub fn backward(network: &mut Network, ws: &mut Workspace, accumulate: bool) {
    forward(network, ws, None);
    bptt(network, ws, GradientSource::Caller, accumulate);
}

/// Updates the parameters once from the present gradients and returns the norm of these before clipping. A gradient or a new
/// value that is not finite is an error, and then nothing has changed.
pub fn apply(
    network: &mut Network,
    optimizer: &mut Optimizer,
    learning_rate: f64,
    clip: f64,
) -> Result<f64, Error> {
    let norm = global_norm(network)?;
    optimizer.update(network, learning_rate, norm, clip_factor(norm, clip))?;
    Ok(norm)
}

/// Returns an error if the loss is not finite.
pub fn check_loss(loss: f64) -> Result<(), Error> {
    if loss.is_finite() { Ok(()) } else { Err(Error::new(ErrorKind::Loss, 0)) }
}
