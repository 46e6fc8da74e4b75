//! The basic recurrent cell with another nonlinearity: h_t = max(0, x_t·W_ih + h_{t-1}·W_hh + b_h).
//!
//! Source: Le, Jaitly, Hinton, "A simple way to initialize recurrent networks of rectified linear units", 2015;
//! `torch.nn.RNN(nonlinearity="relu")`, whose two biases are one here; `BasicRNNCell(activation=tf.nn.relu)`.

use super::{Backward, Cell, Forward, Layout, tanh};
use crate::kernel;

/// The basic cell with rectified linear units.
pub struct Relu;

impl Cell for Relu {
    fn layout(&self) -> &'static Layout {
        &tanh::LAYOUT
    }

    fn forward(&self, _stage: usize, step: Forward<'_>) {
        // h_t = max(0, gates)
        kernel::relu_into(step.h, step.gates);
    }

    fn backward(&self, _stage: usize, step: Backward<'_>) {
        // dgates = dh_t where h_t > 0
        kernel::relu_gradient_into(step.dgates, step.dh, step.h);
    }
}
