//! tanh, exp and ln by polynomials: the same bits on every machine, and fast.
//!
//! Only + − × ÷ and the bits of an exponent are used, so scalar and SIMD give the same results. The coefficients are
//! minimax fits in f64 by iteratively re-weighted least squares (relative error of the real functions: tanh 2.1e-8,
//! exp 3.1e-9). Largest errors of the f32 results over all floats: tanh 6.19 ulp, exp 0.99 ulp
//! (`over_all_floats` below, 2026-11-24).
//!
//! In wasm tanh takes 0.75 to 1.1 ns and exp 1.0 ns, 24 and 9 times as fast as the standard library's (`speed.rs`, AMD EPYC of Zen 4,
//! Node 20.20, 2026-11-25). Slower were limits by comparison and selection (tanh 1.3 ns, 2.5 in Node 24), 2ⁿ by conversion to
//! an integer, constants that V8 12 and later rebuild at each use (tanh 1.8 ns, exp 2.0 ns in Node 24), and exp of two fours at a
//! time (1.05 ns).

use crate::float::round_ties_even;

/// tanh(x) ≈ x·P(x²)/Q(x²) for |x| ≤ TANH_END; beyond, tanh is within one rounding of ±1. Ascending powers of x².
pub const TANH_P: [f32; 5] = [1.0, 0.133_797_12, 0.003_494_026_7, 2.058_335_3e-5, 1.331_889_9e-8];
/// The denominator's coefficients.
pub const TANH_Q: [f32; 5] = [1.0, 0.467_130_27, 0.025_871_044, 3.283_08e-4, 7.761_947e-7];
/// The argument from which tanh rounds to 1 in f32.
pub const TANH_END: f32 = 9.02;

/// exp(r) ≈ 1 + r + r²·(c₀ + c₁·r + …) for |r| ≤ ln 2 / 2.
pub const EXP_C: [f32; 5] = [0.499_999_93, 0.166_665_2, 0.041_668_39, 0.008_368_745, 0.001_381_454];
/// Below this argument exp is 0, because its results would be denormal.
pub const EXP_START: f32 = -87.3;
/// 1 / ln 2
pub const LOG2_E: f32 = core::f32::consts::LOG2_E;
/// The first part of ln 2, which has few bits, so that n·LN2_HIGH is exact.
pub const LN2_HIGH: f32 = 0.693_359_4;
/// The rest of ln 2.
pub const LN2_LOW: f32 = -2.121_944_4e-4;

/// Returns tanh(x), one float at a time.
pub fn tanh(x: f32) -> f32 {
    let x = if x < -TANH_END { -TANH_END } else { x };
    let x = if TANH_END < x { TANH_END } else { x };
    let z = x * x;
    let horner = |c: [f32; 5]| (((c[4] * z + c[3]) * z + c[2]) * z + c[1]) * z + c[0];
    // The quotient may round to just above 1, where 1 − y² would be negative.
    let y = x * horner(TANH_P) / horner(TANH_Q);
    let y = if y < -1.0 { -1.0 } else { y };
    if 1.0 < y { 1.0 } else { y }
}

/// Returns exp(x) for x ≤ 0, one float at a time. A softmax and a sigmoid need no larger arguments, and these
/// are not tested.
pub fn exp_nonpositive(x: f32) -> f32 {
    if x < EXP_START {
        return 0.0;
    }
    // x = n·ln 2 + r with |r| ≤ ln 2 / 2
    let n = round_ties_even(x * LOG2_E);
    let r = (x - n * LN2_HIGH) - n * LN2_LOW;
    let c = EXP_C;
    let tail = (((c[4] * r + c[3]) * r + c[2]) * r + c[1]) * r + c[0];
    let e = (tail * (r * r) + r) + 1.0;
    e * f32::from_bits(((n as i32).wrapping_add(127) << 23) as u32)
}

