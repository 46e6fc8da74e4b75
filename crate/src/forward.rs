//! The forward pass, layer by layer: x_t·W_ih + b_h for all time steps at once, then the recurrence time step by time step; at the
//! end the logits of all time steps at once.
//!
//! ```text
//! h_t = cell(x_t·W_ih + b_h, h_{t-1}·W_hh, …)      logits_t = h_t·W_ho + b_o
//! ```
//!
//! Past a row's length its last state is repeated. The `logits` there have no meaning: `loss` treats them as 0, and the facade leaves
//! outputs and logits there 0.

use crate::activations::{Activations, final_row, first_output, initial_row, previous_and_current, time_of};
use crate::buffer::{part, part_mut};
use crate::cell::{Cell, Forward};
use crate::dropout::{Dropout, Slab, drop_into};
use crate::kernel::{self, Rows, RowsMut};
use crate::layer_direction::LayerDirection;
use crate::network::{Network, Sizes};
use crate::workspace::{Shape, State, Workspace, row_ranges};

/// Runs the inputs, lengths and initial state of the workspace through the network. `dropout_pass` is the number of the training
/// pass, which decides the dropout masks; without it nothing is dropped. The hidden states, gates and cell states of all layers
/// remain in `ws.activations`, and the final state in `ws.final_state`.
pub fn forward(network: &mut Network, ws: &mut Workspace, dropout_pass: Option<u64>) {
    network.pack_forward(ws.shape.dense);
    let Sizes { h, hp, d, .. } = network.sizes;
    let Shape { batch, time, .. } = ws.shape;
    let below = network.directions.len() - d;
    ws.dropping = dropout_pass.is_some() && network.dropout > 0.0 && below > 0;
    for (index, direction) in network.directions.iter().enumerate() {
        input(network, direction, index, ws);
        let state = index * batch * h;
        let activations = &mut ws.activations[index];
        enter_state(network.sizes, ws.shape, direction.reverse, state, &ws.initial_state, activations);
        recur(network.cell, direction, network.sizes, ws.shape, &ws.lengths, activations);
        leave_state(network.sizes, ws.shape, direction.reverse, state, &mut ws.final_state, activations);
        if let (Some(pass), true) = (dropout_pass, ws.dropping && index < below) {
            let len = time * batch * hp;
            let outputs = part(&activations.h, first_output(direction.reverse, batch * hp), len);
            let (mask, dropped) = (&mut activations.mask[..len], &mut activations.dropped[..len]);
            let dropout = Dropout { rate: network.dropout, seed: network.seed };
            let [before, whole] = ws.rows.map(|rows| rows * hp);
            let slab = Slab { len: batch * hp, before, whole };
            drop_into(mask, dropped, outputs, dropout, (pass, index), slab);
        }
    }
    output_layer(network, ws);
}

/// Returns the input of the layer above: the outputs of a direction, after dropout if there is any.
pub fn outputs_for_layer_above<'a>(
    activations: &'a Activations,
    direction: &LayerDirection,
    dropping: bool,
    slab: usize,
) -> &'a [f32] {
    if dropping { &activations.dropped } else { &activations.h[first_output(direction.reverse, slab)..] }
}

/// Computes gates ← biases + the product with the inputs.
fn input(network: &Network, direction: &LayerDirection, index: usize, ws: &mut Workspace) {
    let Sizes { h, hp, n, d, .. } = network.sizes;
    let Shape { batch, time, dense, .. } = ws.shape;
    let positions = time * batch;
    let layer = index / d * d;
    let (below, here) = ws.activations.split_at_mut(layer);
    let gates = &mut here[index - layer].gates[..positions * n]; // (T, B, N)
    pad(gates, network.sizes);
    if let Some((b_hn, to)) = direction.b_hn {
        let b_hn = Rows { data: network.table.of(&network.theta, b_hn), stride: 0 }; // (H)
        kernel::copy_rows(RowsMut { data: &mut gates[to..], stride: n }, b_hn, h, positions);
    }
    if layer == 0 && !dense {
        return gather_ids(network, direction, gates, &ws.ids[..positions]);
    }
    let b_h = network.table.of(&network.theta, direction.b_h); // (G·H)
    for span in &direction.input_spans {
        let to = RowsMut { data: &mut gates[span.to..], stride: n };
        kernel::copy_rows(to, Rows { data: &b_h[span.from..], stride: 0 }, span.width, positions);
    }
    // gates ← gates + X·W_ih, part by part
    for (part, w) in direction.input.w.iter().enumerate() {
        let x = if layer == 0 {
            Rows { data: &ws.features, stride: direction.input.width }
        } else {
            let from = layer - d + part;
            let data =
                outputs_for_layer_above(&below[from], &network.directions[from], ws.dropping, batch * hp);
            Rows { data, stride: hp }
        };
        kernel::matmul_add(RowsMut { data: gates, stride: n }, positions, x, w);
    }
}

/// Clears the columns between H and Hp of each block.
fn pad(gates: &mut [f32], Sizes { h, hp, .. }: Sizes) {
    let blocks = gates.len() / hp;
    kernel::clear_beyond(RowsMut { data: gates, stride: hp }, blocks, h);
}

