//! Objects that JavaScript holds by their address. The facade's classes (ts/wasm) are the only holders.
//!
//! An address becomes a reference in `from_abi` alone, an unsafe function that only the generated code calls. Its contract is that of
//! wasm-bindgen: the value comes from `into_abi` of the same type. The facade keeps it as follows. A class passes on the address that
//! it was given, to functions of its own type, until it has called the function that takes `Owned`, and 0 afterwards, which traps. The
//! module has one thread, and none of its functions calls JavaScript, so that no two references to an object exist at a time.

#![allow(unsafe_code)]

use crate::buffer::reserve;
use crate::error::{Error, ErrorKind};
use crate::wasm::failure::fail;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};
use wasm_bindgen::convert::{FromWasmAbi, IntoWasmAbi};
use wasm_bindgen::describe::WasmDescribe;

/// An object on its way to JavaScript, as its address, or back, to be dropped. `None` is 0: there was no memory.
pub struct Owned<T>(Option<Box<T>>);

impl<T> Owned<T> {
    /// Moves a value to the heap. A failure is recorded.
    pub fn new(value: Result<T, Error>, kind: ErrorKind) -> Owned<T> {
        Owned(value.and_then(|value| boxed(value, kind)).map_err(fail).ok())
    }
}

/// Moves a value to the heap, and returns an error instead of aborting if there is no memory.
fn boxed<T>(value: T, kind: ErrorKind) -> Result<Box<T>, Error> {
    let mut one = Vec::new();
    reserve(&mut one, 1, kind)?;
    one.push(value);
    let one: Box<[T]> = one.into_boxed_slice();
    // SAFETY: a slice of one `T` has the size and alignment of a `T`.
    Ok(unsafe { Box::from_raw(Box::into_raw(one).cast::<T>()) })
}

impl<T> WasmDescribe for Owned<T> {
    fn describe() {
        u32::describe();
    }
}

impl<T> IntoWasmAbi for Owned<T> {
    type Abi = u32;

    fn into_abi(self) -> u32 {
        self.0.map_or(0, |value| Box::into_raw(value) as usize as u32)
    }
}

impl<T> FromWasmAbi for Owned<T> {
    type Abi = u32;

    /// # Safety
    /// `address` was returned by `into_abi` of the same type and has not been passed to this function before.
    unsafe fn from_abi(address: u32) -> Owned<T> {
        let object = address as usize as *mut T;
        assert!(!object.is_null());
        // SAFETY: the caller's promise.
        Owned(Some(unsafe { Box::from_raw(object) }))
    }
}

/// An object that JavaScript holds, borrowed for the duration of one call.
pub struct Borrowed<T: 'static>(&'static mut T);

impl<T> WasmDescribe for Borrowed<T> {
    fn describe() {
        u32::describe();
    }
}

impl<T> FromWasmAbi for Borrowed<T> {
    type Abi = u32;

    /// # Safety
    /// `address` was returned by `into_abi` of `Owned<T>`, has not been passed to `from_abi` of `Owned<T>`, and no other `Borrowed` of
    /// it exists.
    unsafe fn from_abi(address: u32) -> Borrowed<T> {
        let object = address as usize as *mut T;
        assert!(!object.is_null());
        // SAFETY: the caller's promise. The field is private, so that no reference outlives the `Borrowed`.
        Borrowed(unsafe { &mut *object })
    }
}

impl<T> Deref for Borrowed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0
    }
}

impl<T> DerefMut for Borrowed<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0
    }
}
