//! The forward pass, layer by layer: x_t·W_ih + b_h for all steps at once, the recurrence step by step; then logits for all steps
//! at once.
//!
//! ```text
//! h_t = cell(x_t·W_ih + b_h, h_{t-1}·W_hh, …)      logits_t = h_t·W_ho + b_o
//! ```
//!
//! Past a row's length its state is carried through unchanged. What stands in `logits` there has no meaning: `loss` takes
//! those logits as 0, and the facade leaves outputs and logits there 0.

use crate::buffer::{part, part_mut};
use crate::cell::{Cell, Forward};
use crate::dropout::drop_into;
use crate::kernel::{self, Rows, RowsMut};
use crate::network::{Network, Sizes};
use crate::track::{Track, final_row, first_output, initial_row, neighbours, time_of};
use crate::unit::Unit;
use crate::workspace::{Shape, State, Workspace, runs};

/// Runs the current shape's inputs, lengths and initial state through the network; in training with the dropout masks of a step.
pub fn forward(network: &mut Network, ws: &mut Workspace, dropout_step: Option<u64>) {
    network.pack_forward(ws.shape.dense);
    let Sizes { h, hp, d, .. } = network.sizes;
    let Shape { batch, time, .. } = ws.shape;
    let below = network.units.len() - d;
    ws.dropping = dropout_step.is_some() && network.dropout > 0.0 && below > 0;
    for (at, unit) in network.units.iter().enumerate() {
        input(network, unit, at, ws);
        let state = at * batch * h;
        let track = &mut ws.tracks[at];
        enter_state(network.sizes, ws.shape, unit.reverse, state, &ws.initial_state, track);
        recur(network.cell, unit, network.sizes, ws.shape, &ws.lengths, track);
        leave_state(network.sizes, ws.shape, unit.reverse, state, &mut ws.final_state, track);
        if let (Some(step), true) = (dropout_step, ws.dropping && at < below) {
            let len = time * batch * hp;
            let outputs = part(&track.h, first_output(unit.reverse, batch * hp), len);
            let (mask, dropped) = (&mut track.mask[..len], &mut track.dropped[..len]);
            drop_into(mask, dropped, outputs, network.dropout, network.seed, (step, at));
        }
    }
    output_layer(network, ws);
}

/// What the unit above multiplies: the outputs, dropped or not.
pub fn handed_up<'a>(track: &'a Track, unit: &Unit, dropping: bool, slab: usize) -> &'a [f32] {
    if dropping { &track.dropped } else { &track.h[first_output(unit.reverse, slab)..] }
}

/// gates ← biases + what comes from below
fn input(network: &Network, unit: &Unit, at: usize, ws: &mut Workspace) {
    let Sizes { h, hp, n, d, .. } = network.sizes;
    let Shape { batch, time, dense, .. } = ws.shape;
    let steps = time * batch;
    let layer = at / d * d;
    let (below, here) = ws.tracks.split_at_mut(layer);
    let gates = &mut here[at - layer].gates[..steps * n]; // (T, B, N)
    pad(gates, network.sizes);
    if let Some((b_hn, to)) = unit.b_hn {
        let b_hn = Rows { data: network.table.of(&network.theta, b_hn), stride: 0 }; // (H)
        kernel::copy_rows(RowsMut { data: &mut gates[to..], stride: n }, b_hn, h, steps);
    }
    if layer == 0 && !dense {
        return gather_ids(network, unit, gates, &ws.ids[..steps]);
    }
    let b_h = network.table.of(&network.theta, unit.b_h); // (G·H)
    for span in &unit.input_spans {
        let to = RowsMut { data: &mut gates[span.to..], stride: n };
        kernel::copy_rows(to, Rows { data: &b_h[span.from..], stride: 0 }, span.width, steps);
    }
    // gates ← gates + X·W_ih, part by part
    for (part, w) in unit.input.w.iter().enumerate() {
        let x = if layer == 0 {
            Rows { data: &ws.features, stride: unit.input.width }
        } else {
            let from = layer - d + part;
            let data = handed_up(&below[from], &network.units[from], ws.dropping, batch * hp);
            Rows { data, stride: hp }
        };
        kernel::matmul_add(RowsMut { data: gates, stride: n }, steps, x, w);
    }
}

/// The columns between H and Hp of each block ← 0.
fn pad(gates: &mut [f32], Sizes { h, hp, .. }: Sizes) {
    let blocks = gates.len() / hp;
    kernel::clear_beyond(RowsMut { data: gates, stride: hp }, blocks, h);
}

/// gates ← row id of W_ih + b_h: a one-hot row times W_ih, without the one-hot.
fn gather_ids(network: &Network, unit: &Unit, gates: &mut [f32], ids: &[i32]) {
    let Sizes { h, g, n, .. } = network.sizes;
    let w_ih = network.table.of(&network.theta, unit.w_ih); // (I, G·H)
    let b_h = network.table.of(&network.theta, unit.b_h); // (G·H)
    for (gates, &id) in gates.chunks_exact_mut(n).zip(ids) {
        let row = &w_ih[id as usize * g * h..][..g * h];
        for span in &unit.input_spans {
            let columns = span.from..span.from + span.width;
            kernel::sum_into(&mut gates[span.to..span.to + span.width], &row[columns.clone()], &b_h[columns]);
        }
    }
}

