//! Vectors of four `f32`, cache lines of them, and the register tile of the matrix product. The only `unsafe` code apart from the
//! handles of the seam (`wasm/handle`).
//!
//! On wasm32 an `F32x4` is one 128-bit register. Elsewhere it is an array that the compiler vectorises, so that the SIMD kernels run
//! and are tested natively too, with the same bits. Loads and stores take references to arrays and are sound for any caller. `tiles`
//! checks the bounds once per call and then works on pointers.
#![allow(unsafe_code)]

#[cfg(target_feature = "simd128")]
use core::arch::wasm32::*;

/// A vector of four `f32` lanes.
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
    /// Returns a vector with the same value in each lane.
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

    /// Returns a + b.
    #[inline(always)]
    pub fn plus(self, b: F32x4) -> F32x4 {
        lanewise!(f32x4_add, self, b, |a, b| a + b)
    }

    /// Returns a − b.
    #[inline(always)]
    pub fn minus(self, b: F32x4) -> F32x4 {
        lanewise!(f32x4_sub, self, b, |a, b| a - b)
    }

    /// Returns a · b.
    #[inline(always)]
    pub fn times(self, b: F32x4) -> F32x4 {
        lanewise!(f32x4_mul, self, b, |a, b| a * b)
    }

    /// Returns a / b.
    #[inline(always)]
    pub fn over(self, b: F32x4) -> F32x4 {
        lanewise!(f32x4_div, self, b, |a, b| a / b)
    }

    /// Returns a · b + c, with two roundings. In the relaxed build there may be one, so that its bits depend on the machine.
    #[inline(always)]
    pub fn times_plus(self, b: F32x4, c: F32x4) -> F32x4 {
        #[cfg(target_feature = "relaxed-simd")]
        return F32x4(f32x4_relaxed_madd(self.0, b.0, c.0));
        #[cfg(not(target_feature = "relaxed-simd"))]
        self.times(b).plus(c)
    }

    /// Returns √a, exactly rounded.
    #[inline(always)]
    pub fn sqrt(self) -> F32x4 {
        #[cfg(target_feature = "simd128")]
        return F32x4(f32x4_sqrt(self.0));
        #[cfg(not(target_feature = "simd128"))]
        F32x4(self.0.map(f32::sqrt))
    }

    /// Returns |a|.
    #[inline(always)]
    pub fn abs(self) -> F32x4 {
        #[cfg(target_feature = "simd128")]
        return F32x4(f32x4_abs(self.0));
        #[cfg(not(target_feature = "simd128"))]
        F32x4(self.0.map(f32::abs))
    }

    /// Returns a mask with all bits of a lane set where a < b, which is false for NaN.
    #[inline(always)]
    pub fn less_than(self, b: F32x4) -> F32x4 {
        lanewise!(f32x4_lt, self, b, |a, b| mask(a < b))
    }

    /// Returns a where the mask is not set, +0 where it is. Unlike min and max this propagates NaN in every
    /// build: the relaxed build turns pmin and pmax into forms that may lose it.
    #[inline(always)]
    pub fn zero_where(self, mask: F32x4) -> F32x4 {
        lanewise!(v128_andnot, self, mask, |a, m| f32::from_bits(a.to_bits() & !m.to_bits()))
    }

    /// Returns a where the mask is set, b elsewhere.
    #[inline(always)]
    pub fn select(mask: F32x4, a: F32x4, b: F32x4) -> F32x4 {
        #[cfg(target_feature = "simd128")]
        return F32x4(v128_bitselect(a.0, b.0, mask.0));
        #[cfg(not(target_feature = "simd128"))]
        F32x4(core::array::from_fn(|i| if mask.0[i].to_bits() != 0 { a.0[i] } else { b.0[i] }))
    }

    /// Returns a limited to low … high. NaN stays NaN. Each limit is one instruction on x64, where min and
    /// max take seven. The relaxed build would turn pmin and pmax into forms that may lose NaN, so it
    /// compares instead.
    #[inline(always)]
    pub fn within(self, low: F32x4, high: F32x4) -> F32x4 {
        #[cfg(all(target_feature = "simd128", not(target_feature = "relaxed-simd")))]
        return F32x4(f32x4_pmin(f32x4_pmax(self.0, low.0), high.0));
        #[cfg(not(all(target_feature = "simd128", not(target_feature = "relaxed-simd"))))]
        {
            let x = F32x4::select(self.less_than(low), low, self);
            F32x4::select(high.less_than(x), high, x)
        }
    }

    /// 1.5·2²³. Floats of that size are integers, so that a sum with it is rounded to an integer in its lowest bits.
    pub const ROUNDING: f32 = 12_582_912.0;

    /// Returns the nearest integer n, ties to even, and 2ⁿ, for n in −126 … 127. NaN gives NaN and an arbitrary power. The constants are
    /// `ROUNDING` and 1.
    #[inline(always)]
    pub fn nearest_and_power(self, rounding: F32x4, one: F32x4) -> (F32x4, F32x4) {
        let sum = self.plus(rounding);
        // the bits of 1 are those of its exponent
        #[cfg(target_feature = "simd128")]
        let power = F32x4(i32x4_add(i32x4_shl(sum.0, 23), one.0));
        #[cfg(not(target_feature = "simd128"))]
        let power = F32x4(core::array::from_fn(|i| {
            f32::from_bits((sum.0[i].to_bits() << 23).wrapping_add(one.0[i].to_bits()))
        }));
        (sum.minus(rounding), power)
    }

    /// Returns the lanes as an array.
    #[inline(always)]
    pub fn to_array(self) -> [f32; 4] {
        let mut lanes = [0.0; 4];
        self.store(&mut lanes);
        lanes
    }

    /// Transposes four rows of four lanes.
    #[inline(always)]
    pub fn transpose([a, b, c, d]: [F32x4; 4]) -> [F32x4; 4] {
        #[cfg(target_feature = "simd128")]
        {
            let (ab, cd) = (i32x4_shuffle::<0, 4, 1, 5>(a.0, b.0), i32x4_shuffle::<0, 4, 1, 5>(c.0, d.0));
            let (ab2, cd2) = (i32x4_shuffle::<2, 6, 3, 7>(a.0, b.0), i32x4_shuffle::<2, 6, 3, 7>(c.0, d.0));
            [
                F32x4(i64x2_shuffle::<0, 2>(ab, cd)),
                F32x4(i64x2_shuffle::<1, 3>(ab, cd)),
                F32x4(i64x2_shuffle::<0, 2>(ab2, cd2)),
                F32x4(i64x2_shuffle::<1, 3>(ab2, cd2)),
            ]
        }
        #[cfg(not(target_feature = "simd128"))]
        core::array::from_fn(|i| F32x4([a.0[i], b.0[i], c.0[i], d.0[i]]))
    }

    /// Returns a vector with the float at a pointer in each lane.
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

