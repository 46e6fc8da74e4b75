//! Compares the cells' time steps in lanes with `scalar`, over rows of 8, 16 and 24 columns.

use super::{gru, gru_reset_before, lstm, scalar};
use crate::kernel::check::{assert_fused, random};

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Returns random pre-activations with special values among them.
fn pre_activations(len: usize, substream: u64) -> Vec<f32> {
    let mut x = random(len, substream, 20.0);
    let special = [f32::NAN, 0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, 100.0, -100.0, 1e-40];
    for (x, special) in x.iter_mut().step_by(11).zip(special) {
        *x = special;
    }
    x
}

/// Returns the limit for functions of a few roundings. Fused multiply-adds save a few roundings of values up
/// to 1 in the polynomials of σ and tanh, which are then multiplied by inputs up to 3. Observed: less than 4
/// ε.
fn few_of_one(x: f32) -> f32 {
    16.0 * f32::EPSILON * x.abs().max(1.0)
}

/// Runs both versions on the same inputs. `run` takes (lanes, hp, rows) and returns the buffers that were written.
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
        let run = if lanes { lstm::forward } else { scalar::lstm_forward };
        run(hp, &mut gates, &c_prev, &mut c, &mut h);
        assert!(h[0].is_nan() && !h[1].is_nan());
        let (dh, mut dc, mut dgates) = (random(len, 43, 1.0), random(len, 44, 1.0), vec![9.0; 4 * len]);
        let run = if lanes { lstm::backward } else { scalar::lstm_backward };
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
        let run = if lanes { gru::forward } else { scalar::gru_forward };
        run(hp, &mut gates, &h_prev, &mut h);
        assert!(h[0].is_nan() && !h[1].is_nan());
        let (dh, mut dh_prev, mut dgates) = (random(len, 53, 1.0), random(len, 54, 1.0), vec![9.0; 4 * len]);
        let run = if lanes { gru::backward } else { scalar::gru_backward };
        run(hp, &mut dgates, &mut dh_prev, &gates, &h_prev, &dh);
        assert!(dgates[0].is_nan() && !dgates[1].is_nan());
        vec![gates, h, dh_prev, dgates]
    });
}

#[test]
fn gru_that_resets_before_the_product() {
    both("gru, reset before", |lanes, hp, rows| {
        let len = rows * hp;
        let (mut gates, h_prev) = (pre_activations(3 * len, 61), random(len, 62, 1.0));
        let (mut reset_h, mut h) = (vec![f32::NAN; len], vec![f32::NAN; len]);
        let run = if lanes { gru_reset_before::reset_forward } else { scalar::gru_reset_forward };
        run(hp, &mut gates, &h_prev, &mut reset_h);
        let run = if lanes { gru_reset_before::candidate_forward } else { scalar::gru_candidate_forward };
        run(hp, &mut gates, &h_prev, &mut h);
        let (dh, mut dh_prev, mut dgates) = (random(len, 63, 1.0), random(len, 64, 1.0), vec![9.0; 3 * len]);
        let run = if lanes { gru_reset_before::candidate_backward } else { scalar::gru_candidate_backward };
        run(hp, &mut dgates, &mut dh_prev, &gates, &h_prev, &dh);
        let dreset_h = random(len, 65, 1.0);
        let run = if lanes { gru_reset_before::reset_backward } else { scalar::gru_reset_backward };
        run(hp, &mut dgates, &mut dh_prev, &gates, &h_prev, &dreset_h);
        vec![gates, reset_h, h, dh_prev, dgates]
    });
}
