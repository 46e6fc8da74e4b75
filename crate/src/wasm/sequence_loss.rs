//! The loss of `sequenceLoss`.

use crate::error::ErrorKind;
use crate::sequence_loss::SequenceLoss;
use crate::wasm::enumerations::{RawAxis, RawSequenceLossBuffer};
use crate::wasm::handle::{Borrowed, Owned};
use wasm_bindgen::prelude::*;

/// Creates buffers for the loss of (B, T, V).
#[wasm_bindgen]
pub fn sequence_loss_new(batch: usize, time: usize, classes: usize) -> Owned<SequenceLoss> {
    Owned::new(SequenceLoss::new(batch, time, classes), ErrorKind::SequenceLoss)
}

/// Frees the buffers.
#[wasm_bindgen]
pub fn sequence_loss_free(loss: Owned<SequenceLoss>) {
    drop(loss);
}

/// Returns the byte address of a buffer.
#[wasm_bindgen]
pub fn sequence_loss_address(loss: Borrowed<SequenceLoss>, buffer: usize) -> usize {
    match RawSequenceLossBuffer::from_number(buffer) {
        RawSequenceLossBuffer::Logits => loss.logits.as_ptr() as usize,
        RawSequenceLossBuffer::Targets => loss.targets.as_ptr() as usize,
        RawSequenceLossBuffer::Weights => loss.weights.as_ptr() as usize,
        RawSequenceLossBuffer::Result => loss.result.as_ptr() as usize,
    }
}

/// Computes the loss, with a `RawAxis` for time and one for the batch. Returns the number of results.
#[wasm_bindgen]
pub fn sequence_loss_compute(mut loss: Borrowed<SequenceLoss>, over_time: usize, over_batch: usize) -> usize {
    loss.compute(RawAxis::from_number(over_time).into(), RawAxis::from_number(over_batch).into())
}

/// Returns the last result in double precision: the loss, if no axis is kept.
#[wasm_bindgen]
pub fn sequence_loss_last(loss: Borrowed<SequenceLoss>) -> f64 {
    loss.last
}