/// A vector of two `f64` lanes, for sums that need more precision than `f32`.
#[derive(Clone, Copy)]
pub struct F64x2(Register64);

#[cfg(target_feature = "simd128")]
type Register64 = v128;
#[cfg(not(target_feature = "simd128"))]
type Register64 = [f64; 2];

impl F64x2 {
    /// Returns a vector of zeros.
    #[inline(always)]
    pub fn zero() -> F64x2 {
        #[cfg(target_feature = "simd128")]
        return F64x2(f64x2_splat(0.0));
        #[cfg(not(target_feature = "simd128"))]
        F64x2([0.0; 2])
    }

    /// Returns the first two and the last two of four floats, converted to `f64`.
    #[inline(always)]
    pub fn halves(x: F32x4) -> [F64x2; 2] {
        #[cfg(target_feature = "simd128")]
        return [x.0, i64x2_shuffle::<1, 1>(x.0, x.0)].map(|x| F64x2(f64x2_promote_low_f32x4(x)));
        #[cfg(not(target_feature = "simd128"))]
        {
            let [a, b, c, d] = x.0.map(f64::from);
            [F64x2([a, b]), F64x2([c, d])]
        }
    }

    /// Returns a + x².
    #[inline(always)]
    pub fn plus_square(self, x: F64x2) -> F64x2 {
        #[cfg(target_feature = "simd128")]
        return F64x2(f64x2_add(self.0, f64x2_mul(x.0, x.0)));
        #[cfg(not(target_feature = "simd128"))]
        F64x2(core::array::from_fn(|i| self.0[i] + x.0[i] * x.0[i]))
    }

