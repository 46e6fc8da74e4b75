//! The gated recurrent unit (GRU) that resets after the product.
//!
//! ```text
//! r, z = σ(x·W + h·W + b)
//! n = tanh(x·W_in + b_n + r ⊙ (h_{t-1}·W_hn + b_hn))
//! h_t = (1 − z) ⊙ n + z ⊙ h_{t-1}
//! ```
//!
//! Source: Cho et al., "Learning phrase representations using RNN encoder–decoder", 2014, in the form of `torch.nn.GRU` and of Keras'
//! `reset_after=True`. The gates are in PyTorch's order (r z n). PyTorch has two biases each for r and z, which are one here.

use super::{Backward, Cell, Forward, Layout, Product};
use crate::kernel;

/// The GRU with one recurrent product.
pub struct Gru;

impl Cell for Gru {
    /// A row is (n of x, r, z, n of h), so that the three blocks of each product are adjacent.
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
