//! The kernels in four lanes, with the same bits as `scalar`. In the relaxed build the results may differ by the rounding that a fused
//! multiply-add saves.

use super::activation::{Exp, Sigmoid, Tanh, held};
use crate::lanes::{F32x4, F64x2};

pub mod columns;
mod matmul;
pub use matmul::{matmul_add, matmul_transposed_add};
mod update;
pub use update::{adam, rms_prop, sgd};

/// Computes y ← f(y, x) in fours. The last elements pass through a padded four, so there is only one formula.
#[inline(always)]
fn map(y: &mut [f32], x: &[f32], f: impl Fn(F32x4, F32x4) -> F32x4) {
    let (y4, y_rest) = y.as_chunks_mut::<4>();
    let (x4, x_rest) = x.as_chunks::<4>();
    for (y, x) in y4.iter_mut().zip(x4) {
        f(F32x4::load(y), F32x4::load(x)).store(y);
    }
    if !y_rest.is_empty() {
        store_part(y_rest, f(part(y_rest), part(x_rest)));
    }
}

/// Computes y ← f(a, b) in fours, like `map`.
#[inline(always)]
fn zip_into(y: &mut [f32], a: &[f32], b: &[f32], f: impl Fn(F32x4, F32x4) -> F32x4) {
    let (y4, y_rest) = y.as_chunks_mut::<4>();
    let ((a4, a_rest), (b4, b_rest)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    for ((y, a), b) in y4.iter_mut().zip(a4).zip(b4) {
        f(F32x4::load(a), F32x4::load(b)).store(y);
    }
    if !y_rest.is_empty() {
        store_part(y_rest, f(part(a_rest), part(b_rest)));
    }
}

/// Returns up to three floats, followed by zeros. They are copied one by one, because a copy of variable
/// length is a call out of the module, which costs more than the rest of a short row.
#[inline(always)]
fn part(x: &[f32]) -> F32x4 {
    F32x4::load(&match *x {
        [a] => [a, 0.0, 0.0, 0.0],
        [a, b] => [a, b, 0.0, 0.0],
        [a, b, c] => [a, b, c, 0.0],
        _ => [0.0; 4],
    })
}

/// Writes the first of four floats to up to three.
#[inline(always)]
fn store_part(y: &mut [f32], x: F32x4) {
    let x = x.to_array();
    match y {
        [a] => *a = x[0],
        [a, b] => [*a, *b] = [x[0], x[1]],
        [a, b, c] => [*a, *b, *c] = [x[0], x[1], x[2]],
        _ => {}
    }
}

pub fn add(y: &mut [f32], x: &[f32]) {
    map(y, x, F32x4::plus);
}

pub fn sum_into(y: &mut [f32], a: &[f32], b: &[f32]) {
    zip_into(y, a, b, F32x4::plus);
}

pub fn multiply_into(y: &mut [f32], a: &[f32], b: &[f32]) {
    zip_into(y, a, b, F32x4::times);
}

pub fn multiply(y: &mut [f32], x: &[f32]) {
    map(y, x, F32x4::times);
}

pub fn relu_into(y: &mut [f32], x: &[f32]) {
    // Not max, which would drop NaN.
    map(y, x, |_, x| x.zero_where(x.less_than(F32x4::splat(0.0))));
}

pub fn relu_gradient_into(dx: &mut [f32], dy: &[f32], y: &[f32]) {
    let zero = F32x4::splat(0.0);
    // Where y is not positive it is 0, or NaN, which stays.
    zip_into(dx, dy, y, |dy, y| F32x4::select(zero.less_than(y), dy, y.times(zero)));
}

pub fn sigmoid_in_place(x: &mut [f32]) {
    let sigmoid = Sigmoid::new();
    for x in x.as_chunks_mut::<4>().0 {
        sigmoid.of(F32x4::load(x)).store(x);
    }
}

pub fn tanh_into(y: &mut [f32], x: &[f32]) {
    let tanh = Tanh::new();
    map(y, x, |_, x| tanh.of(x));
}

pub fn tanh_gradient_into(dx: &mut [f32], dy: &[f32], y: &[f32]) {
    let one = held(1.0);
    zip_into(dx, dy, y, |dy, y| dy.times(one.minus(y.times(y))));
}

pub fn max(x: &[f32]) -> f32 {
    let larger = |max, x| F32x4::select(F32x4::less_than(max, x), x, max);
    let (x8, rest) = x.as_chunks::<8>();
    // Two at a time, because a comparison and a selection depend on the ones before them.
    let mut maxima = [F32x4::splat(f32::NEG_INFINITY); 2];
    for x in x8 {
        for (max, x) in maxima.iter_mut().zip(x.as_chunks().0) {
            *max = larger(*max, F32x4::load(x));
        }
    }
    let lanes = larger(maxima[0], maxima[1]).to_array();
    lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |max, &x| if max < x { x } else { max })
}

pub fn exp_shifted_into(y: &mut [f32], x: &[f32], shift: f32) -> f32 {
    let (exp, shift) = (Exp::new(), F32x4::splat(shift));
    let (y4, y_rest) = y.as_chunks_mut::<4>();
    let (x4, x_rest) = x.as_chunks::<4>();
    let mut lanes = F32x4::splat(0.0);
    for (y, x) in y4.iter_mut().zip(x4) {
        let e = exp.of(F32x4::load(x).minus(shift));
        e.store(y);
        lanes = lanes.plus(e);
    }
    let [a, b, c, d] = lanes.to_array();
    if !y_rest.is_empty() {
        store_part(y_rest, exp.of(part(x_rest).minus(shift)));
    }
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
    let (x8, rest) = x.as_chunks::<8>();
    let mut sums = [F64x2::zero(); 4];
    for x in x8 {
        for (sums, half) in sums.as_chunks_mut::<2>().0.iter_mut().zip(x.as_chunks().0) {
            let [low, high] = F64x2::halves(F32x4::load(half));
            *sums = [sums[0].plus_square(low), sums[1].plus_square(high)];
        }
    }
    let [a, b, c, d] = sums.map(F64x2::sum);
    rest.iter().fold((a + b) + (c + d), |sum, &x| sum + f64::from(x) * f64::from(x))
}
