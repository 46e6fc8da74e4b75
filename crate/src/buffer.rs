//! Growable buffers that report a lack of memory instead of aborting.
//!
//! A buffer keeps the largest size that was requested; a smaller shape uses a prefix of it. Once it is large enough, `fit` allocates
//! nothing.

use crate::error::{Error, ErrorKind};
use crate::lanes::Line;
use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};

/// The limit of a single buffer, and of the sum of a network's parameter-sized buffers: half of the 32-bit address space of
/// WebAssembly.
pub const MAX_BYTES: u64 = 1 << 31;

/// A flat array of `f32`, initially zero, made of whole cache lines: its first element is 64-byte aligned, and its length is a multiple
/// of 16.
#[derive(Default)]
pub struct Buffer {
    lines: Vec<Line>,
}

impl Buffer {
    /// Returns a buffer of at least `len` zeros.
    pub fn zeros(len: usize, kind: ErrorKind) -> Result<Buffer, Error> {
        let mut buffer = Buffer::default();
        buffer.fit(len, kind)?;
        Ok(buffer)
    }

    /// Makes room for `len` elements. If the buffer has to grow, its contents are lost and all elements are zero. On failure nothing has
    /// changed.
    #[inline(never)]
    pub fn fit(&mut self, len: usize, kind: ErrorKind) -> Result<(), Error> {
        grow(&mut self.lines, len.div_ceil(Line::FLOATS), Line::ZERO, kind)
    }
}

impl Deref for Buffer {
    type Target = [f32];
    #[inline(always)]
    fn deref(&self) -> &[f32] {
        Line::floats(&self.lines)
    }
}

impl DerefMut for Buffer {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [f32] {
        Line::floats_mut(&mut self.lines)
    }
}

/// Makes room for `len` integers (ids, lengths, targets), initially zero. On failure nothing has changed.
#[inline(never)]
pub fn fit_integers(data: &mut Vec<i32>, len: usize, kind: ErrorKind) -> Result<(), Error> {
    grow(data, len, 0, kind)
}

/// Makes room for `len` doubles, initially zero. On failure nothing has changed.
#[inline(never)]
pub fn fit_doubles(data: &mut Vec<f64>, len: usize, kind: ErrorKind) -> Result<(), Error> {
    grow(data, len, 0.0, kind)
}

/// Appends a value. On failure nothing has changed.
pub fn push<T>(data: &mut Vec<T>, value: T, kind: ErrorKind) -> Result<(), Error> {
    if data.len() == data.capacity() {
        reserve(data, data.len().max(1), kind)?;
    }
    data.push(value);
    Ok(())
}

/// Makes room for `more` elements beyond the present ones. On failure nothing has changed.
pub fn reserve<T>(data: &mut Vec<T>, more: usize, kind: ErrorKind) -> Result<(), Error> {
    data.try_reserve_exact(more).map_err(|_| Error::new(kind, bytes_of(&[more, size_of::<T>()])))
}

/// Returns the product of sizes, saturated, so that a product that is too large never wraps around.
#[inline(never)]
pub fn bytes_of(factors: &[usize]) -> u64 {
    factors.iter().fold(1u64, |product, &factor| product.saturating_mul(factor as u64))
}

/// Returns the product of sizes as a number of `f32`, or an error with the bytes that they would take.
#[inline(never)]
pub fn elements(factors: &[usize], kind: ErrorKind) -> Result<usize, Error> {
    let bytes = bytes_of(factors).saturating_mul(size_of::<f32>() as u64);
    check_bytes(bytes, kind)?;
    Ok(factors.iter().product())
}

/// Returns `len` floats starting at `at`, or none if the buffer is too short. Inlined, because calls took a sixth of the time of the
/// smallest training step.
#[inline(always)]
pub fn part(data: &[f32], at: usize, len: usize) -> &[f32] {
    data.get(at..).and_then(|data| data.get(..len)).unwrap_or_default()
}

/// Returns the same part as `part`, mutable.
#[inline(always)]
pub fn part_mut(data: &mut [f32], at: usize, len: usize) -> &mut [f32] {
    data.get_mut(at..).and_then(|data| data.get_mut(..len)).unwrap_or_default()
}

/// Returns an error if `bytes` exceeds the limit.
pub fn check_bytes(bytes: u64, kind: ErrorKind) -> Result<(), Error> {
    if bytes > MAX_BYTES { Err(Error::new(kind, bytes)) } else { Ok(()) }
}

/// Makes room for `len` elements, initially `zero`. On failure nothing has changed.
fn grow<T: Clone>(data: &mut Vec<T>, len: usize, zero: T, kind: ErrorKind) -> Result<(), Error> {
    if len <= data.len() {
        return Ok(());
    }
    let bytes = bytes_of(&[len, size_of::<T>()]);
    check_bytes(bytes, kind)?;
    let mut grown = Vec::new();
    reserve(&mut grown, len, kind)?;
    grown.resize(len, zero);
    *data = grown;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_on_a_cache_line_and_is_zero() {
        for len in [1, 7, 16, 1000] {
            let buffer = Buffer::zeros(len, ErrorKind::Sample).unwrap();
            assert_eq!(buffer.len(), len.next_multiple_of(16));
            assert_eq!(buffer.as_ptr() as usize % 64, 0);
            assert!(buffer.iter().all(|&x| x == 0.0));
        }
    }

    #[test]
    fn keeps_its_memory_for_a_smaller_shape() {
        let mut buffer = Buffer::zeros(96, ErrorKind::Sample).unwrap();
        let before = buffer.as_ptr();
        buffer.fit(50, ErrorKind::Sample).unwrap();
        assert_eq!(buffer.as_ptr(), before);
        assert_eq!(buffer.len(), 96);
    }

    #[test]
    fn too_large_is_an_error_with_the_size_asked_for() {
        let mut buffer = Buffer::zeros(10, ErrorKind::Sample).unwrap();
        let len = (MAX_BYTES / 4) as usize + 16;
        let error = buffer.fit(len, ErrorKind::Sample).unwrap_err();
        assert_eq!(error, Error::new(ErrorKind::Sample, MAX_BYTES + 64));
        assert_eq!(buffer.len(), 16);
        assert_eq!(
            elements(&[1 << 31, 1 << 31, 1 << 31], ErrorKind::Sample).unwrap_err().number(),
            (1 << 56) - 1
        );
    }
}