/// The first row of states ← the initial state, which starts at `state`.
fn enter_state(s: Sizes, shape: Shape, reverse: bool, state: usize, from: &State, track: &mut Track) {
    let (h, hp) = (s.h, s.hp);
    let first = initial_row(reverse, shape.time, shape.batch * hp);
    for (rows, from) in [(&mut track.h, &from.h), (&mut track.c, &from.c)] {
        let (Some(rows), Some(from)) = (rows.get_mut(first..), from.get(state..)) else { continue };
        if !from.is_empty() {
            rows[..shape.batch * hp].fill(0.0);
            let (to, from) = (RowsMut { data: rows, stride: hp }, Rows { data: from, stride: h });
            kernel::copy_rows(to, from, h, shape.batch);
        }
    }
}

/// The recurrence, one step after the other.
fn recur(cell: &dyn Cell, unit: &Unit, s: Sizes, shape: Shape, lengths: &[i32], track: &mut Track) {
    let Sizes { hp, n, .. } = s;
    let Shape { batch: b, time, .. } = shape;
    let slab = b * hp;
    for step in 0..time {
        let t = time_of(unit.reverse, time, step);
        let (h_prev, h) = neighbours(&mut track.h, t, slab, unit.reverse); // (B, Hp)
        let (c_prev, c) = neighbours(&mut track.c, t, slab, unit.reverse); // (B, Hp)
        let gates = part_mut(&mut track.gates, t * b * n, b * n); // (B, N)
        let mixed = part_mut(&mut track.mixed, t * slab, slab); // (B, Hp)
        for (stage, product) in unit.recurrent.iter().enumerate() {
            // gates ← gates + h_{t-1}·W_hh
            let operand = Rows { data: if stage == 0 { h_prev } else { mixed }, stride: hp };
            let to = RowsMut { data: part_mut(gates, product.to, b * n - product.to), stride: n };
            kernel::matmul_add(to, b, operand, &product.w);
            for (row, count, takes_part) in runs(&lengths[..b], t) {
                let (at, len) = (row * hp, count * hp);
                if takes_part {
                    let step = Forward {
                        hp,
                        gates: part_mut(gates, row * n, count * n),
                        h_prev: part(h_prev, at, len),
                        h: part_mut(h, at, len),
                        c_prev: part(c_prev, at, len),
                        c: part_mut(c, at, len),
                        mixed: part_mut(mixed, at, len),
                    };
                    cell.forward(stage, step);
                } else {
                    part_mut(h, at, len).copy_from_slice(part(h_prev, at, len));
                    part_mut(c, at, len).copy_from_slice(part(c_prev, at, len));
                    // A second product must not meet what an older pass has left.
                    part_mut(mixed, at, len).fill(0.0);
                }
            }
        }
    }
}

/// The final state ← the last row of states, into which shorter rows' states have been carried.
fn leave_state(s: Sizes, shape: Shape, reverse: bool, state: usize, to: &mut State, track: &Track) {
    let (h, hp) = (s.h, s.hp);
    let last = final_row(reverse, shape.time, shape.batch * hp);
    for (to, rows) in [(&mut to.h, &track.h), (&mut to.c, &track.c)] {
        let (Some(to), Some(rows)) = (to.get_mut(state..), rows.get(last..)) else { continue };
        if !rows.is_empty() {
            let (to, rows) = (RowsMut { data: to, stride: h }, Rows { data: rows, stride: hp });
            kernel::copy_rows(to, rows, h, shape.batch);
        }
    }
}

/// logits ← H·W_ho + b_o; without output layer both directions side by side, where there are two
fn output_layer(network: &Network, ws: &mut Workspace) {
    if !network.has_logits() {
        return;
    }
    let Sizes { h, hp, v, vp, d, .. } = network.sizes;
    let Shape { batch, time, .. } = ws.shape;
    let steps = time * batch;
    let logits = &mut ws.logits[..steps * vp]; // (T, B, Vp)
    if let Some(head) = &network.head {
        let b_o = network.table.of(&network.theta, head.b_o); // (V)
        kernel::repeat_into(RowsMut { data: logits, stride: vp }, steps, b_o);
    } else {
        kernel::clear_beyond(RowsMut { data: logits, stride: vp }, steps, v);
    }
    let first = network.units.len() - d;
    for (part, (unit, track)) in network.units[first..].iter().zip(&ws.tracks[first..]).enumerate() {
        let outputs = Rows { data: &track.h[first_output(unit.reverse, batch * hp)..], stride: hp }; // (T, B, Hp)
        if let Some(head) = &network.head {
            kernel::matmul_add(RowsMut { data: logits, stride: vp }, steps, outputs, &head.w[part]);
        } else {
            let to = RowsMut { data: &mut logits[part * h..], stride: vp };
            kernel::copy_rows(to, outputs, h, steps);
        }
    }
}
