//! The forward pass: x_t·W_ih + b_h for all steps at once, the recurrence step by step, logits for all steps at once.
//!
//! ```text
//! h_t = cell(x_t·W_ih + b_h + h_{t-1}·W_hh)      logits_t = h_t·W_ho + b_o
//! ```
//!
//! Past a row's length its state is carried through unchanged. What stands in `logits` there has no meaning: `loss` takes
//! those logits as 0, and the facade leaves outputs and logits there 0.

use crate::cell::{Cell, StepForward, with_cell};
use crate::kernel::{self, Rows, RowsMut};
use crate::network::{Network, Sizes};
use crate::workspace::{Shape, Workspace};

/// Runs the current shape's inputs, lengths and initial state through the network.
pub fn forward(network: &mut Network, ws: &mut Workspace) {
    network.pack_forward(ws.shape.dense);
    if ws.shape.dense {
        project_features(network, ws)
    } else {
        gather_ids(network, ws)
    }
    enter_state(network.sizes, ws);
    with_cell!(network.cell, C => recur::<C>(network, ws));
    leave_state(network.sizes, ws);
    output_layer(network, ws);
}

/// gates ← row id of W_ih + b_h: a one-hot row times W_ih, without the one-hot.
fn gather_ids(network: &Network, ws: &mut Workspace) {
    let Sizes { h, hp, g, n, .. } = network.sizes;
    let w_ih = &network.theta[network.range(network.layer.w_ih)]; // (I, G·H)
    let b_h = &network.theta[network.range(network.layer.b_h)]; // (G·H)
    let steps = ws.shape.time * ws.shape.batch;
    for (gates, &id) in ws.gates.chunks_exact_mut(n).zip(&ws.ids[..steps]) {
        let row = &w_ih[id as usize * g * h..][..g * h];
        for ((gate, row), bias) in
            gates.chunks_exact_mut(hp).zip(row.chunks_exact(h)).zip(b_h.chunks_exact(h))
        {
            kernel::sum_into(&mut gate[..h], row, bias);
            gate[h..].fill(0.0);
        }
    }
}

/// gates ← X·W_ih + b_h
fn project_features(network: &Network, ws: &mut Workspace) {
    let Sizes { i, h, hp, n, .. } = network.sizes;
    let b_h = &network.theta[network.range(network.layer.b_h)]; // (G·H)
    let steps = ws.shape.time * ws.shape.batch;
    for gates in ws.gates[..steps * n].chunks_exact_mut(n) {
        for (gate, bias) in gates.chunks_exact_mut(hp).zip(b_h.chunks_exact(h)) {
            gate[..h].copy_from_slice(bias);
            gate[h..].fill(0.0);
        }
    }
    let features = Rows { data: &ws.features, stride: i };
    kernel::matmul_add(RowsMut { data: &mut ws.gates, stride: n }, steps, features, &network.packed.w_ih);
}

/// Row 0 of the hidden states ← the initial state.
fn enter_state(Sizes { h, hp, .. }: Sizes, ws: &mut Workspace) {
    let rows = ws.h.chunks_exact_mut(hp).zip(ws.initial_state.chunks_exact(h)).take(ws.shape.batch);
    for (row, state) in rows {
        row[..h].copy_from_slice(state);
        row[h..].fill(0.0);
    }
}

/// The recurrence, one step after the other.
fn recur<C: Cell>(network: &Network, ws: &mut Workspace) {
    let Sizes { hp, n, .. } = network.sizes;
    let Shape { batch: b, time, .. } = ws.shape;
    let full = ws.full();
    for t in 0..time {
        let (past, future) = ws.h.split_at_mut((t + 1) * b * hp);
        let h_prev = &past[t * b * hp..]; // (B, Hp)
        let h = &mut future[..b * hp]; // (B, Hp)
        let gates = &mut ws.gates[t * b * n..][..b * n]; // (B, N)
        // gates ← gates + h_{t-1}·W_hh
        let product = RowsMut { data: gates, stride: n };
        kernel::matmul_add(product, b, Rows { data: h_prev, stride: hp }, &network.packed.w_hh);
        C::forward(StepForward { gates, h });
        if !full {
            for (row, _) in ws.lengths[..b].iter().enumerate().filter(|&(_, &length)| length as usize <= t) {
                h[row * hp..][..hp].copy_from_slice(&h_prev[row * hp..][..hp]);
            }
        }
    }
}

/// The final state ← the last row of hidden states, into which shorter rows' states have been carried.
fn leave_state(Sizes { h, hp, .. }: Sizes, ws: &mut Workspace) {
    let Shape { batch, time, .. } = ws.shape;
    let last = ws.h[time * batch * hp..].chunks_exact(hp);
    for (state, row) in ws.final_state.chunks_exact_mut(h).zip(last).take(batch) {
        state.copy_from_slice(&row[..h]);
    }
}

/// logits ← H·W_ho + b_o
fn output_layer(network: &Network, ws: &mut Workspace) {
    let Some(head) = network.head else { return };
    let Sizes { hp, v, vp, .. } = network.sizes;
    let b_o = &network.theta[network.range(head.b_o)]; // (V)
    let Shape { batch, time, .. } = ws.shape;
    let steps = time * batch;
    for logits in ws.logits[..steps * vp].chunks_exact_mut(vp) {
        logits[..v].copy_from_slice(b_o);
        logits[v..].fill(0.0);
    }
    let outputs = Rows { data: &ws.h[batch * hp..], stride: hp };
    kernel::matmul_add(RowsMut { data: &mut ws.logits, stride: vp }, steps, outputs, &network.packed.w_ho);
}
