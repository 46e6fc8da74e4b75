//! The activation functions of one vector of lanes, for loops that keep their constants in registers.

use super::approx::{EXP_C, EXP_START, LN2_HIGH, LN2_LOW, LOG2_E, TANH_END, TANH_P, TANH_Q};
use crate::lanes::F32x4;
use core::hint::black_box;

/// Returns a constant in all lanes that stays in a register throughout a loop. Without `black_box` V8
/// rebuilds the constant at each use (three instructions since version 12, Node 22).
#[inline(always)]
pub fn held(x: f32) -> F32x4 {
    F32x4::splat(black_box(x))
}

/// Returns Σ cᵢ·zⁱ by Horner's rule.
#[inline(always)]
fn horner(z: F32x4, c: [F32x4; 5]) -> F32x4 {
    c[4].times_plus(z, c[3]).times_plus(z, c[2]).times_plus(z, c[1]).times_plus(z, c[0])
}

/// tanh with its constants in registers.
#[derive(Clone, Copy)]
pub struct Tanh {
    end: [F32x4; 2],
    p: [F32x4; 5],
    q: [F32x4; 5],
    one: [F32x4; 2],
}

impl Tanh {
    /// Loads the constants of tanh.
    #[inline(always)]
    pub fn new() -> Tanh {
        let one = held(1.0);
        let [_, p @ ..] = TANH_P.map(held);
        let [_, q @ ..] = TANH_Q.map(held);
        let first = |c: [F32x4; 4]| [one, c[0], c[1], c[2], c[3]];
        Tanh { end: [held(-TANH_END), held(TANH_END)], p: first(p), q: first(q), one: [held(-1.0), one] }
    }

    /// Returns tanh(x).
    #[inline(always)]
    pub fn of(&self, x: F32x4) -> F32x4 {
        let x = x.within(self.end[0], self.end[1]);
        let z = x.times(x);
        x.times(horner(z, self.p)).over(horner(z, self.q)).within(self.one[0], self.one[1])
    }
}

/// exp for x ≤ 0 with its constants in registers.
#[derive(Clone, Copy)]
pub struct Exp {
    start: F32x4,
    log2_e: F32x4,
    shift: F32x4,
    ln2: [F32x4; 2],
    c: [F32x4; 5],
    one: F32x4,
}

impl Exp {
    /// Loads the constants of exp.
    #[inline(always)]
    pub fn new() -> Exp {
        Exp {
            start: held(EXP_START),
            log2_e: held(LOG2_E),
            shift: held(F32x4::ROUNDING),
            ln2: [held(LN2_HIGH), held(LN2_LOW)],
            c: EXP_C.map(held),
            one: held(1.0),
        }
    }

    /// Returns exp(x) for x ≤ 0.
    #[inline(always)]
    pub fn of(&self, x: F32x4) -> F32x4 {
        let under = x.less_than(self.start);
        // x = n·ln 2 + r with |r| ≤ ln 2 / 2
        let (n, power) = x.times(self.log2_e).nearest_and_power(self.shift, self.one);
        let r = x.minus(n.times(self.ln2[0])).minus(n.times(self.ln2[1]));
        let e = horner(r, self.c).times_plus(r.times(r), r).plus(self.one);
        e.times(power).zero_where(under)
    }
}

/// σ(x) = 1/(1 + e^{-x}) with its constants in registers, computed from e^{-|x|} so that neither side loses relative precision.
#[derive(Clone, Copy)]
pub struct Sigmoid(Exp);

impl Sigmoid {
    /// Loads the constants of σ.
    #[inline(always)]
    pub fn new() -> Sigmoid {
        Sigmoid(Exp::new())
    }

    /// Returns σ(x).
    #[inline(always)]
    pub fn of(&self, x: F32x4) -> F32x4 {
        let (zero, one) = (F32x4::splat(0.0), self.0.one);
        let e = self.0.of(zero.minus(x.abs()));
        F32x4::select(x.less_than(zero), e, one).over(one.plus(e))
    }
}

/// Returns 1 − x.
#[inline(always)]
pub fn one_minus(x: F32x4) -> F32x4 {
    F32x4::splat(1.0).minus(x)
}

/// Returns the derivative σ' = σ(1 − σ) from y = σ.
#[inline(always)]
pub fn sigmoid_slope(y: F32x4) -> F32x4 {
    y.times(one_minus(y))
}

/// Returns the derivative tanh' = 1 − tanh² from y = tanh.
#[inline(always)]
pub fn tanh_slope(y: F32x4) -> F32x4 {
    one_minus(y.times(y))
}
