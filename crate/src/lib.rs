//! The core of `bptt`: recurrent networks on flat `f32` buffers.
//!
//! The modules are in the order of the data flow, and each uses only those above it.
//!
//! Comments use these letters for sizes (the index of an axis is the same letter in lower case):
//!
//! | letter | meaning                        | letter | meaning                                     |
//! |--------|--------------------------------|--------|---------------------------------------------|
//! | B      | batch size                     | V      | classes (vocabulary)                        |
//! | T      | time steps                     | L      | layers                                      |
//! | I      | input size                     | G      | gates (1 for the tanh cell)                 |
//! | H      | hidden size                    | D      | directions (1 or 2)                         |
//! |        |                                | Hp, Vp | H, V rounded up to 8, the row length inside |
//!
//! Sequences are time-major inside the core: one time step is one contiguous slab. Weights are stored (in, out) row-major, so that the
//! product of a one-hot row and `w_ih` is a copy of one row, and one-hot rows are never created.

#![cfg_attr(all(target_arch = "wasm32", not(test)), no_std)]
#![deny(unsafe_code)]
#![deny(missing_docs)]

extern crate alloc;

#[cfg(all(target_arch = "wasm32", not(test)))]
mod runtime;

mod float;
mod numbered;

mod error;

mod lanes;

mod buffer;
mod rng;

mod kernel;

mod params;

mod init;

mod cell;
mod layer_direction;

mod network;

mod activations;
mod workspace;

mod dropout;
mod forward;
mod session;

mod loss;
mod sequence_loss;

mod bptt;

mod clip;
mod optimizer;

mod train;

#[cfg(test)]
mod gradient_check;

mod sample;

mod wasm;

pub use error::Error;
