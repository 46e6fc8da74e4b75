//! Four `f32` side by side, cache lines of them, and the register tile of the matrix product: the only `unsafe` lines of the
//! crate.
//!
//! On wasm32 a `F32x4` is one 128-bit register; elsewhere it is an array that the compiler vectorises, so that the
//! SIMD kernels run and are tested natively too, with the same bits. Loads and stores take references to arrays and
//! are sound for any caller; `tile` works on pointers, within bounds that it checks once per call.
#![allow(unsafe_code)]

#[cfg(target_feature = "simd128")]
use core::arch::wasm32::*;

/// Four lanes.
#[derive(Clone, Copy)]
#[cfg_attr(target_feature = "simd128", repr(transparent))]
pub struct F32x4(Register);

#[cfg(target_feature = "simd128")]
type Register = v128;
#[cfg(not(target_feature = "simd128"))]
type Register = [f32; 4];

#[cfg(target_feature = "simd128")]
macro_rules! lanewise {
    ($intrinsic:ident, $a:expr, $b:expr, $f:expr) => {
        F32x4($intrinsic($a.0, $b.0))
    };
}
#[cfg(not(target_feature = "simd128"))]
macro_rules! lanewise {
    ($intrinsic:ident, $a:expr, $b:expr, $f:expr) => {{
        let f: fn(f32, f32) -> f32 = $f;
        F32x4(core::array::from_fn(|i| f($a.0[i], $b.0[i])))
    }};
}

#[cfg(not(target_feature = "simd128"))]
fn mask(condition: bool) -> f32 {
    f32::from_bits(if condition { u32::MAX } else { 0 })
}

impl F32x4 {
    /// The same value in each lane.
    #[inline(always)]
    pub fn splat(x: f32) -> F32x4 {
        #[cfg(target_feature = "simd128")]
        return F32x4(f32x4_splat(x));
        #[cfg(not(target_feature = "simd128"))]
        F32x4([x; 4])
    }

    /// Reads four floats.
    #[inline(always)]
    pub fn load(from: &[f32; 4]) -> F32x4 {
        #[cfg(target_feature = "simd128")]
        // SAFETY: the reference covers 16 readable bytes, and v128.load needs no alignment.
        return F32x4(unsafe { v128_load(from.as_ptr().cast()) });
        #[cfg(not(target_feature = "simd128"))]
        F32x4(*from)
    }

    /// Writes four floats.
    #[inline(always)]
    pub fn store(self, to: &mut [f32; 4]) {
        #[cfg(target_feature = "simd128")]
        // SAFETY: the reference covers 16 writable bytes, and v128.store needs no alignment.
        unsafe {
            v128_store(to.as_mut_ptr().cast(), self.0)
        };
        #[cfg(not(target_feature = "simd128"))]
        {
            *to = self.0;
        }
    }

    /// a + b
    #[inline(always)]
    pub fn plus(self, b: F32x4) -> F32x4 {
        lanewise!(f32x4_add, self, b, |a, b| a + b)
    }

    /// a − b
    #[inline(always)]
    pub fn minus(self, b: F32x4) -> F32x4 {
        lanewise!(f32x4_sub, self, b, |a, b| a - b)
    }

    /// a · b
    #[inline(always)]
    pub fn times(self, b: F32x4) -> F32x4 {
        lanewise!(f32x4_mul, self, b, |a, b| a * b)
    }

    /// a / b
    #[inline(always)]
    pub fn over(self, b: F32x4) -> F32x4 {
        lanewise!(f32x4_div, self, b, |a, b| a / b)
    }

    /// a · b + c: two roundings, or one in the relaxed build, which is why that build is not bit-reproducible.
    #[inline(always)]
    pub fn times_plus(self, b: F32x4, c: F32x4) -> F32x4 {
        #[cfg(target_feature = "relaxed-simd")]
        return F32x4(f32x4_relaxed_madd(self.0, b.0, c.0));
        #[cfg(not(target_feature = "relaxed-simd"))]
        self.times(b).plus(c)
    }

    /// √a, exactly rounded.
    #[inline(always)]
    pub fn sqrt(self) -> F32x4 {
        #[cfg(target_feature = "simd128")]
        return F32x4(f32x4_sqrt(self.0));
        #[cfg(not(target_feature = "simd128"))]
        F32x4(self.0.map(f32::sqrt))
    }

    /// |a|
    #[inline(always)]
    pub fn abs(self) -> F32x4 {
        #[cfg(target_feature = "simd128")]
        return F32x4(f32x4_abs(self.0));
        #[cfg(not(target_feature = "simd128"))]
        F32x4(self.0.map(f32::abs))
    }

    /// All bits of a lane set where a < b, which NaN never is.
    #[inline(always)]
    pub fn less_than(self, b: F32x4) -> F32x4 {
        lanewise!(f32x4_lt, self, b, |a, b| mask(a < b))
    }

    /// a where the mask is not set, +0 where it is. Unlike min and max this lets NaN through in every build:
    /// the relaxed build turns pmin and pmax into forms that may drop it.
    #[inline(always)]
    pub fn zero_where(self, mask: F32x4) -> F32x4 {
        lanewise!(v128_andnot, self, mask, |a, m| f32::from_bits(a.to_bits() & !m.to_bits()))
    }

    /// a where the mask is set, b elsewhere.
    #[inline(always)]
    pub fn select(mask: F32x4, a: F32x4, b: F32x4) -> F32x4 {
        #[cfg(target_feature = "simd128")]
        return F32x4(v128_bitselect(a.0, b.0, mask.0));
        #[cfg(not(target_feature = "simd128"))]
        F32x4(core::array::from_fn(|i| if mask.0[i].to_bits() != 0 { a.0[i] } else { b.0[i] }))
    }

