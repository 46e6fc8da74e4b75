//! The definition of the kernels: plain loops. Where the order of summation matters, it is defined here, and `simd` follows it.

use super::approx::{exp_nonpositive, sigmoid, tanh};
use super::{PackedPair, Panels, Rows, RowsMut};
use crate::lanes::PANEL;

pub mod columns;
mod update;
pub use update::{adam, rms_prop, sgd};

pub fn matmul_add(c: RowsMut<'_>, m: usize, a: Rows<'_>, b: &Panels) {
    for i in 0..m {
        for j in 0..b.columns() {
            let panel = &b.data()[j / PANEL * b.stride()..];
            let sum = &mut c.data[i * c.stride + j];
            for k in 0..b.rows() {
                *sum += a.data[i * a.stride + k] * panel[k * PANEL + j % PANEL];
            }
        }
    }
}

pub fn matmul_transposed_add(
    c: RowsMut<'_>,
    [m, n, k]: [usize; 3],
    a: Rows<'_>,
    b: Rows<'_>,
    _scratch: &mut PackedPair,
) {
    for i in 0..m {
        for j in 0..n {
            let sum = &mut c.data[i * c.stride + j];
            for row in 0..k {
                *sum += a.data[row * a.stride + i] * b.data[row * b.stride + j];
            }
        }
    }
}

pub fn add(y: &mut [f32], x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += x;
    }
}

pub fn sum_into(y: &mut [f32], a: &[f32], b: &[f32]) {
    for ((y, a), b) in y.iter_mut().zip(a).zip(b) {
        *y = a + b;
    }
}

pub fn multiply_into(y: &mut [f32], a: &[f32], b: &[f32]) {
    for ((y, a), b) in y.iter_mut().zip(a).zip(b) {
        *y = a * b;
    }
}

pub fn multiply(y: &mut [f32], x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y *= x;
    }
}

pub fn relu_into(y: &mut [f32], x: &[f32]) {
    for (y, &x) in y.iter_mut().zip(x) {
        // Not max, which would drop NaN.
        *y = if x < 0.0 { 0.0 } else { x };
    }
}

pub fn relu_gradient_into(dx: &mut [f32], dy: &[f32], y: &[f32]) {
    for ((dx, &dy), &y) in dx.iter_mut().zip(dy).zip(y) {
        // Where y is not positive it is 0, or NaN, which stays.
        *dx = if 0.0 < y { dy } else { y * 0.0 };
    }
}

pub fn sigmoid_in_place(x: &mut [f32]) {
    for x in x {
        *x = sigmoid(*x);
    }
}

pub fn tanh_into(y: &mut [f32], x: &[f32]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = tanh(x);
    }
}

pub fn tanh_gradient_into(dx: &mut [f32], dy: &[f32], y: &[f32]) {
    for ((dx, dy), y) in dx.iter_mut().zip(dy).zip(y) {
        *dx = dy * (1.0 - y * y);
    }
}

pub fn max(x: &[f32]) -> f32 {
    x.iter().fold(f32::NEG_INFINITY, |max, &x| if max < x { x } else { max })
}

/// Sums in four lanes, element i of all whole fours in lane i mod 4; then adds the lanes, then the last elements one by one.
pub fn exp_shifted_into(y: &mut [f32], x: &[f32], shift: f32) -> f32 {
    let whole = x.len() / 4 * 4;
    let mut lanes = [0.0; 4];
    for (i, (y, &x)) in y.iter_mut().zip(x).enumerate().take(whole) {
        *y = exp_nonpositive(x - shift);
        lanes[i % 4] += *y;
    }
    let mut sum = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
    for (y, &x) in y.iter_mut().zip(x).skip(whole) {
        *y = exp_nonpositive(x - shift);
        sum += *y;
    }
    sum
}

pub fn scale(x: &mut [f32], factor: f32) {
    for x in x {
        *x *= factor;
    }
}

/// Sums in eight lanes, element i of all whole eights in lane i mod 8; then adds the lanes, then the last elements one by one.
pub fn sum_of_squares(x: &[f32]) -> f64 {
    let whole = x.len() / 8 * 8;
    let square = |x: f32| f64::from(x) * f64::from(x);
    let mut lanes = [0.0; 8];
    for (i, &x) in x[..whole].iter().enumerate() {
        lanes[i % 8] += square(x);
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    let sum = ((a + b) + (c + d)) + ((e + f) + (g + h));
    x[whole..].iter().fold(sum, |sum, &x| sum + square(x))
}
