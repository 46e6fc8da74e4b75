//! Back-propagation through time: from the gradients of the logits, outputs and final state to those of every parameter, the
//! initial state and dense features.
//!
//! Source: Rumelhart, Hinton, Williams 1986; Werbos, "Backpropagation through time: what it does and how to do it", 1990.
//! Walks t = T−1 … 0; all that is not recurrent is one product over T·B rows.

use crate::cell::{Cell, StepBackward, with_cell};
use crate::kernel::{self, Rows, RowsMut};
use crate::network::{Network, Sizes};
use crate::workspace::{Shape, Workspace};

/// Where the gradient of the outputs starts from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Seeds {
    /// Only ∂L/∂logits, from the loss
    Loss,
    /// ∂L/∂outputs, ∂L/∂logits and ∂L/∂(final state), from the caller
    Given,
}

/// Fills `gradients`, `initial_state_gradient` and, for given seeds and dense features, `dfeatures`. Needs a forward pass.
pub fn bptt(network: &mut Network, ws: &mut Workspace, seeds: Seeds) {
    network.pack_backward();
    network.gradients.fill(0.0);
    let Sizes { h, hp, .. } = network.sizes;
    let Shape { batch: b, time, dense, .. } = ws.shape;

    if seeds == Seeds::Given {
        // The caller writes H of Hp columns; the others may hold what an earlier, diverged pass has left.
        for row in ws.dh[b * hp..].chunks_exact_mut(hp).take(time * b) {
            row[h..].fill(0.0);
        }
    }
    output_layer(network, ws, seeds);
    if seeds == Seeds::Given {
        let last = ws.dh[time * b * hp..].chunks_exact_mut(hp);
        for (dh, given) in last.zip(ws.final_state_gradient.chunks_exact(h)).take(b) {
            kernel::add(&mut dh[..h], given);
        }
    }
    ws.dh[..b * hp].fill(0.0);
    with_cell!(network.cell, C => recur::<C>(network, ws));
    for (state, dh) in ws.initial_state_gradient.chunks_exact_mut(h).zip(ws.dh.chunks_exact(hp)).take(b) {
        state.copy_from_slice(&dh[..h]);
    }
    weights(network, ws);
    if dense && seeds == Seeds::Given {
        features(network, ws);
    }
}

/// dH (rows 1 … T) ← dlogits·W_hoᵀ; dW_ho ← Hᵀ·dlogits; db_o ← Σ dlogits
fn output_layer(network: &mut Network, ws: &mut Workspace, seeds: Seeds) {
    let Some(head) = network.head else { return };
    let Sizes { h, hp, v, vp, .. } = network.sizes;
    let Shape { batch: b, time, .. } = ws.shape;
    let steps = time * b;
    let dlogits = Rows { data: &ws.dlogits, stride: vp };
    let dh = &mut ws.dh[b * hp..][..steps * hp];
    if seeds == Seeds::Loss {
        dh.fill(0.0);
    }
    kernel::matmul_add(RowsMut { data: dh, stride: hp }, steps, dlogits, &network.packed.w_ho_t);
    let (w_ho, b_o) = (network.range(head.w_ho), network.range(head.b_o));
    let outputs = Rows { data: &ws.h[b * hp..], stride: hp };
    let dw_ho = RowsMut { data: &mut network.gradients[w_ho], stride: v };
    kernel::matmul_transposed_add(dw_ho, [h, v, steps], outputs, dlogits, &mut ws.pair);
    let db_o = &mut network.gradients[b_o];
    for row in ws.dlogits[..steps * vp].chunks_exact(vp) {
        kernel::add(db_o, &row[..v]);
    }
}

