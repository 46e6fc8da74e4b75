//! The functions that JavaScript calls: one-liners over the core, without mathematics and without policy. Their arguments are numbers and
//! addresses, and the first one is the object, because wasm-bindgen converts classes, strings and errors at each call with code that
//! takes longer than most calls. The classes of the facade (ts/wasm) call them with checked arguments, and read and write buffers by
//! their addresses.

mod arguments;
mod enumerations;
mod failure;
mod handle;
mod network;
mod optimizer;
#[cfg(all(target_arch = "wasm32", not(test), debug_assertions))]
mod panic;
mod passes;
mod sampler;
mod sequence_loss;
mod session;