/// Returns σ(x) = 1/(1 + e^{-x}), computed from e^{-|x|} so that neither side loses relative precision; 0
/// below `EXP_START`.
pub fn sigmoid(x: f32) -> f32 {
    let e = exp_nonpositive(0.0 - x.abs());
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

/// Returns ln(x) for normal x > 0, in f64: x = 2ᵉ·m with m in [√½, √2), ln m = 2·artanh((m − 1)/(m + 1)) as a
/// series.
///
/// The quotient is below 0.172, so the first omitted term is below 0.172²³/23 ≈ 1e-19.
#[inline(never)]
pub fn ln(x: f64) -> f64 {
    const SQRT_2: f64 = core::f64::consts::SQRT_2;
    if x.is_nan() || x <= 0.0 || x == f64::INFINITY {
        // The cases of the real logarithm, for completeness: a softmax's sum is at least 1, or NaN.
        return if x == 0.0 {
            f64::NEG_INFINITY
        } else if x > 0.0 {
            x
        } else {
            f64::NAN
        };
    }
    let bits = x.to_bits();
    let mut exponent = ((bits >> 52) & 0x7ff) as i64 - 1023;
    let mut m = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
    if m > SQRT_2 {
        m *= 0.5;
        exponent += 1;
    }
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    // Σ zᵏ/(2k + 1) by Estrin's scheme: half of the terms wait for the other half no longer than for z⁶.
    let term = |k: u32| 1.0 / f64::from(2 * k + 1);
    let pair = |k: u32| term(k) + term(k + 1) * z;
    let (z2, z4) = (z * z, (z * z) * (z * z));
    let low = (pair(0) + pair(2) * z2) + (pair(4) + pair(6) * z2) * z4;
    let series = low + (pair(8) + term(10) * z2) * (z4 * z4);
    2.0 * s * series + exponent as f64 * core::f64::consts::LN_2
}

/// Returns exp(x) for x ≤ 0 in double precision with a relative error below 1e-15; 0 below −708. It uses the
/// same operations in the same order as `expNonPositive` in ts/base/float64.ts.
#[inline(never)]
pub fn exp64(x: f64) -> f64 {
    // The first part of ln 2 has 21 trailing zero bits, so that n·LN2_HIGH is exact.
    const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    if x <= -708.0 {
        return 0.0;
    }
    // The nearest integer n ≤ 0, the upper one of two equally near ones.
    let scaled = x * core::f64::consts::LOG2_E;
    let whole = scaled as i32;
    let n = if scaled - f64::from(whole) < -0.5 { whole - 1 } else { whole };
    let r = x - f64::from(n) * LN2_HIGH - f64::from(n) * LN2_LOW;
    // Taylor's polynomial of degree 13, whose coefficients are computed to keep a table out of the module.
    let (mut series, mut factorial) = (0.0, 6_227_020_800.0);
    for k in (0..=13).rev() {
        series = series * r + 1.0 / factorial;
        factorial /= f64::from(k);
    }
    series * f64::from_bits(((1023 + n) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the distance in units of the last place of the correct result.
    fn ulps(got: f32, want: f64) -> f64 {
        let near = want as f32;
        let ulp = f64::from(f32::from_bits(near.abs().to_bits() + 1)) - f64::from(near.abs());
        (f64::from(got) - want).abs() / ulp
    }

    #[test]
    fn tanh_is_within_8_ulp_and_never_beyond_1() {
        let mut worst: f64 = 0.0;
        for bits in (0..0x7f80_0000u32).step_by(997) {
            let x = f32::from_bits(bits);
            let y = tanh(x);
            assert!(y.abs() <= 1.0, "tanh({x}) = {y}");
            assert_eq!(tanh(-x), -y);
            worst = worst.max(ulps(y, f64::from(x).tanh()));
        }
        assert!(worst <= 8.0, "worst error {worst} ulp");
        assert!(tanh(f32::NAN).is_nan());
        // The end of the range is one rounding below 1, not beyond it.
        assert!(1.0 - tanh(f32::INFINITY) <= f32::EPSILON / 2.0);
        assert_eq!(tanh(f32::NEG_INFINITY), -tanh(f32::INFINITY));
        assert_eq!(tanh(-0.0).to_bits(), (-0.0f32).to_bits());
    }

    #[test]
    fn exp_is_within_2_ulp() {
        let mut worst: f64 = 0.0;
        for bits in (0..0x42ae_9999u32).step_by(997) {
            let x = -f32::from_bits(bits);
            worst = worst.max(ulps(exp_nonpositive(x), f64::from(x).exp()));
        }
        assert!(worst <= 2.0, "worst error {worst} ulp");
        assert_eq!(exp_nonpositive(0.0), 1.0);
        assert_eq!(exp_nonpositive(-88.0), 0.0);
        assert_eq!(exp_nonpositive(f32::NEG_INFINITY), 0.0);
        assert!(exp_nonpositive(f32::NAN).is_nan());
        // Outside the domain, as where a row's maximum is lost to NaN: any value, but no overflow in a debug build.
        assert!(exp_nonpositive(f32::INFINITY).is_nan());
    }

    /// Prints the figures in the header: `cargo test --release -- --ignored --nocapture over_all_floats`.
    #[test]
    #[ignore = "a measurement over all floats, about a minute in release"]
    fn over_all_floats() {
        let worst = |last: u32, f: fn(f32) -> f32, exact: fn(f64) -> f64| {
            let errors = (0..last).map(f32::from_bits).map(|x| (ulps(f(-x), exact(-f64::from(x))), -x));
            errors.fold((0.0, 0.0), |worst, error| if error.0 > worst.0 { error } else { worst })
        };
        // tanh is odd, so one sign is enough; exp is for x ≤ 0, down to where its results would be denormal.
        let tanh = worst(0x7f80_0000, tanh, f64::tanh);
        let exp = worst(EXP_START.abs().to_bits(), exp_nonpositive, f64::exp);
        println!("tanh {:.2} ulp at {:e}, exp {:.2} ulp at {:e}", tanh.0, tanh.1, exp.0, exp.1);
        assert!(tanh.0 <= 8.0 && exp.0 <= 2.0);
    }

    #[test]
    fn exp64_is_within_rounding_of_the_real_one() {
        for i in 0..100_000 {
            let x = -707.9 * f64::from(i) / 100_000.0;
            assert!((exp64(x) / x.exp() - 1.0).abs() < 1e-15, "exp({x})");
        }
        assert_eq!([exp64(0.0), exp64(-708.0), exp64(f64::NEG_INFINITY)], [1.0, 0.0, 0.0]);
    }

    #[test]
    fn ln_is_within_rounding_of_the_real_one() {
        for i in 1..100_000 {
            let x = f64::from(i) * 0.37 * if i % 2 == 0 { 1e-3 } else { 1e6 };
            assert!((ln(x) - x.ln()).abs() <= 4.0 * f64::EPSILON * x.ln().abs().max(1.0), "ln({x})");
        }
        assert_eq!(ln(1.0), 0.0);
        assert!(ln(f64::NAN).is_nan());
        assert!(ln(-1.0).is_nan());
    }
}