    /// Returns the sum of both lanes.
    #[inline(always)]
    pub fn sum(self) -> f64 {
        #[cfg(target_feature = "simd128")]
        return f64x2_extract_lane::<0>(self.0) + f64x2_extract_lane::<1>(self.0);
        #[cfg(not(target_feature = "simd128"))]
        (self.0[0] + self.0[1])
    }
}

/// A cache line of floats, the unit of which buffers are made.
#[derive(Clone)]
#[repr(C, align(64))]
pub struct Line([f32; Line::FLOATS]);

impl Line {
    /// The number of floats in a line.
    pub const FLOATS: usize = 16;
    /// A line of zeros.
    pub const ZERO: Line = Line([0.0; Line::FLOATS]);

    /// Returns the floats of a slice of lines.
    #[inline(always)]
    pub fn floats(lines: &[Line]) -> &[f32] {
        // SAFETY: a line is 16 floats without padding, so that n lines are 16·n consecutive floats.
        unsafe { core::slice::from_raw_parts(lines.as_ptr().cast(), lines.len() * Line::FLOATS) }
    }

    /// Returns the floats of a slice of lines, mutable.
    #[inline(always)]
    pub fn floats_mut(lines: &mut [Line]) -> &mut [f32] {
        // SAFETY: as above; the borrow is unique.
        unsafe { core::slice::from_raw_parts_mut(lines.as_mut_ptr().cast(), lines.len() * Line::FLOATS) }
    }
}

/// Columns of a panel of packed weights. A tile is as wide as one or more panels.
pub const PANEL: usize = 8;

/// The distances between the operands of a product's tiles, in floats.
#[derive(Clone, Copy)]
pub struct Strides {
    /// K, the number of products in each sum
    pub k: usize,
    /// From one row of A to the next; unused for packed strips of (K, MR)
    pub a_row: usize,
    /// From one panel of B to the next
    pub b_panel: usize,
    /// From one row of C to the next
    pub c_row: usize,
}

