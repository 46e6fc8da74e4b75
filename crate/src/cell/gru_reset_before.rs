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

use super::gru::next_state;
use super::rows::{blocks, blocks3_mut, check, row, row_mut};
use super::{Backward, Cell, Forward, Layout, Product};
use crate::kernel::{Sigmoid, Tanh, one_minus, sigmoid_slope, tanh_slope};
use crate::lanes::F32x4;

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
            reset_forward(s.hp, s.gates, s.h_prev, s.reset_h);
        } else {
            // n and h_t
            candidate_forward(s.hp, s.gates, s.h_prev, s.h);
        }
    }

    fn backward(&self, stage: usize, s: Backward<'_>) {
        if stage == 0 {
            reset_backward(s.hp, s.dgates, s.dh_prev, s.gates, s.h_prev, s.dreset_h);
        } else {
            candidate_backward(s.hp, s.dgates, s.dh_prev, s.gates, s.h_prev, s.dh);
        }
    }
}

/// In rows (r, z, n), computes r and z ← their values; reset_h ← r ⊙ h_prev.
#[inline(never)]
pub fn reset_forward(hp: usize, gates: &mut [f32], h_prev: &[f32], reset_h: &mut [f32]) {
    check(hp, 3, gates.len(), [h_prev.len(), reset_h.len()]);
    let sigmoid = Sigmoid::new();
    for (b, gates) in gates.chunks_exact_mut(3 * hp).enumerate() {
        let [r4, z4, _] = blocks3_mut(gates, hp);
        let (h_prev, reset_h) = (row(h_prev, b, hp), row_mut(reset_h, b, hp));
        for at in 0..hp / 4 {
            let r = sigmoid.of(F32x4::load(&r4[at]));
            r.store(&mut r4[at]);
            sigmoid.of(F32x4::load(&z4[at])).store(&mut z4[at]);
            r.times(F32x4::load(&h_prev[at])).store(&mut reset_h[at]);
        }
    }
}

/// In rows (r, z, n), computes n ← its value; h ← (1 − z) ⊙ n + z ⊙ h_prev.
#[inline(never)]
pub fn candidate_forward(hp: usize, gates: &mut [f32], h_prev: &[f32], h: &mut [f32]) {
    check(hp, 3, gates.len(), [h_prev.len(), h.len()]);
    let tanh = Tanh::new();
    for (b, gates) in gates.chunks_exact_mut(3 * hp).enumerate() {
        let [_, z4, n4] = blocks3_mut(gates, hp);
        let (h_prev, h) = (row(h_prev, b, hp), row_mut(h, b, hp));
        for at in 0..hp / 4 {
            let n = tanh.of(F32x4::load(&n4[at]));
            next_state(F32x4::load(&z4[at]), n, F32x4::load(&h_prev[at])).store(&mut h[at]);
            n.store(&mut n4[at]);
        }
    }
}

/// In rows of dgates (r, z, n), computes z and n from dh; dh_prev += dh ⊙ z.
#[inline(never)]
pub fn candidate_backward(
    hp: usize,
    dgates: &mut [f32],
    dh_prev: &mut [f32],
    gates: &[f32],
    h_prev: &[f32],
    dh: &[f32],
) {
    assert!(dgates.len() == gates.len());
    check(hp, 3, gates.len(), [dh_prev.len(), h_prev.len(), dh.len()]);
    let rows = dgates.chunks_exact_mut(3 * hp).zip(gates.chunks_exact(3 * hp));
    for (b, (dgates, gates)) in rows.enumerate() {
        let [_, z4, n4] = blocks(gates, hp);
        let [_, dz4, dn4] = blocks3_mut(dgates, hp);
        let (h_prev, dh, dh_prev) = (row(h_prev, b, hp), row(dh, b, hp), row_mut(dh_prev, b, hp));
        for at in 0..hp / 4 {
            let [z, n] = [&z4[at], &n4[at]].map(F32x4::load);
            let dh = F32x4::load(&dh[at]);
            dh.times(F32x4::load(&h_prev[at]).minus(n)).times(sigmoid_slope(z)).store(&mut dz4[at]);
            dh.times(one_minus(z)).times(tanh_slope(n)).store(&mut dn4[at]);
            dh.times_plus(z, F32x4::load(&dh_prev[at])).store(&mut dh_prev[at]);
        }
    }
}

/// In rows of dgates (r, z, n), computes r from dreset_h; dh_prev += dreset_h ⊙ r.
#[inline(never)]
pub fn reset_backward(
    hp: usize,
    dgates: &mut [f32],
    dh_prev: &mut [f32],
    gates: &[f32],
    h_prev: &[f32],
    dreset_h: &[f32],
) {
    assert!(dgates.len() == gates.len());
    check(hp, 3, gates.len(), [dh_prev.len(), h_prev.len(), dreset_h.len()]);
    let rows = dgates.chunks_exact_mut(3 * hp).zip(gates.chunks_exact(3 * hp));
    for (b, (dgates, gates)) in rows.enumerate() {
        let (r4, dr4) = (row(gates, 0, hp), row_mut(dgates, 0, hp));
        let (h_prev, dreset_h, dh_prev) = (row(h_prev, b, hp), row(dreset_h, b, hp), row_mut(dh_prev, b, hp));
        for at in 0..hp / 4 {
            let (r, dreset_h) = (F32x4::load(&r4[at]), F32x4::load(&dreset_h[at]));
            dreset_h.times(F32x4::load(&h_prev[at])).times(sigmoid_slope(r)).store(&mut dr4[at]);
            dreset_h.times_plus(r, F32x4::load(&dh_prev[at])).store(&mut dh_prev[at]);
        }
    }
}