/// Computes gates ← row `id` of W_ih + b_h, which is the product of a one-hot row and W_ih, without the
/// one-hot row.
fn gather_ids(network: &Network, direction: &LayerDirection, gates: &mut [f32], ids: &[i32]) {
    let Sizes { h, g, n, .. } = network.sizes;
    let w_ih = network.table.of(&network.theta, direction.w_ih); // (I, G·H)
    let b_h = network.table.of(&network.theta, direction.b_h); // (G·H)
    for (gates, &id) in gates.chunks_exact_mut(n).zip(ids) {
        let row = &w_ih[id as usize * g * h..][..g * h];
        for span in &direction.input_spans {
            let columns = span.from..span.from + span.width;
            kernel::sum_into(&mut gates[span.to..span.to + span.width], &row[columns.clone()], &b_h[columns]);
        }
    }
}

/// Copies the initial state, which starts at offset `state`, to the first row of states.
fn enter_state(
    s: Sizes,
    shape: Shape,
    reverse: bool,
    state: usize,
    from: &State,
    activations: &mut Activations,
) {
    let (h, hp) = (s.h, s.hp);
    let first = initial_row(reverse, shape.time, shape.batch * hp);
    for (rows, from) in [(&mut activations.h, &from.h), (&mut activations.c, &from.c)] {
        let (Some(rows), Some(from)) = (rows.get_mut(first..), from.get(state..)) else { continue };
        if !from.is_empty() {
            rows[..shape.batch * hp].fill(0.0);
            let (to, from) = (RowsMut { data: rows, stride: hp }, Rows { data: from, stride: h });
            kernel::copy_rows(to, from, h, shape.batch);
        }
    }
}

/// Runs the recurrence, one time step after another.
fn recur(
    cell: &dyn Cell,
    direction: &LayerDirection,
    s: Sizes,
    shape: Shape,
    lengths: &[i32],
    activations: &mut Activations,
) {
    let Sizes { hp, n, .. } = s;
    let Shape { batch: b, time, .. } = shape;
    let slab = b * hp;
    for done in 0..time {
        let t = time_of(direction.reverse, time, done);
        let (h_prev, h) = previous_and_current(&mut activations.h, t, slab, direction.reverse); // (B, Hp)
        let (c_prev, c) = previous_and_current(&mut activations.c, t, slab, direction.reverse); // (B, Hp)
        let gates = part_mut(&mut activations.gates, t * b * n, b * n); // (B, N)
        let reset_h = part_mut(&mut activations.reset_h, t * slab, slab); // (B, Hp)
        for (stage, product) in direction.recurrent.iter().enumerate() {
            // gates ← gates + h_{t-1}·W_hh
            let operand = Rows { data: if stage == 0 { h_prev } else { reset_h }, stride: hp };
            let to = RowsMut { data: part_mut(gates, product.to, b * n - product.to), stride: n };
            kernel::matmul_add(to, b, operand, &product.w);
            for (row, count, within_length) in row_ranges(&lengths[..b], t) {
                let (at, len) = (row * hp, count * hp);
                if within_length {
                    let time_step = Forward {
                        hp,
                        gates: part_mut(gates, row * n, count * n),
                        h_prev: part(h_prev, at, len),
                        h: part_mut(h, at, len),
                        c_prev: part(c_prev, at, len),
                        c: part_mut(c, at, len),
                        reset_h: part_mut(reset_h, at, len),
                    };
                    cell.forward(stage, time_step);
                } else {
                    part_mut(h, at, len).copy_from_slice(part(h_prev, at, len));
                    part_mut(c, at, len).copy_from_slice(part(c_prev, at, len));
                    // A second product must not read values of an earlier pass.
                    part_mut(reset_h, at, len).fill(0.0);
                }
            }
        }
    }
}

/// Copies the last row of states to the final state. It contains the last state of shorter rows too.
fn leave_state(
    s: Sizes,
    shape: Shape,
    reverse: bool,
    state: usize,
    to: &mut State,
    activations: &Activations,
) {
    let (h, hp) = (s.h, s.hp);
    let last = final_row(reverse, shape.time, shape.batch * hp);
    for (to, rows) in [(&mut to.h, &activations.h), (&mut to.c, &activations.c)] {
        let (Some(to), Some(rows)) = (to.get_mut(state..), rows.get(last..)) else { continue };
        if !rows.is_empty() {
            let (to, rows) = (RowsMut { data: to, stride: h }, Rows { data: rows, stride: hp });
            kernel::copy_rows(to, rows, h, shape.batch);
        }
    }
}

/// Computes logits ← H·W_ho + b_o, or, without an output layer, the outputs of two directions side by side.
fn output_layer(network: &Network, ws: &mut Workspace) {
    if !network.has_logits() {
        return;
    }
    let Sizes { h, hp, v, vp, d, .. } = network.sizes;
    let Shape { batch, time, .. } = ws.shape;
    let positions = time * batch;
    let logits = &mut ws.logits[..positions * vp]; // (T, B, Vp)
    if let Some(layer) = &network.output_layer {
        let b_o = network.table.of(&network.theta, layer.b_o); // (V)
        kernel::repeat_into(RowsMut { data: logits, stride: vp }, positions, b_o);
    } else {
        kernel::clear_beyond(RowsMut { data: logits, stride: vp }, positions, v);
    }
    let first = network.directions.len() - d;
    for (part, (direction, activations)) in
        network.directions[first..].iter().zip(&ws.activations[first..]).enumerate()
    {
        let outputs =
            Rows { data: &activations.h[first_output(direction.reverse, batch * hp)..], stride: hp }; // (T, B, Hp)
        if let Some(layer) = &network.output_layer {
            kernel::matmul_add(RowsMut { data: logits, stride: vp }, positions, outputs, &layer.w[part]);
        } else {
            let to = RowsMut { data: &mut logits[part * h..], stride: vp };
            kernel::copy_rows(to, outputs, h, positions);
        }
    }
}
