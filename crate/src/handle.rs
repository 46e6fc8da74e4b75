//! ErrorKind JavaScript holds of an object: its address. The facade's classes (ts/wasm/raw.ts) are the only holders.
//!
//! Unsafe, as every address that comes back is. It rests on this: a class passes on the address that `give` made and of the same type,
//! until it has called `free`, and 0 afterwards, which traps; the module has one thread, and no function of it calls JavaScript,
//! so that no two borrows live at a time.

#![allow(unsafe_code)]

use alloc::boxed::Box;

/// Moves a value to the heap; its address.
pub fn give<T>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}

/// The value at an address, for the time of one call.
pub fn borrow<'a, T>(handle: *mut T) -> &'a mut T {
    assert!(!handle.is_null());
    // SAFETY: see above
    unsafe { &mut *handle }
}

/// Drops the value at an address.
pub fn free<T>(handle: *mut T) {
    assert!(!handle.is_null());
    // SAFETY: see above
    drop(unsafe { Box::from_raw(handle) });
}
