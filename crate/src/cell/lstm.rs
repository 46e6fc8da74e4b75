//! Long short-term memory (LSTM).
//!
//! ```text
//! i, f, o = σ(x·W + h·W + b)    g = tanh(x·W_ig + h·W_hg + b_g)
//! c_t = f ⊙ c_{t-1} + i ⊙ g     h_t = o ⊙ tanh(c_t)
//! ```
//!
//! Source: Hochreiter & Schmidhuber, "Long short-term memory", 1997; Gers, Schmidhuber, Cummins, "Learning to forget", 2000.
//! The gates are in the order of `torch.nn.LSTM` (i f g o), whose two biases are one here. The forget bias is a part of b_h.

use super::rows::{blocks, blocks4_mut, check, row, row_mut};
use super::{Backward, Cell, Forward, Layout, Product};
use crate::kernel::{self, Tanh, sigmoid_slope, tanh_slope};
use crate::lanes::F32x4;

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
        forward(s.hp, s.gates, s.c_prev, s.c, s.h);
    }

    fn backward(&self, _stage: usize, s: Backward<'_>) {
        backward(s.hp, s.dgates, s.dc, s.gates, s.c_prev, s.c, s.dh);
    }
}

/// Computes rows (i, f, g, o) ← the gates' values; c ← f ⊙ c_prev + i ⊙ g; h ← o ⊙ tanh(c).
#[inline(never)]
pub fn forward(hp: usize, gates: &mut [f32], c_prev: &[f32], c: &mut [f32], h: &mut [f32]) {
    check(hp, 4, gates.len(), [c_prev.len(), c.len(), h.len()]);
    let tanh = Tanh::new();
    for (b, gates) in gates.chunks_exact_mut(4 * hp).enumerate() {
        kernel::sigmoid_in_place(&mut gates[..2 * hp]);
        kernel::sigmoid_in_place(&mut gates[3 * hp..]);
        let [i4, f4, g4, o4] = blocks4_mut(gates, hp);
        let (c_prev, c, h) = (row(c_prev, b, hp), row_mut(c, b, hp), row_mut(h, b, hp));
        for at in 0..hp / 4 {
            let [i, f, o] = [&i4[at], &f4[at], &o4[at]].map(F32x4::load);
            let g = tanh.of(F32x4::load(&g4[at]));
            // c_t = f ⊙ c_{t-1} + i ⊙ g
            let c_t = f.times_plus(F32x4::load(&c_prev[at]), i.times(g));
            c_t.store(&mut c[at]);
            // h_t = o ⊙ tanh(c_t)
            o.times(tanh.of(c_t)).store(&mut h[at]);
            g.store(&mut g4[at]);
        }
    }
}

/// Computes rows of dgates (i, f, g, o) from dh and dc; dc ← ∂L/∂c_prev.
#[inline(never)]
pub fn backward(
    hp: usize,
    dgates: &mut [f32],
    dc: &mut [f32],
    gates: &[f32],
    c_prev: &[f32],
    c: &[f32],
    dh: &[f32],
) {
    assert!(dgates.len() == gates.len());
    check(hp, 4, gates.len(), [dc.len(), c_prev.len(), c.len(), dh.len()]);
    let tanh = Tanh::new();
    let rows = dgates.chunks_exact_mut(4 * hp).zip(gates.chunks_exact(4 * hp));
    for (b, (dgates, gates)) in rows.enumerate() {
        let [i4, f4, g4, o4] = blocks(gates, hp);
        let [di4, df4, dg4, do4] = blocks4_mut(dgates, hp);
        let (c_prev, c, dh, dc) = (row(c_prev, b, hp), row(c, b, hp), row(dh, b, hp), row_mut(dc, b, hp));
        for at in 0..hp / 4 {
            let [i, f, g, o] = [&i4[at], &f4[at], &g4[at], &o4[at]].map(F32x4::load);
            let dh = F32x4::load(&dh[at]);
            let c = tanh.of(F32x4::load(&c[at]));
            // dc_t = dc from later steps + dh ⊙ o ⊙ (1 − tanh²(c_t))
            let dc_t = dh.times(o).times_plus(tanh_slope(c), F32x4::load(&dc[at]));
            dc_t.times(g).times(sigmoid_slope(i)).store(&mut di4[at]);
            dc_t.times(F32x4::load(&c_prev[at])).times(sigmoid_slope(f)).store(&mut df4[at]);
            dc_t.times(i).times(tanh_slope(g)).store(&mut dg4[at]);
            dh.times(c).times(sigmoid_slope(o)).store(&mut do4[at]);
            // dc_{t-1} = dc_t ⊙ f
            dc_t.times(f).store(&mut dc[at]);
        }
    }
}
