//! The cells' kernels: `simd` against `scalar`, over rows of 8, 16 and 24 columns.

use super::{assert_fused, assert_same, check_map, random};
use crate::kernel::{Rows, scalar, simd};

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn relu() {
    check_map("relu", 3.0, simd::gated::relu_into, scalar::gated::relu_into);
    let y = [0.0, 2.0, f32::NAN, f32::INFINITY, -0.0, 1e-40];
    for dy in [-3.0, f32::NAN] {
        let (mut a, mut b) = ([9.0; 6], [9.0; 6]);
        simd::gated::relu_gradient_into(&mut a, &[dy; 6], &y);
        scalar::gated::relu_gradient_into(&mut b, &[dy; 6], &y);
        assert_same(&a, &b, "relu_gradient");
        assert!(a[0] == 0.0 && a[2].is_nan() && a[4] == 0.0);
        assert_eq!(a[1].to_bits(), f32::to_bits(dy));
    }
}

#[test]
fn products() {
    for n in super::LENGTHS {
        let (a, b) = (random(n, 33, 1.0), random(n, 34, 1.0));
        let (mut y1, mut y2) = (vec![f32::NAN; n], vec![f32::NAN; n]);
        simd::gated::multiply_into(&mut y1, &a, &b);
        scalar::gated::multiply_into(&mut y2, &a, &b);
        assert_same(&y1, &y2, "multiply_into");
        simd::gated::multiply(&mut y1, &b);
        scalar::gated::multiply(&mut y2, &b);
        assert_same(&y1, &y2, "multiply");
    }
}

#[test]
fn column_sums() {
    for (rows, columns, stride) in [(0, 3, 8), (1, 1, 1), (5, 7, 9), (130, 32, 40), (33, 77, 80)] {
        let data = random(rows * stride, 31, 1.0);
        let (mut a, mut b) = (random(columns, 32, 1.0), random(columns, 32, 1.0));
        simd::columns::add_rows(&mut a, Rows { data: &data, stride }, rows);
        scalar::columns::add_rows(&mut b, Rows { data: &data, stride }, rows);
        assert_same(&a, &b, "add_rows");
    }
}

/// Random pre-activations with the values that functions trip over.
fn pre_activations(len: usize, place: u64) -> Vec<f32> {
    let mut x = random(len, place, 20.0);
    let special = [f32::NAN, 0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, 100.0, -100.0, 1e-40];
    for (x, special) in x.iter_mut().step_by(11).zip(special) {
        *x = special;
    }
    x
}

/// Fused multiply-adds save a few roundings of values up to 1 in the polynomials of σ and tanh, which are then multiplied by inputs up
/// to 3. Observed: less than 4 ε.
fn few_of_one(x: f32) -> f32 {
    16.0 * f32::EPSILON * x.abs().max(1.0)
}

/// Runs both versions on the same inputs; `run` gets (written buffers, their place 0 … ) and says what came out.
fn both(what: &str, run: impl Fn(bool, usize, usize) -> Vec<Vec<f32>>) {
    for hp in [8, 16, 24] {
        for rows in [1, 3] {
            for (a, b) in run(true, hp, rows).iter().zip(&run(false, hp, rows)) {
                assert_fused(a, b, what, few_of_one);
            }
        }
    }
}

#[test]
fn lstm() {
    both("lstm", |lanes, hp, rows| {
        let len = rows * hp;
        let (mut gates, c_prev) = (pre_activations(4 * len, 41), random(len, 42, 3.0));
        let (mut c, mut h) = (vec![f32::NAN; len], vec![f32::NAN; len]);
        let run = if lanes { simd::gated::lstm_forward } else { scalar::gated::lstm_forward };
        run(hp, &mut gates, &c_prev, &mut c, &mut h);
        assert!(h[0].is_nan() && !h[1].is_nan());
        let (dh, mut dc, mut dgates) = (random(len, 43, 1.0), random(len, 44, 1.0), vec![9.0; 4 * len]);
        let run = if lanes { simd::gated::lstm_backward } else { scalar::gated::lstm_backward };
        run(hp, &mut dgates, &mut dc, &gates, &c_prev, &c, &dh);
        assert!(dgates[0].is_nan() && !dgates[1].is_nan());
        vec![gates, c, h, dc, dgates]
    });
}

#[test]
fn gru() {
    both("gru", |lanes, hp, rows| {
        let len = rows * hp;
        let (mut gates, h_prev, mut h) =
            (pre_activations(4 * len, 51), random(len, 52, 1.0), vec![f32::NAN; len]);
        let run = if lanes { simd::gated::gru_forward } else { scalar::gated::gru_forward };
        run(hp, &mut gates, &h_prev, &mut h);
        assert!(h[0].is_nan() && !h[1].is_nan());
        let (dh, mut dh_prev, mut dgates) = (random(len, 53, 1.0), random(len, 54, 1.0), vec![9.0; 4 * len]);
        let run = if lanes { simd::gated::gru_backward } else { scalar::gated::gru_backward };
        run(hp, &mut dgates, &mut dh_prev, &gates, &h_prev, &dh);
        assert!(dgates[0].is_nan() && !dgates[1].is_nan());
        vec![gates, h, dh_prev, dgates]
    });
}

#[test]
fn gru_that_resets_before() {
    both("gru, reset before", |lanes, hp, rows| {
        let len = rows * hp;
        let (mut gates, h_prev) = (pre_activations(3 * len, 61), random(len, 62, 1.0));
        let (mut reset_h, mut h) = (vec![f32::NAN; len], vec![f32::NAN; len]);
        let run = if lanes { simd::gated::gru_reset_forward } else { scalar::gated::gru_reset_forward };
        run(hp, &mut gates, &h_prev, &mut reset_h);
        let run = if lanes { simd::gated::gru_update_forward } else { scalar::gated::gru_update_forward };
        run(hp, &mut gates, &h_prev, &mut h);
        let (dh, mut dh_prev, mut dgates) = (random(len, 63, 1.0), random(len, 64, 1.0), vec![9.0; 3 * len]);
        let run = if lanes { simd::gated::gru_update_backward } else { scalar::gated::gru_update_backward };
        run(hp, &mut dgates, &mut dh_prev, &gates, &h_prev, &dh);
        let dreset_h = random(len, 65, 1.0);
        let run = if lanes { simd::gated::gru_reset_backward } else { scalar::gated::gru_reset_backward };
        run(hp, &mut dgates, &mut dh_prev, &gates, &h_prev, &dreset_h);
        vec![gates, reset_h, h, dh_prev, dgates]
    });
}
