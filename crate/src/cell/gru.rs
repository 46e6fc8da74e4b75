//! The gated recurrent unit that resets after the product.
//!
//! ```text
//! r, z = σ(x·W + h·W + b)
//! n = tanh(x·W_in + b_n + r ⊙ (h_{t-1}·W_hn + b_hn))
//! h_t = (1 − z) ⊙ n + z ⊙ h_{t-1}
//! ```
//!
//! Source: Cho et al., "Learning phrase representations using RNN encoder–decoder", 2014, in the form of `torch.nn.GRU` and of Keras'
//! `reset_after=True`. Gates in PyTorch's order (r z n); its biases of r and z are one each here.

use super::{Backward, Cell, Forward, Layout, Product};
use crate::kernel;

/// The cell with three gates.
pub struct Gru;

impl Cell for Gru {
    /// A row is (x's n, r, z, h's n): what x is multiplied into and what h is are three blocks in a row each.
    fn layout(&self) -> &'static Layout {
        &Layout {
            gates: 3,
            blocks: 4,
            input: &[1, 2, 0],
            products: &[Product { first: 0, gates: 3, block: 1 }],
            recurrent_bias: Some(3),
            has_cell_state: false,
        }
    }

    fn forward(&self, _stage: usize, s: Forward<'_>) {
        kernel::gru_forward(s.hp, s.gates, s.h_prev, s.h);
    }

    fn backward(&self, _stage: usize, s: Backward<'_>) {
        kernel::gru_backward(s.hp, s.dgates, s.dh_prev, s.gates, s.h_prev, s.dh);
    }
}
