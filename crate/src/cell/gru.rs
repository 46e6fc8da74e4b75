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

use super::rows::{blocks, blocks4_mut, check, row, row_mut};
use super::{Backward, Cell, Forward, Layout, Product};
use crate::kernel::{self, Tanh, one_minus, sigmoid_slope, tanh_slope};
use crate::lanes::F32x4;

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
        forward(s.hp, s.gates, s.h_prev, s.h);
    }

    fn backward(&self, _stage: usize, s: Backward<'_>) {
        backward(s.hp, s.dgates, s.dh_prev, s.gates, s.h_prev, s.dh);
    }
}

/// Returns h_t = (1 − z) ⊙ n + z ⊙ h_{t-1}.
#[inline(always)]
pub fn next_state(z: F32x4, n: F32x4, h_prev: F32x4) -> F32x4 {
    z.times_plus(h_prev, one_minus(z).times(n))
}

/// Computes rows (n of x, r, z, n of h) ← (n, r, z, n of h), where n = tanh(n of x + r ⊙ n of h); h ← (1 − z)
/// ⊙ n + z ⊙ h_prev.
#[inline(never)]
pub fn forward(hp: usize, gates: &mut [f32], h_prev: &[f32], h: &mut [f32]) {
    check(hp, 4, gates.len(), [h_prev.len(), h.len()]);
    let tanh = Tanh::new();
    for (b, gates) in gates.chunks_exact_mut(4 * hp).enumerate() {
        kernel::sigmoid_in_place(&mut gates[hp..3 * hp]);
        let [n4, r4, z4, hn4] = blocks4_mut(gates, hp);
        let (h_prev, h) = (row(h_prev, b, hp), row_mut(h, b, hp));
        for at in 0..hp / 4 {
            let [r, z] = [&r4[at], &z4[at]].map(F32x4::load);
            let n = tanh.of(r.times_plus(F32x4::load(&hn4[at]), F32x4::load(&n4[at])));
            next_state(z, n, F32x4::load(&h_prev[at])).store(&mut h[at]);
            n.store(&mut n4[at]);
        }
    }
}

/// Computes rows of dgates (n of x, r, z, n of h) from dh; dh_prev += dh ⊙ z.
#[inline(never)]
pub fn backward(
    hp: usize,
    dgates: &mut [f32],
    dh_prev: &mut [f32],
    gates: &[f32],
    h_prev: &[f32],
    dh: &[f32],
) {
    assert!(dgates.len() == gates.len());
    check(hp, 4, gates.len(), [dh_prev.len(), h_prev.len(), dh.len()]);
    let rows = dgates.chunks_exact_mut(4 * hp).zip(gates.chunks_exact(4 * hp));
    for (b, (dgates, gates)) in rows.enumerate() {
        let [n4, r4, z4, hn4] = blocks(gates, hp);
        let [dn4, dr4, dz4, dhn4] = blocks4_mut(dgates, hp);
        let (h_prev, dh, dh_prev) = (row(h_prev, b, hp), row(dh, b, hp), row_mut(dh_prev, b, hp));
        for at in 0..hp / 4 {
            let [n, r, z, h_n] = [&n4[at], &r4[at], &z4[at], &hn4[at]].map(F32x4::load);
            let dh = F32x4::load(&dh[at]);
            let dn = dh.times(one_minus(z)).times(tanh_slope(n));
            dn.store(&mut dn4[at]);
            dn.times(h_n).times(sigmoid_slope(r)).store(&mut dr4[at]);
            dh.times(F32x4::load(&h_prev[at]).minus(n)).times(sigmoid_slope(z)).store(&mut dz4[at]);
            dn.times(r).store(&mut dhn4[at]);
            dh.times_plus(z, F32x4::load(&dh_prev[at])).store(&mut dh_prev[at]);
        }
    }
}
