//! The sessions of a network.

use crate::error::ErrorKind;
use crate::session::Session;
use crate::wasm::enumerations::RawBuffer;
use crate::wasm::handle::Borrowed;
use crate::wasm::network::{RawRnn, buffer_address, insert, occupied};
use wasm_bindgen::prelude::*;

/// Adds a session. Returns its slot, or −1 if there was no memory. The addresses of its buffers do not change.
#[wasm_bindgen]
pub fn rnn_add_session(mut rnn: Borrowed<RawRnn>, batch: usize, dense: bool) -> i32 {
    let RawRnn { network, sessions, .. } = &mut *rnn;
    insert(sessions, Session::new(network, batch, dense), ErrorKind::Workspace)
}

/// Frees the session in a slot.
#[wasm_bindgen]
pub fn rnn_remove_session(mut rnn: Borrowed<RawRnn>, slot: usize) {
    rnn.sessions[slot] = None;
}

/// Returns the byte address of a session's buffer.
#[wasm_bindgen]
pub fn rnn_session_address(mut rnn: Borrowed<RawRnn>, slot: usize, buffer: usize) -> usize {
    let RawRnn { network, sessions, .. } = &mut *rnn;
    buffer_address(network, &occupied(sessions, slot).ws, RawBuffer::from_number(buffer))
}

/// Runs one time step of a session from its inputs and state to its logits and next state.
#[wasm_bindgen]
pub fn rnn_session_step(mut rnn: Borrowed<RawRnn>, slot: usize) {
    let RawRnn { network, sessions, .. } = &mut *rnn;
    occupied(sessions, slot).step(network);
}
