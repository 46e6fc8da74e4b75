//! The kernels: functions on slices and sizes that know nothing of networks.
//!
//! Each kernel exists twice: `scalar` defines its result, and `simd` is the fast implementation on every target (`lanes` has a
//! portable form). `check` compares the two. This module contains the entry points, which check all lengths once. They are never
//! inlined: engines compile hot functions one by one, so that a separate kernel is optimised earlier and exists once. `*_into`
//! overwrites its output, `*_add` accumulates. NaN and infinity propagate through all kernels.

mod activation;
mod approx;
mod pack;
#[cfg_attr(not(test), allow(dead_code, unused_imports))]
mod scalar;
mod simd;
mod update;

#[cfg(test)]
pub mod check;
#[cfg(test)]
mod speed;

pub use activation::{Sigmoid, Tanh, one_minus, sigmoid_slope, tanh_slope};
pub use approx::{exp64, ln};
#[cfg(test)]
pub use approx::{sigmoid, tanh};
pub use pack::{PackedPair, Panels};
pub use update::{AdamUpdate, RmsPropUpdate, SgdUpdate, adam, rms_prop, sgd};

use crate::lanes::PANEL;

/// Returns a row length rounded up to whole panels.
pub fn padded(columns: usize) -> usize {
    columns.next_multiple_of(PANEL)
}

/// A matrix inside a slice: rows that start every `stride` floats, of which the caller uses the first columns.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// The floats, starting at the first row
    pub data: &'a [f32],
    /// Floats from one row to the next
    pub stride: usize,
}

/// Mutable `Rows`.
pub struct RowsMut<'a> {
    /// The floats, starting at the first row
    pub data: &'a mut [f32],
    /// Floats from one row to the next
    pub stride: usize,
}

/// Copies the first `width` floats of `count` rows of `from`, whose stride of 0 repeats one row. A copy has
/// no arithmetic, so there is no scalar form.
#[inline(never)]
pub fn copy_rows(to: RowsMut<'_>, from: Rows<'_>, width: usize, count: usize) {
    for row in 0..count {
        to.data[row * to.stride..][..width].copy_from_slice(&from.data[row * from.stride..][..width]);
    }
}

/// Computes C (M, N) += A (M, K) · B (K, N), with B in panels. N and the rows of C are whole panels.
///
/// Each element is summed over ascending k in one accumulator, starting from the value in C. The bits therefore do not depend on M,
/// on tiles or on blocks.
#[inline(never)]
pub fn matmul_add(c: RowsMut<'_>, m: usize, a: Rows<'_>, b: &Panels) {
    if m == 0 {
        return;
    }
    let (k, n) = (b.rows(), b.columns());
    assert!(k <= a.stride && (m - 1) * a.stride + k <= a.data.len(), "A too short");
    assert!(n <= c.stride && (m - 1) * c.stride + n <= c.data.len(), "C too short");
    simd::matmul_add(c, m, a, b);
}

/// Computes C (M, N) += Aᵀ · B for A (K, M) and B (K, N), such as the gradient of a weight matrix: its input,
/// transposed, times the gradient of its output. Each element is summed over ascending k in one accumulator.
#[inline(never)]
pub fn matmul_transposed_add(
    c: RowsMut<'_>,
    [m, n, k]: [usize; 3],
    a: Rows<'_>,
    b: Rows<'_>,
    scratch: &mut PackedPair,
) {
    if m == 0 || n == 0 || k == 0 {
        return;
    }
    assert!(m <= a.stride && (k - 1) * a.stride + m <= a.data.len(), "A too short");
    assert!(n <= b.stride && (k - 1) * b.stride + n <= b.data.len(), "B too short");
    assert!(n <= c.stride && (m - 1) * c.stride + n <= c.data.len(), "C too short");
    simd::matmul_transposed_add(c, [m, n, k], a, b, scratch);
}

/// Computes y ← y + the sum of the first `count` rows, such as the gradient of a bias. Each column is summed
/// over ascending rows in one accumulator.
#[inline(never)]
pub fn add_rows(y: &mut [f32], rows: Rows<'_>, count: usize) {
    if count == 0 {
        return;
    }
    assert!(
        y.len() <= rows.stride && (count - 1) * rows.stride + y.len() <= rows.data.len(),
        "rows too short"
    );
    simd::columns::add_rows(y, rows, count);
}

