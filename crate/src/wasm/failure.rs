//! The last failure. A function that can fail records it and returns 0, false, a negative slot or NaN, because a `Result` through memory
//! costs the smallest training step a twentieth of its time.

use crate::error::{Error, ErrorKind};
use crate::wasm::enumerations::RawFailure;
use core::sync::atomic::{AtomicU64, Ordering};
use wasm_bindgen::prelude::*;

/// The last failure as a word, 0 for none.
static FAILURE: AtomicU64 = AtomicU64::new(0);

/// Records a failure.
#[inline(never)]
pub fn fail(error: Error) {
    FAILURE.store(error.into(), Ordering::Relaxed);
}

/// Returns true if the result is a success. Otherwise records the failure.
pub fn succeeded(result: Result<(), Error>) -> bool {
    result.map_err(fail).is_ok()
}

/// Returns the value, or NaN for a failure, which is recorded.
pub fn value_or_nan(result: Result<f64, Error>) -> f64 {
    result.unwrap_or_else(|error| {
        fail(error);
        f64::NAN
    })
}

fn last() -> Option<Error> {
    Error::from_word(FAILURE.load(Ordering::Relaxed))
}

/// Returns the kind of the last failure, a `RawFailure`. It is only valid after a failure.
#[wasm_bindgen]
pub fn failure_kind() -> usize {
    RawFailure::from(last().map_or(ErrorKind::Loss, Error::kind)) as usize
}

/// Returns the number of the last failure: bytes, or the index of a parameter.
#[wasm_bindgen]
pub fn failure_number() -> f64 {
    last().map_or(0.0, |error| error.number() as f64)
}
