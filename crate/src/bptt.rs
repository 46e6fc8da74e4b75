//! Back-propagation through time: from the gradients of the logits, outputs and final state to those of every parameter, the
//! initial state and dense features.
//!
//! Source: Rumelhart, Hinton, Williams 1986; Werbos, "Backpropagation through time: what it does and how to do it", 1990.
//! Walks each unit from its last step to its first, the last layer first; all that is not recurrent is one product over T·B rows.

use crate::buffer::{part, part_mut};
use crate::cell::{Backward, Cell};
use crate::forward::handed_up;
use crate::kernel::{self, Rows, RowsMut};
use crate::network::{Network, Sizes};
use crate::track::{Track, final_row, first_output, first_previous, initial_row, neighbours, time_of};
use crate::unit::Unit;
use crate::workspace::{Shape, Workspace, runs};

/// Where the gradient of the outputs starts from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Seeds {
    /// Only ∂L/∂logits, from the loss
    Loss,
    /// ∂L/∂outputs, ∂L/∂logits and ∂L/∂(final state), from the caller, who writes whole rows: zeros between H and Hp, V and Vp
    Given,
}

/// Fills `gradients` (or adds to them), `initial_state_gradient` and, for given seeds and dense features, `dfeatures`. Needs a
/// forward pass.
pub fn bptt(network: &mut Network, ws: &mut Workspace, seeds: Seeds, accumulate: bool) {
    network.pack_backward();
    if !accumulate {
        network.gradients.fill(0.0);
    }
    let d = network.sizes.d;
    output_layer(network, ws, seeds);
    for at in (0..network.units.len()).rev() {
        let unit = &network.units[at];
        start(network.sizes, at, unit.reverse, ws, seeds);
        recur(network.cell, unit, network.sizes, ws.shape, &ws.lengths, &mut ws.tracks[at]);
        finish(network.sizes, at, unit.reverse, ws);
        weights(network, at, ws);
        if at.is_multiple_of(d) && at > 0 {
            hand_down(network, at, ws);
        }
    }
    if ws.shape.dense && seeds == Seeds::Given {
        features(network, ws);
    }
}

/// dH of the last layer ← dlogits·W_hoᵀ; dW_ho ← Hᵀ·dlogits; db_o ← Σ dlogits
fn output_layer(network: &mut Network, ws: &mut Workspace, seeds: Seeds) {
    let Sizes { h, hp, v, vp, d, .. } = network.sizes;
    let Shape { batch: b, time, .. } = ws.shape;
    let steps = time * b;
    let first = network.units.len() - d;
    let dlogits = Rows { data: &ws.dlogits, stride: vp };
    for (part, (unit, track)) in network.units[first..].iter().zip(&mut ws.tracks[first..]).enumerate() {
        let outputs = first_output(unit.reverse, b * hp);
        let dh = part_mut(&mut track.dh, outputs, steps * hp); // (T, B, Hp)
        // Without output layer and with one direction, the loss has written here itself.
        if seeds == Seeds::Loss && network.has_logits() {
            dh.fill(0.0);
        }
        let Some(head) = &network.head else {
            if seeds == Seeds::Loss && d > 1 {
                let from = Rows { data: &ws.dlogits[part * h..], stride: vp };
                kernel::copy_rows(RowsMut { data: dh, stride: hp }, from, h, steps);
            }
            continue;
        };
        kernel::matmul_add(RowsMut { data: dh, stride: hp }, steps, dlogits, &head.w_t[part]);
        let dw_ho = network.table.of_mut(&mut network.gradients, head.w_ho); // (D·H, V)
        let dw_ho = RowsMut { data: &mut dw_ho[part * h * v..], stride: v };
        let outputs = Rows { data: &track.h[outputs..], stride: hp };
        kernel::matmul_transposed_add(dw_ho, [h, v, steps], outputs, dlogits, &mut ws.pair);
    }
    if let Some(head) = &network.head {
        kernel::add_rows(network.table.of_mut(&mut network.gradients, head.b_o), dlogits, steps);
    }
}

