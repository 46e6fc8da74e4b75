//! Square roots and rounding, which `core` lacks without `std`. In WebAssembly each is one instruction, as in `std`. All three are
//! exactly rounded, so that every machine gives the same bits.

#[cfg(target_feature = "simd128")]
use core::arch::wasm32::*;

/// Returns √x in single precision.
#[inline(always)]
pub fn sqrt(x: f32) -> f32 {
    #[cfg(target_feature = "simd128")]
    return f32x4_extract_lane::<0>(f32x4_sqrt(f32x4_splat(x)));
    #[cfg(not(target_feature = "simd128"))]
    x.sqrt()
}

/// Returns √x in double precision.
#[inline(always)]
pub fn sqrt64(x: f64) -> f64 {
    #[cfg(target_feature = "simd128")]
    return f64x2_extract_lane::<0>(f64x2_sqrt(f64x2_splat(x)));
    #[cfg(not(target_feature = "simd128"))]
    x.sqrt()
}

/// Returns the nearest integer, or the even one of two equally near ones.
#[inline(always)]
pub fn round_ties_even(x: f32) -> f32 {
    #[cfg(target_feature = "simd128")]
    return f32x4_extract_lane::<0>(f32x4_nearest(f32x4_splat(x)));
    #[cfg(not(target_feature = "simd128"))]
    x.round_ties_even()
}