    /// The nearest integer, ties to even.
    #[inline(always)]
    pub fn nearest(self) -> F32x4 {
        #[cfg(target_feature = "simd128")]
        return F32x4(f32x4_nearest(self.0));
        #[cfg(not(target_feature = "simd128"))]
        F32x4(self.0.map(f32::round_ties_even))
    }

    /// 2ⁿ for integral lanes n in −126 … 127, put together from the bits of an exponent; NaN gives 1.
    #[inline(always)]
    pub fn two_to_the(self) -> F32x4 {
        #[cfg(target_feature = "simd128")]
        return F32x4(i32x4_shl(i32x4_add(i32x4_trunc_sat_f32x4(self.0), i32x4_splat(127)), 23));
        #[cfg(not(target_feature = "simd128"))]
        F32x4(self.0.map(|n| f32::from_bits(((n as i32 + 127) << 23) as u32)))
    }

    /// The lanes as an array.
    #[inline(always)]
    pub fn to_array(self) -> [f32; 4] {
        let mut lanes = [0.0; 4];
        self.store(&mut lanes);
        lanes
    }

    /// Splats the float at a pointer.
    ///
    /// # Safety
    /// `from` points to a readable float.
    #[inline(always)]
    unsafe fn splat_at(from: *const f32) -> F32x4 {
        #[cfg(target_feature = "simd128")]
        // SAFETY: the caller's promise.
        return F32x4(unsafe { v128_load32_splat(from.cast()) });
        #[cfg(not(target_feature = "simd128"))]
        // SAFETY: the caller's promise.
        F32x4::splat(unsafe { *from })
    }
}

/// A cache line of floats: what buffers are made of.
#[derive(Clone)]
#[repr(C, align(64))]
pub struct Line([f32; Line::FLOATS]);

impl Line {
    /// Floats in a line.
    pub const FLOATS: usize = 16;
    /// A line of zeros.
    pub const ZERO: Line = Line([0.0; Line::FLOATS]);

    /// The floats of many lines.
    #[inline(always)]
    pub fn floats(lines: &[Line]) -> &[f32] {
        // SAFETY: a line is 16 floats without padding, so that many of them are 16 times as many floats in a row.
        unsafe { core::slice::from_raw_parts(lines.as_ptr().cast(), lines.len() * Line::FLOATS) }
    }

    /// The floats of many lines, to be written.
    #[inline(always)]
    pub fn floats_mut(lines: &mut [Line]) -> &mut [f32] {
        // SAFETY: as above; the borrow is unique.
        unsafe { core::slice::from_raw_parts_mut(lines.as_mut_ptr().cast(), lines.len() * Line::FLOATS) }
    }
}

/// Columns of a panel of packed weights; a tile is as wide as one or more panels.
pub const PANEL: usize = 8;
/// Registers in a row of a panel.
const WIDE: usize = PANEL / 4;

/// C (MR, P·8) ← C + A (MR, K) · B (K, P·8) with C in registers: the innermost loop of everything.
///
/// Row i of A starts at `a[i·a_row]`, or is interleaved with the others in a packed strip of (K, MR). Panel p of B starts at
/// `b[p·b_panel]` and has 8 floats for each k. Each element of C is summed over ascending k in one accumulator.
#[inline(always)]
pub fn tile<const MR: usize, const P: usize, const PACKED: bool>(
    k: usize,
    a: &[f32],
    a_row: usize,
    b: &[f32],
    b_panel: usize,
    c: &mut [f32],
    c_row: usize,
) {
    assert!(k > 0 && if PACKED { k * MR } else { (MR - 1) * a_row + k } <= a.len());
    assert!((P - 1) * b_panel + k * PANEL <= b.len());
    assert!((MR - 1) * c_row + P * PANEL <= c.len());
    let (mut a, mut b, c) = (a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
    let (a_row, step) = if PACKED { (1, MR) } else { (a_row, 1) };
    // SAFETY: rows, panels and tile lie within the slices, as just asserted; for PACKED, k·MR + i < (k + 1)·MR.
    unsafe {
        let mut sums = [[[F32x4::splat(0.0); WIDE]; P]; MR];
        for (i, row) in sums.iter_mut().enumerate() {
            for (p, panel) in row.iter_mut().enumerate() {
                for (w, sum) in panel.iter_mut().enumerate() {
                    *sum = F32x4::load(&*c.add(i * c_row + p * PANEL + w * 4).cast());
                }
            }
        }
        let end = b.add(k * PANEL);
        while b != end {
            let mut columns = [[F32x4::splat(0.0); WIDE]; P];
            for (p, panel) in columns.iter_mut().enumerate() {
                for (w, column) in panel.iter_mut().enumerate() {
                    *column = F32x4::load(&*b.add(p * b_panel + w * 4).cast());
                }
            }
            for (i, row) in sums.iter_mut().enumerate() {
                let x = F32x4::splat_at(a.add(i * a_row));
                for (panel, column) in row.iter_mut().zip(&columns) {
                    for (sum, &y) in panel.iter_mut().zip(column) {
                        *sum = x.times_plus(y, *sum);
                    }
                }
            }
            // After the last k, A's pointer may lie beyond its end: it is not read there.
            a = a.wrapping_add(step);
            b = b.add(PANEL);
        }
        for (i, row) in sums.iter().enumerate() {
            for (p, panel) in row.iter().enumerate() {
                for (w, sum) in panel.iter().enumerate() {
                    sum.store(&mut *c.add(i * c_row + p * PANEL + w * 4).cast());
                }
            }
        }
    }
}
