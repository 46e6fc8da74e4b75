//! Growable buffers that report a lack of memory instead of aborting.
//!
//! A buffer keeps the largest size it was asked for; a smaller shape uses a prefix of it. Once it is large enough,
//! `fit` allocates nothing.

use crate::error::Error;
use std::ops::{Deref, DerefMut};

/// Floats per cache line: the first element of every `Buffer` starts one.
const LINE: usize = 16;

/// No single buffer, and no network's sum of parameter-sized buffers, may be larger than this: half of what
/// WebAssembly's 32-bit memory can address.
pub const MAX_BYTES: u64 = 1 << 31;

/// A flat array of `f32`, zero at first, whose first element is 64-byte aligned.
#[derive(Default)]
pub struct Buffer {
    data: Vec<f32>,
    start: usize,
    len: usize,
}

impl Buffer {
    /// A buffer of `len` zeros.
    pub fn zeros(len: usize, what: &'static str) -> Result<Buffer, Error> {
        let mut buffer = Buffer::default();
        buffer.fit(len, what)?;
        Ok(buffer)
    }

    /// Makes room for `len` elements. When it has to grow, the contents are lost and all elements are zero; on
    /// failure nothing has changed.
    pub fn fit(&mut self, len: usize, what: &'static str) -> Result<(), Error> {
        if len <= self.len {
            return Ok(());
        }
        let mut data = Vec::new();
        let bytes = bytes_of(&[len, size_of::<f32>()]);
        reserve(&mut data, len.saturating_add(LINE), bytes, what)?;
        data.resize(len + LINE, 0.0f32);
        let start = data
            .as_ptr()
            .align_offset(LINE * size_of::<f32>())
            .min(LINE);
        *self = Buffer { data, start, len };
        Ok(())
    }
}

impl Deref for Buffer {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        &self.data[self.start..self.start + self.len]
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.data[self.start..self.start + self.len]
    }
}

/// Makes room for `len` integers (ids, lengths, targets), zero at first. On failure nothing has changed.
pub fn fit_integers(data: &mut Vec<i32>, len: usize, what: &'static str) -> Result<(), Error> {
    if len <= data.len() {
        return Ok(());
    }
    let mut grown = Vec::new();
    reserve(&mut grown, len, bytes_of(&[len, size_of::<i32>()]), what)?;
    grown.resize(len, 0);
    *data = grown;
    Ok(())
}

/// The product of sizes, saturated: too large is an error with the size asked for, never a wrapped one.
pub fn bytes_of(factors: &[usize]) -> u64 {
    factors.iter().fold(1u64, |product, &factor| {
        product.saturating_mul(factor as u64)
    })
}

/// The product of sizes as an element count of `f32`, or the error that says how much was asked for.
pub fn elements(factors: &[usize], what: &'static str) -> Result<usize, Error> {
    let bytes = bytes_of(factors).saturating_mul(size_of::<f32>() as u64);
    check_bytes(bytes, what)?;
    Ok(factors.iter().product())
}

/// Refuses what is over the limit.
pub fn check_bytes(bytes: u64, what: &'static str) -> Result<(), Error> {
    if bytes > MAX_BYTES {
        Err(Error::OutOfMemory { what, bytes })
    } else {
        Ok(())
    }
}

fn reserve<T>(data: &mut Vec<T>, len: usize, bytes: u64, what: &'static str) -> Result<(), Error> {
    check_bytes(bytes, what)?;
    data.try_reserve_exact(len)
        .map_err(|_| Error::OutOfMemory { what, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_on_a_cache_line_and_is_zero() {
        for len in [1, 7, 16, 1000] {
            let buffer = Buffer::zeros(len, "test").unwrap();
            assert_eq!(buffer.len(), len);
            assert_eq!(buffer.as_ptr() as usize % 64, 0);
            assert!(buffer.iter().all(|&x| x == 0.0));
        }
    }

    #[test]
    fn keeps_its_memory_for_a_smaller_shape() {
        let mut buffer = Buffer::zeros(100, "test").unwrap();
        let before = buffer.as_ptr();
        buffer.fit(50, "test").unwrap();
        assert_eq!(buffer.as_ptr(), before);
        assert_eq!(buffer.len(), 100);
    }

    #[test]
    fn too_large_is_an_error_with_the_size_asked_for() {
        let mut buffer = Buffer::zeros(10, "test").unwrap();
        let error = buffer.fit(1 << 40, "test").unwrap_err();
        assert_eq!(
            error,
            Error::OutOfMemory {
                what: "test",
                bytes: 1 << 42
            }
        );
        assert_eq!(buffer.len(), 10);
        assert_eq!(
            elements(&[1 << 31, 1 << 31, 1 << 31], "test")
                .unwrap_err()
                .code(),
            "OUT_OF_MEMORY"
        );
    }
}
