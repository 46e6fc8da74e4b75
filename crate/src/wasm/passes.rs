//! The passes of a network: forward, loss, gradients and training steps.

use crate::forward::forward;
use crate::loss::sequence_loss;
use crate::train;
use crate::wasm::enumerations::{RawCost, RawReduction};
use crate::wasm::failure::{succeeded, value_or_nan};
use crate::wasm::handle::Borrowed;
use crate::wasm::network::{RawRnn, occupied};
use crate::workspace::Loss;
use wasm_bindgen::prelude::*;

/// Returns the number of the training pass, which decides the dropout masks. `None`, for a negative number,
/// means no dropout.
fn dropout(pass: f64) -> Option<u64> {
    (pass >= 0.0).then_some(pass as u64)
}

/// Sets the loss of the batch that follows: a `RawCost`, a `RawReduction`, the number of quantiles (1 for other losses) and whether
/// each target value has a separate weight.
#[wasm_bindgen]
pub fn rnn_set_loss(
    mut rnn: Borrowed<RawRnn>,
    cost: usize,
    reduction: usize,
    quantiles: usize,
    weighted_values: bool,
) {
    let cost = RawCost::from_number(cost).into();
    let reduction = RawReduction::from_number(reduction).into();
    rnn.loss = Loss { cost, reduction, quantiles, weighted_values };
}

/// Runs the forward pass without dropout. Hidden states, gates and cell states of all layers, the logits and the final state can be
/// read afterwards.
#[wasm_bindgen]
pub fn rnn_forward(mut rnn: Borrowed<RawRnn>) {
    let RawRnn { network, ws, .. } = &mut *rnn;
    forward(network, ws, None);
}

/// Returns a loss or metric of the last forward pass: a `RawCost` and a `RawReduction`.
#[wasm_bindgen]
pub fn rnn_loss(mut rnn: Borrowed<RawRnn>, cost: usize, reduction: usize) -> f64 {
    let RawRnn { network, ws, .. } = &mut *rnn;
    let (cost, reduction) = (RawCost::from_number(cost), RawReduction::from_number(reduction));
    sequence_loss(network, ws, cost.into(), reduction.into(), false)
}

/// Computes all gradients, with the dropout of training pass `dropout_pass`, none if negative. Returns the loss.
#[wasm_bindgen]
pub fn rnn_gradients(mut rnn: Borrowed<RawRnn>, accumulate: bool, dropout_pass: f64) -> f64 {
    let RawRnn { network, ws, .. } = &mut *rnn;
    train::gradients(network, ws, accumulate, dropout(dropout_pass))
}

/// Computes all gradients from those that the caller has written.
#[wasm_bindgen]
pub fn rnn_backward(mut rnn: Borrowed<RawRnn>, accumulate: bool) {
    let RawRnn { network, ws, .. } = &mut *rnn;
    train::backward(network, ws, accumulate);
}

/// Performs one training step, with the dropout of training pass `dropout_pass`, none if negative. Returns the loss before the update,
/// or NaN if it or a gradient is not finite, and then nothing has changed.
#[wasm_bindgen]
pub fn rnn_train_step(
    mut rnn: Borrowed<RawRnn>,
    slot: usize,
    learning_rate: f64,
    clip_norm: f64,
    dropout_pass: f64,
) -> f64 {
    let RawRnn { network, ws, optimizers, gradient_norm, .. } = &mut *rnn;
    let loss = train::gradients(network, ws, false, dropout(dropout_pass));
    let applied = train::check_loss(loss)
        .and_then(|()| train::apply(network, occupied(optimizers, slot), learning_rate, clip_norm));
    *gradient_norm = value_or_nan(applied);
    if gradient_norm.is_nan() { f64::NAN } else { loss }
}

/// Updates the parameters once from the present gradients. Returns their norm before clipping, or NaN if one is not finite, and then
/// nothing has changed.
#[wasm_bindgen]
pub fn rnn_apply_gradients(
    mut rnn: Borrowed<RawRnn>,
    slot: usize,
    learning_rate: f64,
    clip_norm: f64,
) -> f64 {
    let RawRnn { network, optimizers, gradient_norm, .. } = &mut *rnn;
    *gradient_norm =
        value_or_nan(train::apply(network, occupied(optimizers, slot), learning_rate, clip_norm));
    *gradient_norm
}

/// Returns the norm of the gradients of the last update, before clipping.
#[wasm_bindgen]
pub fn rnn_gradient_norm(rnn: Borrowed<RawRnn>) -> f64 {
    rnn.gradient_norm
}

/// Allocates memory for `rnn_keep_state` at the current shape. Returns true if there was memory.
#[wasm_bindgen]
pub fn rnn_reserve_kept_state(mut rnn: Borrowed<RawRnn>) -> bool {
    let RawRnn { network, ws, .. } = &mut *rnn;
    succeeded(ws.reserve_kept_state(network))
}

/// Keeps the final state for `rnn_restore_state`.
#[wasm_bindgen]
pub fn rnn_keep_state(mut rnn: Borrowed<RawRnn>) {
    let RawRnn { network, ws, .. } = &mut *rnn;
    ws.keep_state(network);
}

/// Copies the kept state to the initial state.
#[wasm_bindgen]
pub fn rnn_restore_state(mut rnn: Borrowed<RawRnn>) {
    let RawRnn { network, ws, .. } = &mut *rnn;
    ws.restore_state(network);
}
