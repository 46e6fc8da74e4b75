//! Back-propagation through time: from the gradients of the logits, outputs and final state to those of every parameter, the
//! initial state and dense features.
//!
//! Source: Rumelhart, Hinton, Williams 1986; Werbos, "Backpropagation through time: what it does and how to do it", 1990.
//! Walks each direction from its last time step to its first, starting at the last layer. Everything that is not recurrent is one
//! product over T·B rows.

use crate::activations::{
    Activations, final_row, first_output, first_previous, initial_row, previous_and_current, time_of,
};
use crate::buffer::{part, part_mut};
use crate::cell::{Backward, Cell};
use crate::forward::outputs_for_layer_above;
use crate::kernel::{self, Rows, RowsMut};
use crate::layer_direction::LayerDirection;
use crate::network::{Network, Sizes};
use crate::workspace::{Shape, Workspace, row_ranges};

/// The origin of the gradients that are propagated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum GradientSource {
    /// The loss: ∂L/∂logits only
    Loss,
    /// The caller: ∂L/∂outputs, ∂L/∂logits and ∂L/∂(final state), in whole rows with zeros between H and Hp, V and Vp
    Caller,
}

/// Computes dH of the last layer ← dlogits·W_hoᵀ; dW_ho ← Hᵀ·dlogits; db_o ← Σ dlogits.
pub fn bptt(network: &mut Network, ws: &mut Workspace, source: GradientSource, accumulate: bool) {
    network.pack_backward();
    if !accumulate {
        network.gradients.fill(0.0);
    }
    let d = network.sizes.d;
    output_layer(network, ws, source);
    for at in (0..network.directions.len()).rev() {
        let direction = &network.directions[at];
        start(network.sizes, at, direction.reverse, ws, source);
        recur(network.cell, direction, network.sizes, ws.shape, &ws.lengths, &mut ws.activations[at]);
        finish(network.sizes, at, direction.reverse, ws);
        weights(network, at, ws);
        if at.is_multiple_of(d) && at > 0 {
            propagate_to_layer_below(network, at, ws);
        }
    }
    if ws.shape.dense && source == GradientSource::Caller {
        features(network, ws);
    }
}

/// dH of the last layer ← dlogits·W_hoᵀ; dW_ho ← Hᵀ·dlogits; db_o ← Σ dlogits
fn output_layer(network: &mut Network, ws: &mut Workspace, source: GradientSource) {
    let Sizes { h, hp, v, vp, d, .. } = network.sizes;
    let Shape { batch: b, time, .. } = ws.shape;
    let positions = time * b;
    let first = network.directions.len() - d;
    let dlogits = Rows { data: &ws.dlogits, stride: vp };
    for (part, (direction, activations)) in
        network.directions[first..].iter().zip(&mut ws.activations[first..]).enumerate()
    {
        let outputs = first_output(direction.reverse, b * hp);
        let dh = part_mut(&mut activations.dh, outputs, positions * hp); // (T, B, Hp)
        // Without an output layer and with one direction, the loss has written here itself.
        if source == GradientSource::Loss && network.has_logits() {
            dh.fill(0.0);
        }
        let Some(layer) = &network.output_layer else {
            if source == GradientSource::Loss && d > 1 {
                let from = Rows { data: &ws.dlogits[part * h..], stride: vp };
                kernel::copy_rows(RowsMut { data: dh, stride: hp }, from, h, positions);
            }
            continue;
        };
        kernel::matmul_add(RowsMut { data: dh, stride: hp }, positions, dlogits, &layer.w_t[part]);
        let dw_ho = network.table.of_mut(&mut network.gradients, layer.w_ho); // (D·H, V)
        let dw_ho = RowsMut { data: &mut dw_ho[part * h * v..], stride: v };
        let outputs = Rows { data: &activations.h[outputs..], stride: hp };
        kernel::matmul_transposed_add(dw_ho, [h, v, positions], outputs, dlogits, &mut ws.pair);
    }
    if let Some(layer) = &network.output_layer {
        kernel::add_rows(network.table.of_mut(&mut network.gradients, layer.b_o), dlogits, positions);
    }
}