/// Sets the first `count` rows of whole panels to `row`, followed by zeros.
#[inline(never)]
pub fn repeat_into(to: RowsMut<'_>, count: usize, row: &[f32]) {
    assert!(
        row.len() <= to.stride && to.stride.is_multiple_of(4) && count * to.stride <= to.data.len(),
        "rows"
    );
    simd::columns::repeat_into(to, count, row);
}

/// Clears the columns from `width` on in the first `count` rows.
#[inline(never)]
pub fn clear_beyond(rows: RowsMut<'_>, count: usize, width: usize) {
    assert!(count * rows.stride <= rows.data.len(), "rows");
    if width < rows.stride {
        simd::columns::clear_beyond(rows, count, width);
    }
}

/// Computes y ← y + x.
#[inline(never)]
pub fn add(y: &mut [f32], x: &[f32]) {
    assert!(y.len() == x.len());
    simd::add(y, x);
}

/// Computes y ← a + b.
#[inline(never)]
pub fn sum_into(y: &mut [f32], a: &[f32], b: &[f32]) {
    assert!(y.len() == a.len() && y.len() == b.len());
    simd::sum_into(y, a, b);
}

/// Computes y ← a ⊙ b.
#[inline(never)]
pub fn multiply_into(y: &mut [f32], a: &[f32], b: &[f32]) {
    assert!(y.len() == a.len() && y.len() == b.len());
    simd::multiply_into(y, a, b);
}

/// Computes y ← y ⊙ x.
#[inline(never)]
pub fn multiply(y: &mut [f32], x: &[f32]) {
    assert!(y.len() == x.len());
    simd::multiply(y, x);
}

/// Computes y ← max(0, x).
#[inline(never)]
pub fn relu_into(y: &mut [f32], x: &[f32]) {
    assert!(y.len() == x.len());
    simd::relu_into(y, x);
}

/// Computes dx ← dy where y > 0, else 0: the derivative of y = max(0, x) from its value.
#[inline(never)]
pub fn relu_gradient_into(dx: &mut [f32], dy: &[f32], y: &[f32]) {
    assert!(dx.len() == dy.len() && dx.len() == y.len());
    simd::relu_gradient_into(dx, dy, y);
}

/// Computes x ← σ(x). It is a separate loop, because the constants of σ and of tanh together do not fit into
/// the registers.
#[inline(never)]
pub fn sigmoid_in_place(x: &mut [f32]) {
    assert!(x.len().is_multiple_of(4));
    simd::sigmoid_in_place(x);
}

/// Computes y ← tanh(x).
#[inline(never)]
pub fn tanh_into(y: &mut [f32], x: &[f32]) {
    assert!(y.len() == x.len());
    simd::tanh_into(y, x);
}

/// Computes dx ← dy ⊙ (1 − y²), the gradient through y = tanh(x), from y.
#[inline(never)]
pub fn tanh_gradient_into(dx: &mut [f32], dy: &[f32], y: &[f32]) {
    assert!(dx.len() == dy.len() && dx.len() == y.len());
    simd::tanh_gradient_into(dx, dy, y);
}

/// Returns the largest element. NaN is ignored, because the exponentials that follow propagate it.
#[inline(never)]
pub fn max(x: &[f32]) -> f32 {
    simd::max(x)
}

/// Computes y ← exp(x − shift) for shift ≥ max x, the numerators of a softmax, and returns their sum.
#[inline(never)]
pub fn exp_shifted_into(y: &mut [f32], x: &[f32], shift: f32) -> f32 {
    assert!(y.len() == x.len());
    simd::exp_shifted_into(y, x, shift)
}

/// Computes x ← x · factor.
#[inline(never)]
pub fn scale(x: &mut [f32], factor: f32) {
    simd::scale(x, factor);
}

/// Returns Σ x² in double precision.
#[inline(never)]
pub fn sum_of_squares(x: &[f32]) -> f64 {
    simd::sum_of_squares(x)
}