/// Adds the final state's gradients, and clears what the walk back will fill.
fn start(Sizes { h, hp, .. }: Sizes, at: usize, reverse: bool, ws: &mut Workspace, seeds: Seeds) {
    let Shape { batch: b, time, .. } = ws.shape;
    let (slab, state) = (b * hp, at * b * h);
    let Track { dh, dc, .. } = &mut ws.tracks[at];
    part_mut(dh, initial_row(reverse, time, slab), slab).fill(0.0);
    dc.fill(0.0);
    if seeds == Seeds::Given {
        let given = &ws.final_state_gradient;
        let last = &mut dh[final_row(reverse, time, slab)..];
        for (rows, given) in [(last, &given.h), (&mut dc[..], &given.c)] {
            let Some(given) = given.get(state..) else { continue };
            for (row, given) in rows.chunks_exact_mut(hp).zip(given.chunks_exact(h)).take(b) {
                kernel::add(&mut row[..h], given);
            }
        }
    }
}

/// The initial state's gradients ← what the walk back has ended in.
fn finish(Sizes { h, hp, .. }: Sizes, at: usize, reverse: bool, ws: &mut Workspace) {
    let Shape { batch: b, time, .. } = ws.shape;
    let track = &ws.tracks[at];
    let first = &track.dh[initial_row(reverse, time, b * hp)..];
    let to = &mut ws.initial_state_gradient;
    for (to, rows) in [(&mut to.h, first), (&mut to.c, &track.dc[..])] {
        let Some(to) = to.get_mut(at * b * h..) else { continue };
        if !rows.is_empty() {
            let (to, rows) = (RowsMut { data: to, stride: h }, Rows { data: rows, stride: hp });
            kernel::copy_rows(to, rows, h, b);
        }
    }
}

/// The recurrence backwards: dgates_t from dh_t, and dh_{t-1} += dgates_t·W_hhᵀ.
fn recur(cell: &dyn Cell, unit: &Unit, s: Sizes, shape: Shape, lengths: &[i32], track: &mut Track) {
    let Sizes { hp, n, .. } = s;
    let Shape { batch: b, time, .. } = shape;
    let slab = b * hp;
    let reverse = unit.reverse;
    for step in (0..time).rev() {
        let t = time_of(reverse, time, step);
        let (dh_prev, dh) = neighbours(&mut track.dh, t, slab, reverse); // (B, Hp)
        let (h_prev, h) = neighbours(&mut track.h, t, slab, reverse); // (B, Hp)
        let (c_prev, c) = neighbours(&mut track.c, t, slab, reverse); // (B, Hp)
        let gates = part(&track.gates, t * b * n, b * n); // (B, N)
        let dgates = part_mut(&mut track.dgates, t * b * n, b * n); // (B, N)
        let (dc, dmixed) = (&mut track.dc[..], &mut track.dmixed[..]); // (B, Hp)
        for (stage, product) in unit.recurrent.iter().enumerate().rev() {
            for (row, count, takes_part) in runs(&lengths[..b], t) {
                let (at, len) = (row * hp, count * hp);
                if takes_part {
                    let step = Backward {
                        hp,
                        gates: part(gates, row * n, count * n),
                        h_prev: part(h_prev, at, len),
                        h: part(h, at, len),
                        c_prev: part(c_prev, at, len),
                        c: part(c, at, len),
                        dh: part(dh, at, len),
                        dc: part_mut(dc, at, len),
                        dmixed: part(dmixed, at, len),
                        dgates: part_mut(dgates, row * n, count * n),
                        dh_prev: part_mut(dh_prev, at, len),
                    };
                    cell.backward(stage, step);
                } else if stage + 1 == unit.recurrent.len() {
                    // Past its length a row's state was copied: so is the gradient, and the cell has no part in it.
                    part_mut(dgates, row * n, count * n).fill(0.0);
                    kernel::add(part_mut(dh_prev, at, len), part(dh, at, len));
                }
            }
            let dgates = Rows { data: part(dgates, product.to, b * n - product.to), stride: n };
            if stage > 0 {
                dmixed.fill(0.0);
            }
            let operand = if stage == 0 { &mut *dh_prev } else { &mut *dmixed };
            kernel::matmul_add(RowsMut { data: operand, stride: hp }, b, dgates, &product.w_t);
        }
    }
}