/// Computes C += A · B for a column of `count` tiles: C (count·MR, P panels), A (count·MR, K), B (K, P
/// panels). The first W·4 columns of each panel are used.
///
/// Row i of A starts at `a[i·a_row]`. If `PACKED`, it is interleaved with the other rows of its tile in a strip of (K, MR). Panel p of B
/// starts at `b[p·b_panel]` and has 8 floats for each k. Each element of C is summed over ascending k in one accumulator.
#[inline(never)]
pub fn tiles<const MR: usize, const P: usize, const W: usize, const PACKED: bool>(
    count: usize,
    a: &[f32],
    b: &[f32],
    c: &mut [f32],
    Strides { k, a_row, b_panel, c_row }: Strides,
) {
    if count == 0 {
        return;
    }
    let rows = count * MR;
    assert!(k > 0 && if PACKED { rows * k } else { (rows - 1) * a_row + k } <= a.len());
    assert!((P - 1) * b_panel + k * PANEL <= b.len());
    assert!((rows - 1) * c_row + (P - 1) * PANEL + W * 4 <= c.len());
    let (mut a, b, mut c) = (a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
    for _ in 0..count {
        // SAFETY: the rows, panels and tiles lie within the slices, as just asserted.
        unsafe { tile::<MR, P, W, PACKED>(k, a, a_row, b, b_panel, c, c_row) };
        a = a.wrapping_add(MR * if PACKED { k } else { a_row });
        c = c.wrapping_add(MR * c_row);
    }
}

/// Computes one tile, with C in registers: the innermost loop of everything. K is processed in eights, in
/// smaller tiles in fours, with an exit after each part: the exits keep the compilers from mixing the parts,
/// for which there are not enough registers.
///
/// # Safety
/// A (MR, K), B (K, P panels) and C (MR, P panels), as `tiles` describes them, can be read, and C written; K > 0.
#[inline(always)]
unsafe fn tile<const MR: usize, const P: usize, const W: usize, const PACKED: bool>(
    k: usize,
    a: *const f32,
    a_row: usize,
    b: *const f32,
    b_panel: usize,
    c: *mut f32,
    c_row: usize,
) {
    let mut rows: [*const f32; MR] = core::array::from_fn(|i| a.wrapping_add(i * a_row));
    let mut panels: [*const f32; P] = core::array::from_fn(|p| b.wrapping_add(p * b_panel));
    let mut sums = [[[F32x4::splat(0.0); W]; P]; MR];
    // SAFETY: the caller's promise.
    unsafe {
        for (i, row) in sums.iter_mut().enumerate() {
            for (p, panel) in row.iter_mut().enumerate() {
                for (w, sum) in panel.iter_mut().enumerate() {
                    *sum = F32x4::load(&*c.add(i * c_row + p * PANEL + w * 4).cast());
                }
            }
        }
        let end = b.add(k * PANEL);
        let ends = [1, 2, 3, 4, 5, 6, 7].map(|left| end.wrapping_sub(left * PANEL));
        macro_rules! with_exits {
            ($($at:literal)*) => {
                $(
                    add_outer::<MR, P, W, PACKED>(&mut sums, &rows, &panels, $at);
                    if panels[0] == ends[$at] {
                        break;
                    }
                )*
            };
        }
        let parts = if MR == 4 && W == 2 { 8 } else { 4 };
        loop {
            with_exits!(0 1 2);
            if parts == 8 {
                with_exits!(3 4 5 6);
            }
            add_outer::<MR, P, W, PACKED>(&mut sums, &rows, &panels, parts - 1);
            // After the last k, the pointers into A may be beyond its end, where they are not read.
            for row in &mut rows {
                *row = row.wrapping_add(if PACKED { parts * MR } else { parts });
            }
            for panel in &mut panels {
                *panel = panel.wrapping_add(parts * PANEL);
            }
            if panels[0] == end {
                break;
            }
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

/// Computes sums ← sums + column k of A · row k of B.
///
/// # Safety
/// That column and that row, as `tile` lays them out, can be read.
#[inline(always)]
unsafe fn add_outer<const MR: usize, const P: usize, const W: usize, const PACKED: bool>(
    sums: &mut [[[F32x4; W]; P]; MR],
    rows: &[*const f32; MR],
    panels: &[*const f32; P],
    k: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let mut columns = [[F32x4::splat(0.0); W]; P];
        for (columns, panel) in columns.iter_mut().zip(panels) {
            for (w, column) in columns.iter_mut().enumerate() {
                *column = F32x4::load(&*panel.add(k * PANEL).add(w * 4).cast());
            }
        }
        for (i, row) in sums.iter_mut().enumerate() {
            let x = F32x4::splat_at(if PACKED { rows[0].add(k * MR).add(i) } else { rows[i].add(k) });
            for (panel, column) in row.iter_mut().zip(&columns) {
                for (sum, &y) in panel.iter_mut().zip(column) {
                    *sum = x.times_plus(y, *sum);
                }
            }
        }
    }
}
