//! The basic recurrent cell: h_t = tanh(x_t·W_ih + h_{t-1}·W_hh + b_h).
//!
//! Source: Elman, "Finding structure in time", 1990; `BasicRNNCell` of TensorFlow 1.15, whose kernel [I+H, H] is W_ih above
//! W_hh; `torch.nn.RNN`, whose two biases are one here.

use super::{Backward, Cell, Forward, Layout, Product};
use crate::kernel;

/// The basic cell.
pub struct Tanh;

/// The layout of the basic cells: one block, to which both products are added.
pub const LAYOUT: Layout = Layout {
    gates: 1,
    blocks: 1,
    input: &[0],
    products: &[Product { first: 0, gates: 1, block: 0 }],
    recurrent_bias: None,
    has_cell_state: false,
};

impl Cell for Tanh {
    fn layout(&self) -> &'static Layout {
        &LAYOUT
    }

    fn forward(&self, _stage: usize, step: Forward<'_>) {
        // h_t = tanh(gates)
        kernel::tanh_into(step.h, step.gates);
    }

    fn backward(&self, _stage: usize, step: Backward<'_>) {
        // dgates = dh_t ⊙ (1 − h_t²)
        kernel::tanh_gradient_into(step.dgates, step.dh, step.h);
    }
}
