//! The gated recurrent unit (GRU) that resets before the product, its original form.
//!
//! ```text
//! r, z = σ(x·W + h·W + b)
//! n = tanh(x·W_in + (r ⊙ h_{t-1})·W_hn + b_n)
//! h_t = (1 − z) ⊙ n + z ⊙ h_{t-1}
//! ```
//!
//! Source: Cho et al. 2014; `GRUCell` of TensorFlow 1.15 (whose gates are r u, u = z) and Keras' `reset_after=False` (z r h). The
//! gates here are in the order r z n.

use super::{Backward, Cell, Forward, Layout, Product};
use crate::kernel;

/// The GRU with two recurrent products.
pub struct GruResetBefore;

impl Cell for GruResetBefore {
    fn layout(&self) -> &'static Layout {
        &Layout {
            gates: 3,
            blocks: 3,
            input: &[0, 1, 2],
            products: &[Product { first: 0, gates: 2, block: 0 }, Product { first: 2, gates: 1, block: 2 }],
            recurrent_bias: None,
            has_cell_state: false,
        }
    }

    fn forward(&self, stage: usize, s: Forward<'_>) {
        if stage == 0 {
            // r, z, and reset_h = r ⊙ h_{t-1}
            kernel::gru_reset_forward(s.hp, s.gates, s.h_prev, s.reset_h);
        } else {
            // n and h_t
            kernel::gru_update_forward(s.hp, s.gates, s.h_prev, s.h);
        }
    }

    fn backward(&self, stage: usize, s: Backward<'_>) {
        if stage == 0 {
            kernel::gru_reset_backward(s.hp, s.dgates, s.dh_prev, s.gates, s.h_prev, s.dreset_h);
        } else {
            kernel::gru_update_backward(s.hp, s.dgates, s.dh_prev, s.gates, s.h_prev, s.dh);
        }
    }
}
