//! Compares both versions of each kernel, `simd` and `scalar`: bit-identical unless the build has fused multiply-adds.
//!
//! Lengths are 0 … 9, 15, 16, 17, 31 and more than a block. Outputs are filled with NaN before, which shows elements that are not
//! written, and NaN in the inputs must propagate.

use super::{PackedPair, Panels, Rows, RowsMut, padded, scalar, simd};
use crate::rng::{Stream, uniform};

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

mod update;

const LENGTHS: [usize; 15] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 100];

/// Returns random floats of both signs in (−scale, scale).
pub fn random(len: usize, place: u64, scale: f32) -> Vec<f32> {
    (0..len as u64).map(|i| scale * (2.0 * uniform(1, Stream::Init, place, i) - 1.0)).collect()
}

/// Returns small integers, whose products and sums are exact in every build and every order.
fn integers(len: usize, place: u64) -> Vec<f32> {
    random(len, place, 9.0).iter().map(|x| x.round()).collect()
}

/// Requires bit-identical results in every build, for a kernel without fused multiply-adds.
fn assert_same(simd: &[f32], scalar: &[f32], what: &str) {
    assert_eq!(simd.len(), scalar.len());
    for (i, (a, b)) in simd.iter().zip(scalar).enumerate() {
        assert!(
            a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
            "{what}[{i}]: simd {a}, scalar {b}"
        );
    }
}

/// Requires bit-identical results, for a kernel with fused multiply-adds. In the relaxed build each element may differ by `limit`.
pub fn assert_fused(simd: &[f32], scalar: &[f32], what: &str, limit: impl Fn(f32) -> f32) {
    if cfg!(not(target_feature = "relaxed-simd")) {
        return assert_same(simd, scalar, what);
    }
    assert_eq!(simd.len(), scalar.len());
    for (i, (&a, &b)) in simd.iter().zip(scalar).enumerate() {
        let close = a == b || (a - b).abs() <= limit(b);
        assert!(close || (a.is_nan() && b.is_nan()), "{what}[{i}]: simd {a}, scalar {b}");
    }
}

/// Returns a few roundings of a polynomial's result, of which the fused version does fewer. Observed: less
/// than 2 ε.
fn few_ulp(x: f32) -> f32 {
    4.0 * f32::EPSILON * x.abs()
}

/// Returns the limit for a sum of k products below 1: each addition rounds a product and a partial sum, and
/// partial sums of random signs stay below √k.
fn of_terms(k: usize) -> impl Fn(f32) -> f32 {
    move |_| k as f32 * f32::EPSILON
}

/// Runs an elementwise kernel of one input in both versions, over all lengths, with special values among the
/// inputs.
fn check_map(what: &str, scale: f32, simd: impl Fn(&mut [f32], &[f32]), scalar: impl Fn(&mut [f32], &[f32])) {
    for n in LENGTHS {
        let mut x = random(n, 11, scale);
        for (x, special) in x.iter_mut().skip(3).step_by(5).zip([f32::NAN, -0.0, f32::NEG_INFINITY, 1e-40]) {
            *x = special;
        }
        let (mut y1, mut y2) = (vec![f32::NAN; n], vec![f32::NAN; n]);
        simd(&mut y1, &x);
        scalar(&mut y2, &x);
        assert_fused(&y1, &y2, what, few_ulp);
        for (x, y) in x.iter().zip(&y1) {
            assert_eq!(x.is_nan(), y.is_nan(), "{what}({x}) = {y}");
        }
    }
}

#[test]
fn tanh() {
    check_map("tanh", 12.0, simd::tanh_into, scalar::tanh_into);
}

#[test]
fn exp_shifted() {
    let run = |f: fn(&mut [f32], &[f32], f32) -> f32| {
        move |y: &mut [f32], x: &[f32]| {
            f(y, x, 3.0);
        }
    };
    check_map("exp", 90.0, run(simd::exp_shifted_into), run(scalar::exp_shifted_into));
    for n in LENGTHS {
        let x = random(n, 12, 5.0);
        let mut y = vec![f32::NAN; n];
        let sums = [simd::exp_shifted_into(&mut y, &x, 5.0), scalar::exp_shifted_into(&mut y, &x, 5.0)];
        assert_fused(&sums[..1], &sums[1..], "sum of exp", few_ulp);
    }
}

