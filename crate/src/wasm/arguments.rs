//! Named arguments, for functions with more than a few: JavaScript sets each by its name before the call.

use core::sync::atomic::{AtomicU64, Ordering};
use wasm_bindgen::prelude::*;

/// More than any function has.
const MOST: usize = 16;
/// The bits of the arguments.
static ARGUMENTS: [AtomicU64; MOST] = [const { AtomicU64::new(0) }; MOST];

/// Sets an argument of the next call. `name` is a value of the enumeration that belongs to the called function.
#[wasm_bindgen]
pub fn set_argument(name: usize, value: f64) {
    ARGUMENTS[name].store(value.to_bits(), Ordering::Relaxed);
}

/// Returns the argument with this number.
pub fn argument(name: usize) -> f64 {
    f64::from_bits(ARGUMENTS[name].load(Ordering::Relaxed))
}
