//! The definition of the cells' time steps, element by element: the tests compare the lanes with it.

use crate::kernel::{sigmoid, tanh};

/// Returns the (position in a row of gates, position in a row of Hp) of each element.
fn positions(hp: usize, blocks: usize, len: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..len).map(move |at| (at / hp * hp * blocks + at % hp, at))
}

pub fn lstm_forward(hp: usize, gates: &mut [f32], c_prev: &[f32], c: &mut [f32], h: &mut [f32]) {
    for (row, at) in positions(hp, 4, h.len()) {
        let i = sigmoid(gates[row]);
        let f = sigmoid(gates[row + hp]);
        let g = tanh(gates[row + 2 * hp]);
        let o = sigmoid(gates[row + 3 * hp]);
        // c_t = f ⊙ c_{t-1} + i ⊙ g
        c[at] = f * c_prev[at] + i * g;
        // h_t = o ⊙ tanh(c_t)
        h[at] = o * tanh(c[at]);
        (gates[row], gates[row + hp], gates[row + 2 * hp], gates[row + 3 * hp]) = (i, f, g, o);
    }
}

pub fn lstm_backward(
    hp: usize,
    dgates: &mut [f32],
    dc: &mut [f32],
    gates: &[f32],
    c_prev: &[f32],
    c: &[f32],
    dh: &[f32],
) {
    for (row, at) in positions(hp, 4, dh.len()) {
        let [i, f, g, o] = [0, 1, 2, 3].map(|block| gates[row + block * hp]);
        let c = tanh(c[at]);
        // dc_t = dc from later steps + dh ⊙ o ⊙ (1 − tanh²(c_t))
        let dc_t = dh[at] * o * (1.0 - c * c) + dc[at];
        // σ' = σ(1 − σ), tanh' = 1 − tanh²
        dgates[row] = dc_t * g * (i * (1.0 - i));
        dgates[row + hp] = dc_t * c_prev[at] * (f * (1.0 - f));
        dgates[row + 2 * hp] = dc_t * i * (1.0 - g * g);
        dgates[row + 3 * hp] = dh[at] * c * (o * (1.0 - o));
        // dc_{t-1} = dc_t ⊙ f
        dc[at] = dc_t * f;
    }
}

pub fn gru_forward(hp: usize, gates: &mut [f32], h_prev: &[f32], h: &mut [f32]) {
    for (row, at) in positions(hp, 4, h.len()) {
        let r = sigmoid(gates[row + hp]);
        let z = sigmoid(gates[row + 2 * hp]);
        let n = tanh(r * gates[row + 3 * hp] + gates[row]);
        // h_t = (1 − z) ⊙ n + z ⊙ h_{t-1}
        h[at] = z * h_prev[at] + (1.0 - z) * n;
        (gates[row], gates[row + hp], gates[row + 2 * hp]) = (n, r, z);
    }
}

pub fn gru_backward(
    hp: usize,
    dgates: &mut [f32],
    dh_prev: &mut [f32],
    gates: &[f32],
    h_prev: &[f32],
    dh: &[f32],
) {
    for (row, at) in positions(hp, 4, dh.len()) {
        let [n, r, z, h_n] = [0, 1, 2, 3].map(|block| gates[row + block * hp]);
        let dn = dh[at] * (1.0 - z) * (1.0 - n * n);
        dgates[row] = dn;
        dgates[row + hp] = dn * h_n * (r * (1.0 - r));
        dgates[row + 2 * hp] = dh[at] * (h_prev[at] - n) * (z * (1.0 - z));
        dgates[row + 3 * hp] = dn * r;
        dh_prev[at] += dh[at] * z;
    }
}

pub fn gru_reset_forward(hp: usize, gates: &mut [f32], h_prev: &[f32], reset_h: &mut [f32]) {
    for (row, at) in positions(hp, 3, h_prev.len()) {
        let r = sigmoid(gates[row]);
        gates[row] = r;
        gates[row + hp] = sigmoid(gates[row + hp]);
        reset_h[at] = r * h_prev[at];
    }
}

pub fn gru_candidate_forward(hp: usize, gates: &mut [f32], h_prev: &[f32], h: &mut [f32]) {
    for (row, at) in positions(hp, 3, h.len()) {
        let (z, n) = (gates[row + hp], tanh(gates[row + 2 * hp]));
        // h_t = (1 − z) ⊙ n + z ⊙ h_{t-1}
        h[at] = z * h_prev[at] + (1.0 - z) * n;
        gates[row + 2 * hp] = n;
    }
}

pub fn gru_candidate_backward(
    hp: usize,
    dgates: &mut [f32],
    dh_prev: &mut [f32],
    gates: &[f32],
    h_prev: &[f32],
    dh: &[f32],
) {
    for (row, at) in positions(hp, 3, dh.len()) {
        let (z, n) = (gates[row + hp], gates[row + 2 * hp]);
        dgates[row + hp] = dh[at] * (h_prev[at] - n) * (z * (1.0 - z));
        dgates[row + 2 * hp] = dh[at] * (1.0 - z) * (1.0 - n * n);
        dh_prev[at] += dh[at] * z;
    }
}

pub fn gru_reset_backward(
    hp: usize,
    dgates: &mut [f32],
    dh_prev: &mut [f32],
    gates: &[f32],
    h_prev: &[f32],
    dreset_h: &[f32],
) {
    for (row, at) in positions(hp, 3, dreset_h.len()) {
        let r = gates[row];
        dgates[row] = dreset_h[at] * h_prev[at] * (r * (1.0 - r));
        dh_prev[at] += dreset_h[at] * r;
    }
}