#[test]
fn elementwise_of_two() {
    for n in LENGTHS {
        let (a, b) = (random(n, 21, 1.0), random(n, 22, 1.0));
        let (mut y1, mut y2) = (vec![f32::NAN; n], vec![f32::NAN; n]);
        simd::sum_into(&mut y1, &a, &b);
        scalar::sum_into(&mut y2, &a, &b);
        assert_same(&y1, &y2, "sum_into");
        simd::add(&mut y1, &b);
        scalar::add(&mut y2, &b);
        assert_same(&y1, &y2, "add");
        simd::tanh_gradient_into(&mut y1, &a, &b);
        scalar::tanh_gradient_into(&mut y2, &a, &b);
        assert_same(&y1, &y2, "tanh_gradient_into");
        simd::scale(&mut y1, 0.3);
        scalar::scale(&mut y2, 0.3);
        assert_same(&y1, &y2, "scale");
    }
}

#[test]
fn relu() {
    check_map("relu", 3.0, simd::relu_into, scalar::relu_into);
    let y = [0.0, 2.0, f32::NAN, f32::INFINITY, -0.0, 1e-40];
    for dy in [-3.0, f32::NAN] {
        let (mut a, mut b) = ([9.0; 6], [9.0; 6]);
        simd::relu_gradient_into(&mut a, &[dy; 6], &y);
        scalar::relu_gradient_into(&mut b, &[dy; 6], &y);
        assert_same(&a, &b, "relu_gradient");
        assert!(a[0] == 0.0 && a[2].is_nan() && a[4] == 0.0);
        assert_eq!(a[1].to_bits(), f32::to_bits(dy));
    }
}