/// Adds the gradients of the final state, and clears the buffers that the recurrence adds to.
fn start(Sizes { h, hp, .. }: Sizes, at: usize, reverse: bool, ws: &mut Workspace, source: GradientSource) {
    let Shape { batch: b, time, .. } = ws.shape;
    let (slab, state) = (b * hp, at * b * h);
    let Activations { dh, dc, .. } = &mut ws.activations[at];
    part_mut(dh, initial_row(reverse, time, slab), slab).fill(0.0);
    dc.fill(0.0);
    if source == GradientSource::Caller {
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

/// Sets the gradients of the initial state to those with which the recurrence ends.
fn finish(Sizes { h, hp, .. }: Sizes, at: usize, reverse: bool, ws: &mut Workspace) {
    let Shape { batch: b, time, .. } = ws.shape;
    let activations = &ws.activations[at];
    let first = &activations.dh[initial_row(reverse, time, b * hp)..];
    let to = &mut ws.initial_state_gradient;
    for (to, rows) in [(&mut to.h, first), (&mut to.c, &activations.dc[..])] {
        let Some(to) = to.get_mut(at * b * h..) else { continue };
        if !rows.is_empty() {
            let (to, rows) = (RowsMut { data: to, stride: h }, Rows { data: rows, stride: hp });
            kernel::copy_rows(to, rows, h, b);
        }
    }
}

/// Runs the recurrence backwards: dgates_t from dh_t, and dh_{t-1} += dgates_t·W_hhᵀ.
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
    let reverse = direction.reverse;
    for done in (0..time).rev() {
        let t = time_of(reverse, time, done);
        let (dh_prev, dh) = previous_and_current(&mut activations.dh, t, slab, reverse); // (B, Hp)
        let (h_prev, h) = previous_and_current(&mut activations.h, t, slab, reverse); // (B, Hp)
        let (c_prev, c) = previous_and_current(&mut activations.c, t, slab, reverse); // (B, Hp)
        let gates = part(&activations.gates, t * b * n, b * n); // (B, N)
        let dgates = part_mut(&mut activations.dgates, t * b * n, b * n); // (B, N)
        let (dc, dreset_h) = (&mut activations.dc[..], &mut activations.dreset_h[..]); // (B, Hp)
        for (stage, product) in direction.recurrent.iter().enumerate().rev() {
            for (row, count, within_length) in row_ranges(&lengths[..b], t) {
                let (at, len) = (row * hp, count * hp);
                if within_length {
                    let time_step = Backward {
                        hp,
                        gates: part(gates, row * n, count * n),
                        h_prev: part(h_prev, at, len),
                        h: part(h, at, len),
                        c_prev: part(c_prev, at, len),
                        c: part(c, at, len),
                        dh: part(dh, at, len),
                        dc: part_mut(dc, at, len),
                        dreset_h: part(dreset_h, at, len),
                        dgates: part_mut(dgates, row * n, count * n),
                        dh_prev: part_mut(dh_prev, at, len),
                    };
                    cell.backward(stage, time_step);
                } else if stage + 1 == direction.recurrent.len() {
                    // Past a row's length the state was copied, so the gradient is copied too.
                    part_mut(dgates, row * n, count * n).fill(0.0);
                    kernel::add(part_mut(dh_prev, at, len), part(dh, at, len));
                }
            }
            let dgates = Rows { data: part(dgates, product.to, b * n - product.to), stride: n };
            if stage > 0 {
                dreset_h.fill(0.0);
            }
            let operand = if stage == 0 { &mut *dh_prev } else { &mut *dreset_h };
            kernel::matmul_add(RowsMut { data: operand, stride: hp }, b, dgates, &product.w_t);
        }
    }
}

/// Computes dW_hh ← H_{t-1}ᵀ·dgates; dW_ih ← Xᵀ·dgates, for ids a scatter of rows; biases ← Σ dgates.
fn weights(network: &mut Network, at: usize, ws: &mut Workspace) {
    let Sizes { h, hp, g, n, d, .. } = network.sizes;
    let Shape { batch, time, dense, .. } = ws.shape;
    let (positions, slab, stride) = (time * batch, batch * hp, g * h);
    let (below, here) = ws.activations.split_at(at / d * d);
    let activations = &here[at % d];
    let dgates = &activations.dgates[..positions * n]; // (T, B, N)
    let direction = &network.directions[at];
    let (table, gradients) = (&network.table, &mut network.gradients);

    for (stage, product) in direction.recurrent.iter().enumerate() {
        let h_prev = &activations.h[first_previous(direction.reverse, slab)..];
        let operand = Rows { data: if stage == 0 { h_prev } else { &activations.reset_h }, stride: hp };
        for span in &product.spans {
            let dw = RowsMut { data: &mut table.of_mut(gradients, direction.w_hh)[span.from..], stride };
            let dgates = Rows { data: &dgates[span.to..], stride: n };
            kernel::matmul_transposed_add(dw, [h, span.width, positions], operand, dgates, &mut ws.pair);
        }
    }
    let dw_ih = table.of_mut(gradients, direction.w_ih); // (I or D·H, G·H)
    if below.is_empty() && !dense {
        for (row, &id) in dgates.chunks_exact(n).zip(&ws.ids[..positions]) {
            let to = &mut dw_ih[id as usize * stride..][..stride];
            for span in &direction.input_spans {
                let columns = &mut to[span.from..span.from + span.width];
                kernel::add(columns, &row[span.to..span.to + span.width]);
            }
        }
    } else {
        let width = direction.input.width;
        for (part, dw_ih) in dw_ih.chunks_exact_mut(width * stride).enumerate() {
            let x = if below.is_empty() {
                Rows { data: &ws.features, stride: width }
            } else {
                let from = below.len() - d + part;
                let data =
                    outputs_for_layer_above(&below[from], &network.directions[from], ws.dropping, slab);
                Rows { data, stride: hp }
            };
            for span in &direction.input_spans {
                let dw = RowsMut { data: &mut dw_ih[span.from..], stride };
                let dgates = Rows { data: &dgates[span.to..], stride: n };
                kernel::matmul_transposed_add(dw, [width, span.width, positions], x, dgates, &mut ws.pair);
            }
        }
    }
    for span in &direction.input_spans {
        let db = part_mut(table.of_mut(gradients, direction.b_h), span.from, span.width);
        kernel::add_rows(db, Rows { data: &dgates[span.to..], stride: n }, positions);
    }
    if let Some((b_hn, to)) = direction.b_hn {
        kernel::add_rows(table.of_mut(gradients, b_hn), Rows { data: &dgates[to..], stride: n }, positions);
    }
}

/// Computes dH of the layer below ← Σ dgates·W_ihᵀ over the directions of the layer whose first direction is
/// `layer`, times the dropout mask.
fn propagate_to_layer_below(network: &Network, layer: usize, ws: &mut Workspace) {
    let Sizes { hp, n, d, .. } = network.sizes;
    let Shape { batch, time, .. } = ws.shape;
    let positions = time * batch;
    let (below, here) = ws.activations.split_at_mut(layer);
    for (part, activations) in below[layer - d..].iter_mut().enumerate() {
        let reverse = network.directions[layer - d + part].reverse;
        let dh = part_mut(&mut activations.dh, first_output(reverse, batch * hp), positions * hp); // (T, B, Hp)
        dh.fill(0.0);
        for (direction, from) in network.directions[layer..].iter().zip(&*here).take(d) {
            let dgates = Rows { data: &from.dgates, stride: n };
            kernel::matmul_add(
                RowsMut { data: dh, stride: hp },
                positions,
                dgates,
                &direction.input.w_t[part],
            );
        }
        if ws.dropping {
            kernel::multiply(dh, &activations.mask[..positions * hp]);
        }
    }
}

/// Computes dX ← Σ dgates·W_ihᵀ over the directions of the first layer.
fn features(network: &Network, ws: &mut Workspace) {
    let Sizes { i, n, d, .. } = network.sizes;
    let ip = kernel::padded(i);
    let positions = ws.shape.time * ws.shape.batch;
    ws.dfeatures[..positions * ip].fill(0.0);
    for (direction, activations) in network.directions.iter().zip(&ws.activations).take(d) {
        let (dgates, to) =
            (Rows { data: &activations.dgates, stride: n }, RowsMut { data: &mut ws.dfeatures, stride: ip });
        kernel::matmul_add(to, positions, dgates, &direction.input.w_t[0]);
    }
}
