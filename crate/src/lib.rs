//! The core of `bptt`: recurrent networks on flat `f32` buffers.
//!
//! Modules in the order of the data flow; each uses only those above it.
//!
//! The shape alphabet, used in every comment (the index of an axis is the same letter in lower case):
//!
//! | letter | meaning                        | letter | meaning                                     |
//! |--------|--------------------------------|--------|---------------------------------------------|
//! | B      | batch size                     | V      | classes (vocabulary)                        |
//! | T      | time steps                     | L      | layers                                      |
//! | I      | input size                     | G      | gates (1 for the tanh cell)                 |
//! | H      | hidden size                    | Hp, Vp | H, V rounded up to 8, the row length inside |
//!
//! Sequences are time-major inside: one time step is one contiguous slab. Weights are stored (in, out) row-major,
//! so that a one-hot row times `w_ih` is the copy of a row, and one-hot is never materialised.

#![deny(unsafe_code)]
#![warn(missing_docs)]

mod error;

mod lanes;

mod buffer;
mod rng;

mod kernel;

mod params;

mod init;

mod cell;
mod network;
mod workspace;

mod forward;
mod session;

mod loss;
mod sequence_loss;

mod bptt;

mod clip;
mod optimizer;
mod schedule;

mod train;

mod sample;

mod wasm;

pub use error::Error;
