//! Long short-term memory (LSTM).
//!
//! ```text
//! i, f, o = σ(x·W + h·W + b)    g = tanh(x·W_ig + h·W_hg + b_g)
//! c_t = f ⊙ c_{t-1} + i ⊙ g     h_t = o ⊙ tanh(c_t)
//! ```
//!
//! Source: Hochreiter & Schmidhuber, "Long short-term memory", 1997; Gers, Schmidhuber, Cummins, "Learning to forget", 2000.
//! The gates are in the order of `torch.nn.LSTM` (i f g o), whose two biases are one here. The forget bias is a part of b_h.

use super::{Backward, Cell, Forward, Layout, Product};
use crate::kernel;

/// The LSTM.
pub struct Lstm;

impl Cell for Lstm {
    fn layout(&self) -> &'static Layout {
        &Layout {
            gates: 4,
            blocks: 4,
            input: &[0, 1, 2, 3],
            products: &[Product { first: 0, gates: 4, block: 0 }],
            recurrent_bias: None,
            has_cell_state: true,
        }
    }

    fn forward(&self, _stage: usize, s: Forward<'_>) {
        kernel::lstm_forward(s.hp, s.gates, s.c_prev, s.c, s.h);
    }

    fn backward(&self, _stage: usize, s: Backward<'_>) {
        kernel::lstm_backward(s.hp, s.dgates, s.dc, s.gates, s.c_prev, s.c, s.dh);
    }
}
