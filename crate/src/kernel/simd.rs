//! The kernels in four lanes: the same results as `scalar`, bit for bit (in the relaxed build, up to the rounding that a fused
//! multiply-add saves).

use super::approx::{EXP_C, EXP_START, LN2_HIGH, LN2_LOW, LOG2_E, TANH_END, TANH_P, TANH_Q};
use crate::lanes::F32x4;

pub mod columns;
pub mod gated;
mod matmul;
pub use matmul::{matmul_add, matmul_transposed_add};
mod update;
pub use update::{adam, rms_prop, sgd};

/// y ← f(y, x) in fours; what is left over goes through a padded four, so that there is one formula.
#[inline(always)]
fn map(y: &mut [f32], x: &[f32], f: impl Fn(F32x4, F32x4) -> F32x4) {
    let (y4, y_rest) = y.as_chunks_mut::<4>();
    let (x4, x_rest) = x.as_chunks::<4>();
    for (y, x) in y4.iter_mut().zip(x4) {
        f(F32x4::load(y), F32x4::load(x)).store(y);
    }
    if !y_rest.is_empty() {
        let result = f(part(y_rest), part(x_rest)).to_array();
        y_rest.copy_from_slice(&result[..y_rest.len()]);
    }
}

/// y ← f(a, b), likewise.
#[inline(always)]
fn zip_into(y: &mut [f32], a: &[f32], b: &[f32], f: impl Fn(F32x4, F32x4) -> F32x4) {
    let (y4, y_rest) = y.as_chunks_mut::<4>();
    let ((a4, a_rest), (b4, b_rest)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    for ((y, a), b) in y4.iter_mut().zip(a4).zip(b4) {
        f(F32x4::load(a), F32x4::load(b)).store(y);
    }
    if !y_rest.is_empty() {
        let result = f(part(a_rest), part(b_rest)).to_array();
        y_rest.copy_from_slice(&result[..y_rest.len()]);
    }
}

/// Up to four floats, zeros behind.
#[inline(always)]
fn part(x: &[f32]) -> F32x4 {
    let mut four = [0.0; 4];
    four[..x.len()].copy_from_slice(x);
    F32x4::load(&four)
}

pub fn add(y: &mut [f32], x: &[f32]) {
    map(y, x, F32x4::plus);
}

pub fn sum_into(y: &mut [f32], a: &[f32], b: &[f32]) {
    zip_into(y, a, b, F32x4::plus);
}

/// Σ cᵢ·zⁱ by Horner's rule.
#[inline(always)]
fn horner(z: F32x4, c: [f32; 5]) -> F32x4 {
    let high = F32x4::splat(c[4]).times_plus(z, F32x4::splat(c[3]));
    let high = high.times_plus(z, F32x4::splat(c[2])).times_plus(z, F32x4::splat(c[1]));
    high.times_plus(z, F32x4::splat(c[0]))
}

/// x limited to −end … end; NaN stays NaN.
#[inline(always)]
fn within(x: F32x4, end: f32) -> F32x4 {
    let (low, high) = (F32x4::splat(-end), F32x4::splat(end));
    let x = F32x4::select(x.less_than(low), low, x);
    F32x4::select(high.less_than(x), high, x)
}

#[inline(always)]
fn tanh(x: F32x4) -> F32x4 {
    let x = within(x, TANH_END);
    let z = x.times(x);
    within(x.times(horner(z, TANH_P)).over(horner(z, TANH_Q)), 1.0)
}

pub fn tanh_into(y: &mut [f32], x: &[f32]) {
    map(y, x, |_, x| tanh(x));
}

pub fn tanh_gradient_into(dx: &mut [f32], dy: &[f32], y: &[f32]) {
    let one = F32x4::splat(1.0);
    zip_into(dx, dy, y, |dy, y| dy.times(one.minus(y.times(y))));
}

pub fn max(x: &[f32]) -> f32 {
    let (x4, rest) = x.as_chunks::<4>();
    let lanes = x4.iter().fold(F32x4::splat(f32::NEG_INFINITY), |max, x| {
        let x = F32x4::load(x);
        F32x4::select(max.less_than(x), x, max)
    });
    lanes.to_array().iter().chain(rest).fold(f32::NEG_INFINITY, |max, &x| if max < x { x } else { max })
}

#[inline(always)]
fn exp_nonpositive(x: F32x4) -> F32x4 {
    let under = x.less_than(F32x4::splat(EXP_START));
    // x = n·ln 2 + r with |r| ≤ ln 2 / 2
    let n = x.times(F32x4::splat(LOG2_E)).nearest();
    let r = x.minus(n.times(F32x4::splat(LN2_HIGH))).minus(n.times(F32x4::splat(LN2_LOW)));
    let e = horner(r, EXP_C).times_plus(r.times(r), r).plus(F32x4::splat(1.0));
    e.times(n.two_to_the()).zero_where(under)
}

pub fn exp_shifted_into(y: &mut [f32], x: &[f32], shift: f32) -> f32 {
    let shift = F32x4::splat(shift);
    let (y4, y_rest) = y.as_chunks_mut::<4>();
    let (x4, x_rest) = x.as_chunks::<4>();
    let mut lanes = F32x4::splat(0.0);
    for (y, x) in y4.iter_mut().zip(x4) {
        let e = exp_nonpositive(F32x4::load(x).minus(shift));
        e.store(y);
        lanes = lanes.plus(e);
    }
    let [a, b, c, d] = lanes.to_array();
    let rest = exp_nonpositive(part(x_rest).minus(shift)).to_array();
    y_rest.copy_from_slice(&rest[..y_rest.len()]);
    y_rest.iter().fold((a + b) + (c + d), |sum, &y| sum + y)
}

pub fn scale(x: &mut [f32], factor: f32) {
    let factor = F32x4::splat(factor);
    let (x4, rest) = x.as_chunks_mut::<4>();
    for x in x4 {
        F32x4::load(x).times(factor).store(x);
    }
    for x in rest {
        *x *= factor.to_array()[0];
    }
}

pub fn sum_of_squares(x: &[f32]) -> f64 {
    let (x4, rest) = x.as_chunks::<4>();
    let square = |x: f32| f64::from(x) * f64::from(x);
    let [mut a, mut b, mut c, mut d] = [0.0f64; 4];
    for x in x4 {
        a += square(x[0]);
        b += square(x[1]);
        c += square(x[2]);
        d += square(x[3]);
    }
    rest.iter().fold((a + b) + (c + d), |sum, &x| sum + square(x))
}
