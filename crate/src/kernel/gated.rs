//! The element-wise parts of the cells, each in one pass over its rows. A row of gates is blocks of Hp floats; all other rows are Hp.
//! Each has its meaning in `scalar/gated.rs` and its lanes in `simd/gated.rs`.

use super::simd::gated as simd;

/// Panics where slices do not hold the same number of rows: `gates` of `blocks`·Hp floats, the others of Hp.
fn check<const N: usize>(hp: usize, blocks: usize, gates: usize, rows: [usize; N]) {
    assert!(hp > 0 && hp.is_multiple_of(4) && gates.is_multiple_of(blocks * hp), "rows");
    assert!(rows.iter().all(|&len| len * blocks == gates), "rows");
}

/// y ← a ⊙ b: dropout
#[inline(never)]
pub fn multiply_into(y: &mut [f32], a: &[f32], b: &[f32]) {
    assert!(y.len() == a.len() && y.len() == b.len());
    simd::multiply_into(y, a, b);
}

/// y ← y ⊙ x
#[inline(never)]
pub fn multiply(y: &mut [f32], x: &[f32]) {
    assert!(y.len() == x.len());
    simd::multiply(y, x);
}

/// y ← max(0, x)
#[inline(never)]
pub fn relu_into(y: &mut [f32], x: &[f32]) {
    assert!(y.len() == x.len());
    simd::relu_into(y, x);
}

/// dx ← dy where y > 0, else 0: the derivative of y = max(0, x) from its value.
#[inline(never)]
pub fn relu_gradient_into(dx: &mut [f32], dy: &[f32], y: &[f32]) {
    assert!(dx.len() == dy.len() && dx.len() == y.len());
    simd::relu_gradient_into(dx, dy, y);
}

/// Rows (i, f, g, o) ← their activations; c ← f ⊙ c_prev + i ⊙ g; h ← o ⊙ tanh(c)
#[inline(never)]
pub fn lstm_forward(hp: usize, gates: &mut [f32], c_prev: &[f32], c: &mut [f32], h: &mut [f32]) {
    check(hp, 4, gates.len(), [c_prev.len(), c.len(), h.len()]);
    simd::lstm_forward(hp, gates, c_prev, c, h);
}

/// Rows dgates of (i, f, g, o) from dh and dc; dc ← ∂L/∂c_prev
#[inline(never)]
pub fn lstm_backward(
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
    simd::lstm_backward(hp, dgates, dc, gates, c_prev, c, dh);
}

/// Rows (x's n, r, z, h's n) ← (n, r, z, h's n), n = tanh(x's n + r ⊙ h's n); h ← (1 − z) ⊙ n + z ⊙ h_prev
#[inline(never)]
pub fn gru_forward(hp: usize, gates: &mut [f32], h_prev: &[f32], h: &mut [f32]) {
    check(hp, 4, gates.len(), [h_prev.len(), h.len()]);
    simd::gru_forward(hp, gates, h_prev, h);
}

/// Rows dgates of (x's n, r, z, h's n) from dh; dh_prev += dh ⊙ z
#[inline(never)]
pub fn gru_backward(
    hp: usize,
    dgates: &mut [f32],
    dh_prev: &mut [f32],
    gates: &[f32],
    h_prev: &[f32],
    dh: &[f32],
) {
    assert!(dgates.len() == gates.len());
    check(hp, 4, gates.len(), [dh_prev.len(), h_prev.len(), dh.len()]);
    simd::gru_backward(hp, dgates, dh_prev, gates, h_prev, dh);
}

/// Of rows (r, z, n): r and z ← their activations; reset_h ← r ⊙ h_prev
#[inline(never)]
pub fn gru_reset_forward(hp: usize, gates: &mut [f32], h_prev: &[f32], reset_h: &mut [f32]) {
    check(hp, 3, gates.len(), [h_prev.len(), reset_h.len()]);
    simd::gru_reset_forward(hp, gates, h_prev, reset_h);
}

/// Of rows (r, z, n): n ← tanh; h ← (1 − z) ⊙ n + z ⊙ h_prev
#[inline(never)]
pub fn gru_update_forward(hp: usize, gates: &mut [f32], h_prev: &[f32], h: &mut [f32]) {
    check(hp, 3, gates.len(), [h_prev.len(), h.len()]);
    simd::gru_update_forward(hp, gates, h_prev, h);
}

/// Of rows dgates of (r, z, n): z and n from dh; dh_prev += dh ⊙ z
#[inline(never)]
pub fn gru_update_backward(
    hp: usize,
    dgates: &mut [f32],
    dh_prev: &mut [f32],
    gates: &[f32],
    h_prev: &[f32],
    dh: &[f32],
) {
    assert!(dgates.len() == gates.len());
    check(hp, 3, gates.len(), [dh_prev.len(), h_prev.len(), dh.len()]);
    simd::gru_update_backward(hp, dgates, dh_prev, gates, h_prev, dh);
}

/// Of rows dgates of (r, z, n): r from dreset_h; dh_prev += dreset_h ⊙ r
#[inline(never)]
pub fn gru_reset_backward(
    hp: usize,
    dgates: &mut [f32],
    dh_prev: &mut [f32],
    gates: &[f32],
    h_prev: &[f32],
    dreset_h: &[f32],
) {
    assert!(dgates.len() == gates.len());
    check(hp, 3, gates.len(), [dh_prev.len(), h_prev.len(), dreset_h.len()]);
    simd::gru_reset_backward(hp, dgates, dh_prev, gates, h_prev, dreset_h);
}
