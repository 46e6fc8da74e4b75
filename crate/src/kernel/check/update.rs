//! The optimizers' updates: `simd` against `scalar`, with NaN, zeros and near-denormals among the gradients.

use super::{LENGTHS, assert_same, random};
use crate::kernel::update::{AdamUpdate, RmsPropUpdate, SgdUpdate};
use crate::kernel::{scalar, simd};

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// An update of (θ, first moment, second moment) by g.
type Update<'a> = &'a dyn Fn(&mut [Vec<f32>; 3], &[f32]);

/// Runs both versions over all lengths.
fn check(what: &str, simd: Update<'_>, scalar: Update<'_>) {
    for n in LENGTHS {
        let squares = random(n, 43, 1e-3).iter().map(|v| v.abs()).collect();
        let mut a = [random(n, 41, 1.0), random(n, 42, 1e-3), squares];
        let mut b = a.clone();
        let mut g = random(n, 44, 1.0);
        for (g, special) in g.iter_mut().skip(1).step_by(3).zip([f32::NAN, 0.0, 1e-38]) {
            *g = special;
        }
        simd(&mut a, &g);
        scalar(&mut b, &g);
        for (a, b) in a.iter().zip(&b) {
            assert_same(a, b, what);
        }
        assert!(n < 2 || a[0][1].is_nan(), "{what}: NaN was lost");
        assert!(a[0].iter().enumerate().all(|(i, x)| x.is_nan() == (i == 1)), "{what}: NaN out of nothing");
    }
}

const ADAM: AdamUpdate = AdamUpdate {
    gradient_scale: 0.7,
    beta1: [0.9, 0.1],
    beta2: [0.999, 0.001],
    step_size: 0.02,
    root_scale: 1.3,
    epsilon: 1e-8,
    decay: 0.999,
};
const SGD: SgdUpdate =
    SgdUpdate { gradient_scale: 0.7, decay: 0.01, momentum: 0.9, direction: [1.0, 0.9], learning_rate: 0.02 };
const RMS_PROP: RmsPropUpdate = RmsPropUpdate {
    gradient_scale: 0.7,
    decay: 0.01,
    alpha: [0.99, 0.01],
    epsilon: 1e-8,
    momentum: 0.9,
    learning_rate: 0.02,
};

#[test]
fn adam() {
    check("adam", &|[t, m, v], g| simd::adam(t, m, v, g, ADAM), &|[t, m, v], g| {
        scalar::adam(t, m, v, g, ADAM)
    });
}

#[test]
fn sgd() {
    check("sgd", &|[t, ..], g| simd::sgd(t, None, g, SGD), &|[t, ..], g| scalar::sgd(t, None, g, SGD));
    for direction in [[0.0, 1.0], [1.0, 0.9]] {
        let s = SgdUpdate { direction, ..SGD };
        check("sgd with momentum", &|[t, b, _], g| simd::sgd(t, Some(b), g, s), &|[t, b, _], g| {
            scalar::sgd(t, Some(b), g, s);
        });
    }
}

#[test]
fn rms_prop() {
    let s = RMS_PROP;
    check("rms_prop", &|[t, _, v], g| simd::rms_prop(t, v, None, g, s), &|[t, _, v], g| {
        scalar::rms_prop(t, v, None, g, s);
    });
    check("rms_prop with momentum", &|[t, b, v], g| simd::rms_prop(t, v, Some(b), g, s), &|[t, b, v], g| {
        scalar::rms_prop(t, v, Some(b), g, s);
    });
}

#[test]
fn what_would_become_denormal_is_flushed() {
    let adam = AdamUpdate { gradient_scale: 1.0, beta2: [0.9, 0.1], decay: 1.0, ..ADAM };
    let sgd = SgdUpdate { gradient_scale: 1.0, decay: 0.0, direction: [0.0, 1.0], ..SGD };
    let rms_prop = RmsPropUpdate { gradient_scale: 1.0, decay: 0.0, ..RMS_PROP };
    let mut state = [[1.0; 5], [-1e-30; 5], [1e-30; 5]];
    let [theta, m, v] = &mut state;
    simd::adam(theta, m, v, &[0.0; 5], adam);
    assert_eq!(state, [[1.0; 5], [0.0; 5], [0.0; 5]]);
    let mut state = [[1.0; 5], [-1e-30; 5]];
    let [theta, b] = &mut state;
    simd::sgd(theta, Some(b), &[0.0; 5], sgd);
    assert_eq!(state, [[1.0; 5], [0.0; 5]]);
    let mut state = [[1.0; 5], [-1e-30; 5], [1e-30; 5]];
    let [theta, b, v] = &mut state;
    simd::rms_prop(theta, v, Some(b), &[0.0; 5], rms_prop);
    assert_eq!(state, [[1.0; 5], [0.0; 5], [0.0; 5]]);
}
