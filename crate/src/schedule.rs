//! Learning rates as functions of the number of updates done, s = 0 before the first.
//!
//! Only + − × ÷ in f64 and a polynomial of our own, in the order written: the rate enters the parameters, so it has the same
//! bits on every machine. Cosine: Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017,
//! without restarts (PyTorch's `CosineAnnealingLR`, up to its end). Step decay: PyTorch's `StepLR`.

/// The shape of the way from one rate to another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// from + (to − from)·s/n, then to
    Linear,
    /// to + (from − to)·(1 + cos(π·s/n))/2, then to
    Cosine,
    /// from · to^⌊s/n⌋: here `to` is the factor
    StepDecay,
    /// to·(s + 1)/n, then to; without `from`
    Warmup,
}

/// The rate for the update that has `step` updates before it. `step` and `steps` (n ≥ 1) are integers.
pub fn learning_rate(curve: Curve, from: f64, to: f64, steps: f64, step: f64) -> f64 {
    if let Curve::StepDecay = curve {
        return from * power(to, floor(step / steps));
    }
    let done = if let Curve::Warmup = curve { step + 1.0 } else { step };
    // The ends are exact, whatever the formulas round to there.
    if done >= steps {
        return to;
    }
    if done == 0.0 {
        return from;
    }
    match curve {
        Curve::Cosine => {
            // (1 + cos(π·x))/2 = sin²(π/2·(1 − x))
            let sine = sin(core::f64::consts::FRAC_PI_2 * (1.0 - done / steps));
            to + (from - to) * (sine * sine)
        }
        Curve::Warmup => to * (done / steps),
        _ => from + (to - from) * (done / steps),
    }
}

/// sin(x) for 0 ≤ x ≤ π/2: Σ (−1)ⁱ x²ⁱ⁺¹/(2i+1)! up to x²¹. The first term left out is below 1.3e-18.
fn sin(x: f64) -> f64 {
    let z = x * x;
    let mut series = 1.0;
    for n in (2..=20).rev().step_by(2) {
        series = 1.0 - series * z / f64::from(n * (n + 1));
    }
    x * series
}

/// baseⁿ for an integer n ≥ 0 by squaring: the order of the products is that of n's bits, lowest first.
fn power(mut base: f64, mut n: f64) -> f64 {
    let mut product = 1.0;
    while n >= 1.0 {
        let half = floor(n * 0.5);
        if half * 2.0 != n {
            product *= base;
        }
        base *= base;
        n = half;
    }
    product
}

/// ⌊x⌋ for 0 ≤ x < 2⁶⁴
fn floor(x: f64) -> f64 {
    x as u64 as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_is_within_two_roundings() {
        for i in 0..=10_000 {
            let x = std::f64::consts::FRAC_PI_2 * f64::from(i) / 10_000.0;
            assert!((sin(x) - x.sin()).abs() <= 2.0 * f64::EPSILON * x.sin(), "sin({x})");
        }
    }

    #[test]
    fn powers_are_products() {
        assert_eq!(power(0.5, 0.0), 1.0);
        assert_eq!(power(0.5, 10.0), 1.0 / 1024.0);
        assert_eq!(power(1.0, 9e15), 1.0);
        assert_eq!(power(0.9, 9e15), 0.0);
        assert_eq!(power(0.0, 0.0), 1.0);
    }

    #[test]
    fn ends_are_exact() {
        for curve in [Curve::Linear, Curve::Cosine] {
            assert_eq!(learning_rate(curve, 0.3, 0.1, 7.0, 0.0), 0.3);
            assert_eq!(learning_rate(curve, 0.3, 0.1, 7.0, 7.0), 0.1);
            assert_eq!(learning_rate(curve, 0.3, 0.1, 7.0, 1e15), 0.1);
        }
        assert_eq!(learning_rate(Curve::Warmup, 0.0, 0.3, 4.0, 0.0), 0.3 * 0.25);
        assert_eq!(learning_rate(Curve::Warmup, 0.0, 0.3, 4.0, 3.0), 0.3);
        assert_eq!(learning_rate(Curve::StepDecay, 0.3, 0.5, 10.0, 9.0), 0.3);
        assert_eq!(learning_rate(Curve::StepDecay, 0.3, 0.5, 10.0, 10.0), 0.15);
    }
}