/// The recurrence backwards: dgates_t from dh_t, and dh_{t-1} += dgates_t·W_hhᵀ.
fn recur<C: Cell>(network: &Network, ws: &mut Workspace) {
    let Sizes { hp, n, .. } = network.sizes;
    let Shape { batch: b, time, .. } = ws.shape;
    let full = ws.full();
    for t in (0..time).rev() {
        let (before, after) = ws.dh.split_at_mut((t + 1) * b * hp);
        let dh = &after[..b * hp]; // (B, Hp), ∂L/∂h_t
        let dh_prev = &mut before[t * b * hp..]; // (B, Hp)
        let h = &ws.h[(t + 1) * b * hp..][..b * hp]; // (B, Hp)
        let dgates_x = &mut ws.dgates_x[t * b * n..][..b * n]; // (B, N)
        C::backward(StepBackward { dh, h, dgates_x });
        if !full {
            // Past its length a row's state was copied: so is the gradient, and the cell has no part in it.
            for (row, _) in ws.lengths[..b].iter().enumerate().filter(|&(_, &length)| length as usize <= t) {
                dgates_x[row * n..][..n].fill(0.0);
                kernel::add(&mut dh_prev[row * hp..][..hp], &dh[row * hp..][..hp]);
            }
        }
        let dgates_h = Rows { data: if C::SPLIT { &ws.dgates_h[t * b * n..] } else { dgates_x }, stride: n };
        kernel::matmul_add(RowsMut { data: dh_prev, stride: hp }, b, dgates_h, &network.packed.w_hh_t);
    }
}

/// dW_hh ← H_{t-1}ᵀ·dgates_h; dW_ih ← Xᵀ·dgates_x, for ids a scatter of rows; db_h ← Σ dgates_x
fn weights(network: &mut Network, ws: &mut Workspace) {
    let Sizes { i, h, hp, g, n, .. } = network.sizes;
    let Shape { batch, time, dense, .. } = ws.shape;
    let steps = time * batch;
    let split = with_cell!(network.cell, C => C::SPLIT);
    let towards_hh = if split { &ws.dgates_h } else { &ws.dgates_x };
    let layer = network.layer;
    let (w_ih, w_hh, b_h) = (network.range(layer.w_ih), network.range(layer.w_hh), network.range(layer.b_h));

    for gate in 0..g {
        let dgates_h = Rows { data: &towards_hh[gate * hp..], stride: n };
        let dw_hh = RowsMut { data: &mut network.gradients[w_hh.clone()][gate * h..], stride: g * h };
        kernel::matmul_transposed_add(
            dw_hh,
            [h, h, steps],
            Rows { data: &ws.h, stride: hp },
            dgates_h,
            &mut ws.pair,
        );
    }
    if dense {
        for gate in 0..g {
            let dgates_x = Rows { data: &ws.dgates_x[gate * hp..], stride: n };
            let dw_ih = RowsMut { data: &mut network.gradients[w_ih.clone()][gate * h..], stride: g * h };
            let x = Rows { data: &ws.features, stride: i };
            kernel::matmul_transposed_add(dw_ih, [i, h, steps], x, dgates_x, &mut ws.pair);
        }
    } else {
        let dw_ih = &mut network.gradients[w_ih]; // (I, G·H)
        for (row, &id) in ws.dgates_x.chunks_exact(n).zip(&ws.ids[..steps]) {
            let to = &mut dw_ih[id as usize * g * h..][..g * h];
            for (to, gate) in to.chunks_exact_mut(h).zip(row.chunks_exact(hp)) {
                kernel::add(to, &gate[..h]);
            }
        }
    }
    let db_h = &mut network.gradients[b_h]; // (G·H)
    for row in ws.dgates_x[..steps * n].chunks_exact(n) {
        for (to, gate) in db_h.chunks_exact_mut(h).zip(row.chunks_exact(hp)) {
            kernel::add(to, &gate[..h]);
        }
    }
}

/// dX ← dgates_x·W_ihᵀ
fn features(network: &Network, ws: &mut Workspace) {
    let Sizes { i, n, .. } = network.sizes;
    let ip = kernel::padded(i);
    let steps = ws.shape.time * ws.shape.batch;
    ws.dfeatures[..steps * ip].fill(0.0);
    let dgates_x = Rows { data: &ws.dgates_x, stride: n };
    kernel::matmul_add(
        RowsMut { data: &mut ws.dfeatures, stride: ip },
        steps,
        dgates_x,
        &network.packed.w_ih_t,
    );
}