/// dW_hh ← H_{t-1}ᵀ·dgates; dW_ih ← Xᵀ·dgates, for ids a scatter of rows; biases ← Σ dgates
fn weights(network: &mut Network, at: usize, ws: &mut Workspace) {
    let Sizes { h, hp, g, n, d, .. } = network.sizes;
    let Shape { batch, time, dense, .. } = ws.shape;
    let (steps, slab, stride) = (time * batch, batch * hp, g * h);
    let (below, here) = ws.tracks.split_at(at / d * d);
    let track = &here[at % d];
    let dgates = &track.dgates[..steps * n]; // (T, B, N)
    let unit = &network.units[at];
    let (table, gradients) = (&network.table, &mut network.gradients);

    for (stage, product) in unit.recurrent.iter().enumerate() {
        let h_prev = &track.h[first_previous(unit.reverse, slab)..];
        let operand = Rows { data: if stage == 0 { h_prev } else { &track.mixed }, stride: hp };
        for span in &product.spans {
            let dw = RowsMut { data: &mut table.of_mut(gradients, unit.w_hh)[span.from..], stride };
            let dgates = Rows { data: &dgates[span.to..], stride: n };
            kernel::matmul_transposed_add(dw, [h, span.width, steps], operand, dgates, &mut ws.pair);
        }
    }
    let dw_ih = table.of_mut(gradients, unit.w_ih); // (I or D·H, G·H)
    if below.is_empty() && !dense {
        for (row, &id) in dgates.chunks_exact(n).zip(&ws.ids[..steps]) {
            let to = &mut dw_ih[id as usize * stride..][..stride];
            for span in &unit.input_spans {
                let columns = &mut to[span.from..span.from + span.width];
                kernel::add(columns, &row[span.to..span.to + span.width]);
            }
        }
    } else {
        let width = unit.input.width;
        for (part, dw_ih) in dw_ih.chunks_exact_mut(width * stride).enumerate() {
            let x = if below.is_empty() {
                Rows { data: &ws.features, stride: width }
            } else {
                let from = below.len() - d + part;
                let data = handed_up(&below[from], &network.units[from], ws.dropping, slab);
                Rows { data, stride: hp }
            };
            for span in &unit.input_spans {
                let dw = RowsMut { data: &mut dw_ih[span.from..], stride };
                let dgates = Rows { data: &dgates[span.to..], stride: n };
                kernel::matmul_transposed_add(dw, [width, span.width, steps], x, dgates, &mut ws.pair);
            }
        }
    }
    for span in &unit.input_spans {
        let db = part_mut(table.of_mut(gradients, unit.b_h), span.from, span.width);
        kernel::add_rows(db, Rows { data: &dgates[span.to..], stride: n }, steps);
    }
    if let Some((b_hn, to)) = unit.b_hn {
        kernel::add_rows(table.of_mut(gradients, b_hn), Rows { data: &dgates[to..], stride: n }, steps);
    }
}

/// dH of the layer below the one that starts at unit `layer` ← Σ dgates·W_ihᵀ over its directions, through what was dropped
fn hand_down(network: &Network, layer: usize, ws: &mut Workspace) {
    let Sizes { hp, n, d, .. } = network.sizes;
    let Shape { batch, time, .. } = ws.shape;
    let steps = time * batch;
    let (below, here) = ws.tracks.split_at_mut(layer);
    for (part, track) in below[layer - d..].iter_mut().enumerate() {
        let reverse = network.units[layer - d + part].reverse;
        let dh = part_mut(&mut track.dh, first_output(reverse, batch * hp), steps * hp); // (T, B, Hp)
        dh.fill(0.0);
        for (unit, from) in network.units[layer..].iter().zip(&*here).take(d) {
            let dgates = Rows { data: &from.dgates, stride: n };
            kernel::matmul_add(RowsMut { data: dh, stride: hp }, steps, dgates, &unit.input.w_t[part]);
        }
        if ws.dropping {
            kernel::multiply(dh, &track.mask[..steps * hp]);
        }
    }
}

/// dX ← Σ dgates·W_ihᵀ over the directions of the first layer
fn features(network: &Network, ws: &mut Workspace) {
    let Sizes { i, n, d, .. } = network.sizes;
    let ip = kernel::padded(i);
    let steps = ws.shape.time * ws.shape.batch;
    ws.dfeatures[..steps * ip].fill(0.0);
    for (unit, track) in network.units.iter().zip(&ws.tracks).take(d) {
        let (dgates, to) =
            (Rows { data: &track.dgates, stride: n }, RowsMut { data: &mut ws.dfeatures, stride: ip });
        kernel::matmul_add(to, steps, dgates, &unit.input.w_t[0]);
    }
}
