//! Growable buffers that report a lack of memory instead of aborting.
//!
//! A buffer keeps the largest size it was asked for; a smaller shape uses a prefix of it. Once it is large enough,
//! `fit` allocates nothing.

use crate::error::{Error, What};
use crate::lanes::Line;
use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};

/// No single buffer, and no network's sum of parameter-sized buffers, may be larger than this: half of what
/// WebAssembly's 32-bit memory can address.
pub const MAX_BYTES: u64 = 1 << 31;

/// A flat array of `f32`, zero at first, made of whole cache lines: its first element is 64-byte aligned, and its length a
/// multiple of 16.
#[derive(Default)]
pub struct Buffer {
    lines: Vec<Line>,
}

impl Buffer {
    /// A buffer of at least `len` zeros.
    pub fn zeros(len: usize, what: What) -> Result<Buffer, Error> {
        let mut buffer = Buffer::default();
        buffer.fit(len, what)?;
        Ok(buffer)
    }

    /// Makes room for `len` elements. When it has to grow, the contents are lost and all elements are zero; on failure nothing
    /// has changed.
    #[inline(never)]
    pub fn fit(&mut self, len: usize, what: What) -> Result<(), Error> {
        grow(&mut self.lines, len.div_ceil(Line::FLOATS), Line::ZERO, what)
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

/// Makes room for `len` integers (ids, lengths, targets), zero at first. On failure nothing has changed.
#[inline(never)]
pub fn fit_integers(data: &mut Vec<i32>, len: usize, what: What) -> Result<(), Error> {
    grow(data, len, 0, what)
}

/// Scratch of `len` doubles, zero.
pub fn doubles(len: usize, what: What) -> Result<Vec<f64>, Error> {
    let mut data = Vec::new();
    grow(&mut data, len, 0.0, what)?;
    Ok(data)
}

/// The product of sizes, saturated: too large is an error with the size asked for, never a wrapped one.
#[inline(never)]
pub fn bytes_of(factors: &[usize]) -> u64 {
    factors.iter().fold(1u64, |product, &factor| product.saturating_mul(factor as u64))
}

/// The product of sizes as an element count of `f32`, or the error that says how much was asked for.
#[inline(never)]
pub fn elements(factors: &[usize], what: What) -> Result<usize, Error> {
    let bytes = bytes_of(factors).saturating_mul(size_of::<f32>() as u64);
    check_bytes(bytes, what)?;
    Ok(factors.iter().product())
}

/// `len` floats from `at` on; none where the buffer has not got them. A function of its own, so that its checks exist once.
#[inline(never)]
pub fn part(data: &[f32], at: usize, len: usize) -> &[f32] {
    data.get(at..).and_then(|data| data.get(..len)).unwrap_or_default()
}

/// The same, to be written.
#[inline(never)]
pub fn part_mut(data: &mut [f32], at: usize, len: usize) -> &mut [f32] {
    data.get_mut(at..).and_then(|data| data.get_mut(..len)).unwrap_or_default()
}

/// Refuses what is over the limit.
pub fn check_bytes(bytes: u64, what: What) -> Result<(), Error> {
    if bytes > MAX_BYTES { Err(Error::new(what, bytes)) } else { Ok(()) }
}

/// Replaces `data` by `len` times `zero` where it is shorter.
fn grow<T: Clone>(data: &mut Vec<T>, len: usize, zero: T, what: What) -> Result<(), Error> {
    if len <= data.len() {
        return Ok(());
    }
    let bytes = bytes_of(&[len, size_of::<T>()]);
    check_bytes(bytes, what)?;
    let mut grown = Vec::new();
    grown.try_reserve_exact(len).map_err(|_| Error::new(what, bytes))?;
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
            let buffer = Buffer::zeros(len, What::Sample).unwrap();
            assert_eq!(buffer.len(), len.next_multiple_of(16));
            assert_eq!(buffer.as_ptr() as usize % 64, 0);
            assert!(buffer.iter().all(|&x| x == 0.0));
        }
    }

    #[test]
    fn keeps_its_memory_for_a_smaller_shape() {
        let mut buffer = Buffer::zeros(96, What::Sample).unwrap();
        let before = buffer.as_ptr();
        buffer.fit(50, What::Sample).unwrap();
        assert_eq!(buffer.as_ptr(), before);
        assert_eq!(buffer.len(), 96);
    }

    #[test]
    fn too_large_is_an_error_with_the_size_asked_for() {
        let mut buffer = Buffer::zeros(10, What::Sample).unwrap();
        let len = (MAX_BYTES / 4) as usize + 16;
        let error = buffer.fit(len, What::Sample).unwrap_err();
        assert_eq!(error, Error::new(What::Sample, MAX_BYTES + 64));
        assert_eq!(buffer.len(), 16);
        assert_eq!(elements(&[1 << 31, 1 << 31, 1 << 31], What::Sample).unwrap_err().number(), (1 << 56) - 1);
    }
}