#[test]
fn products() {
    for n in LENGTHS {
        let (a, b) = (random(n, 33, 1.0), random(n, 34, 1.0));
        let (mut y1, mut y2) = (vec![f32::NAN; n], vec![f32::NAN; n]);
        simd::multiply_into(&mut y1, &a, &b);
        scalar::multiply_into(&mut y2, &a, &b);
        assert_same(&y1, &y2, "multiply_into");
        simd::multiply(&mut y1, &b);
        scalar::multiply(&mut y2, &b);
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

#[test]
fn sigmoid() {
    let mut a = random(64, 35, 20.0);
    a[1] = f32::NAN;
    let mut b = a.clone();
    simd::sigmoid_in_place(&mut a);
    scalar::sigmoid_in_place(&mut b);
    assert_fused(&a, &b, "sigmoid", few_ulp);
    assert!(a[1].is_nan());
}

#[test]
fn columns() {
    for width in LENGTHS.into_iter().filter(|&width| width > 0) {
        for count in [0, 1, 2, 5] {
            let (row, stride) = (random(width, 25, 1.0), padded(width) + 8);
            let run = |f: fn(RowsMut<'_>, usize, &[f32])| {
                let mut to = vec![f32::NAN; (count + 1) * stride];
                f(RowsMut { data: &mut to, stride }, count, &row);
                to
            };
            let repeated = run(simd::columns::repeat_into);
            assert_same(&repeated, &run(scalar::columns::repeat_into), "repeat_into");
            assert!(repeated[count * stride..].iter().all(|x| x.is_nan()));
            let clear = |f: fn(RowsMut<'_>, usize, usize)| {
                let mut rows = vec![f32::NAN; (count + 1) * stride];
                f(RowsMut { data: &mut rows, stride }, count, width);
                rows
            };
            assert_same(
                &clear(simd::columns::clear_beyond),
                &clear(scalar::columns::clear_beyond),
                "clear_beyond",
            );
        }
    }
}

#[test]
fn reductions() {
    for n in LENGTHS {
        let x = random(n, 31, 3.0);
        assert_eq!(simd::max(&x).to_bits(), scalar::max(&x).to_bits());
        assert_eq!(simd::sum_of_squares(&x).to_bits(), scalar::sum_of_squares(&x).to_bits());
    }
    assert_eq!(simd::max(&[-3.0, -1.0, -2.0, -7.0, -5.0]), -1.0);
    assert!(simd::sum_of_squares(&[1.0, f32::NAN, 2.0, 3.0, 4.0]).is_nan());
}

/// Packs B (K, N) as panels.
fn panels(b: &[f32], k: usize, n: usize) -> Panels {
    let mut panels = Panels::new(k, n).unwrap();
    panels.pack(0, Rows { data: b, stride: n }, n);
    panels
}

#[test]
fn matmul() {
    for m in [1, 2, 3, 4, 5, 9, 67] {
        for k in [1, 2, 7, 8, 31] {
            for n in [1, 3, 8, 9, 24, 33] {
                let stride = padded(n);
                let (a, b, c) = (random(m * k, 51, 1.0), random(k * n, 52, 1.0), random(m * stride, 53, 1.0));
                let run = |f: fn(RowsMut<'_>, usize, Rows<'_>, &Panels)| {
                    let mut c = c.clone();
                    f(RowsMut { data: &mut c, stride }, m, Rows { data: &a, stride: k }, &panels(&b, k, n));
                    c
                };
                assert_fused(&run(simd::matmul_add), &run(scalar::matmul_add), "matmul_add", of_terms(k));
            }
        }
    }
}

#[test]
fn matmul_of_integers_is_exact_and_independent_of_the_batch() {
    let (m, k, n) = (7, 13, 11);
    let (a, b) = (integers(m * k, 61), integers(k * n, 62));
    let mut all = vec![0.0; m * 16];
    simd::matmul_add(
        RowsMut { data: &mut all, stride: 16 },
        m,
        Rows { data: &a, stride: k },
        &panels(&b, k, n),
    );
    for i in 0..m {
        for j in 0..n {
            let want: f32 = (0..k).map(|x| a[i * k + x] * b[x * n + j]).sum();
            assert_eq!(all[i * 16 + j], want);
        }
        let mut alone = vec![0.0; 16];
        simd::matmul_add(
            RowsMut { data: &mut alone, stride: 16 },
            1,
            Rows { data: &a[i * k..], stride: k },
            &panels(&b, k, n),
        );
        assert_eq!(alone, all[i * 16..][..16]);
    }
}

#[test]
fn matmul_transposed() {
    for (m, n) in [(1, 1), (3, 5), (4, 8), (5, 9), (13, 17), (8, 24)] {
        for k in [1, 2, 31, 255, 256, 257, 600] {
            let (a, b, c) = (random(m * k, 71, 1.0), random(k * n, 72, 1.0), random(m * n, 73, 1.0));
            let mut scratch = PackedPair::default();
            scratch.fit(m, n).unwrap();
            let (mut c1, mut c2) = (c.clone(), c);
            let (a, b) = (Rows { data: &a, stride: m }, Rows { data: &b, stride: n });
            simd::matmul_transposed_add(RowsMut { data: &mut c1, stride: n }, [m, n, k], a, b, &mut scratch);
            scalar::matmul_transposed_add(
                RowsMut { data: &mut c2, stride: n },
                [m, n, k],
                a,
                b,
                &mut scratch,
            );
            assert_fused(&c1, &c2, "matmul_transposed_add", of_terms(k));
        }
    }
}

#[test]
fn packing_transposed_is_the_transpose() {
    for (rows, columns) in [(1, 1), (5, 3), (8, 8), (11, 9)] {
        let source = random(rows * columns, 81, 1.0);
        let mut transposed = vec![0.0; rows * columns];
        for i in 0..rows {
            for j in 0..columns {
                transposed[j * rows + i] = source[i * columns + j];
            }
        }
        let mut packed = Panels::new(columns, rows).unwrap();
        packed.pack_transposed(0, Rows { data: &source, stride: columns }, rows, columns);
        assert_eq!(packed.data(), panels(&transposed, columns, rows).data());
    }
}

#[test]
fn nan_passes_through_products() {
    let (mut a, b) = (vec![1.0; 6], vec![1.0; 6]);
    a[4] = f32::NAN;
    let mut c = vec![0.0; 16];
    simd::matmul_add(RowsMut { data: &mut c, stride: 8 }, 2, Rows { data: &a, stride: 3 }, &panels(&b, 3, 2));
    assert!(!c[0].is_nan() && c[8].is_nan() && c[9].is_nan());
}
