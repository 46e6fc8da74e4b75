//! The basic recurrent cell: h_t = tanh(x_t·W_ih + h_{t-1}·W_hh + b_h).
//!
//! Source: Elman, "Finding structure in time", 1990; `BasicRNNCell` of TensorFlow 1.15, whose kernel [I+H, H] is W_ih above
//! W_hh; `torch.nn.RNN`, whose two biases are one here.

use super::{Cell, StepBackward, StepForward};
use crate::kernel;

/// The cell with one gate.
pub struct Tanh;

impl Cell for Tanh {
    const GATES: usize = 1;
    const SPLIT: bool = false;

    fn forward(step: StepForward<'_>) {
        // h_t = tanh(gates)
        kernel::tanh_into(step.h, step.gates);
    }

    fn backward(step: StepBackward<'_>) {
        // dgates = dh_t ⊙ (1 − h_t²)
        kernel::tanh_gradient_into(step.dgates_x, step.dh, step.h);
    }
}
