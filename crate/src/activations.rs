//! The activations of one direction of a layer: buffers that the forward pass fills and the backward pass reads. All are time-major.
//!
//! State buffers have T + 1 rows and follow the order of the walk. In a forward direction h_t is row t + 1 and the initial state is
//! row 0. In a reverse direction h_t is row t and the initial state is row T. The previous state is therefore always the neighbouring
//! row, and a row of the batch that is shorter than T starts, in a reverse direction, at its own end.

use crate::buffer::{Buffer, elements, part_mut};
use crate::error::{Error, ErrorKind};
use crate::network::Network;

/// Activations of the forward pass, kept for the backward pass, and the gradients that the backward pass computes.
#[derive(Default)]
pub struct Activations {
    /// (T, B, N) pre-activations; a cell replaces them by the gates' values
    pub gates: Buffer,
    /// (T+1, B, Hp) hidden states; past a row's length the last state is repeated
    pub h: Buffer,
    /// (T+1, B, Hp) cell states, laid out like `h`; empty for cells without one
    pub c: Buffer,
    /// (T, B, Hp) r ⊙ h_{t−1}, the operand of a second recurrent product; empty for cells with one product
    pub reset_h: Buffer,
    /// (T, B, Hp) the factors of dropout: 0 or 1/(1 − p)
    pub mask: Buffer,
    /// (T, B, Hp) the outputs times `mask`
    pub dropped: Buffer,
    /// (T, B, N) ∂L/∂(pre-activations)
    pub dgates: Buffer,
    /// (T+1, B, Hp) ∂L/∂h, laid out like `h`
    pub dh: Buffer,
    /// (B, Hp) ∂L/∂c of the time step that the backward pass has reached
    pub dc: Buffer,
    /// (B, Hp) ∂L/∂`reset_h` of that time step
    pub dreset_h: Buffer,
}

/// The buffers that a pass needs beyond those of inference.
#[derive(Clone, Copy)]
pub struct Needs {
    /// The buffers of the backward pass
    pub training: bool,
    /// The buffers of dropout
    pub dropout: bool,
}

impl Activations {
    /// Allocates the buffers for T time steps of B rows.
    pub fn fit(&mut self, network: &Network, [t, b]: [usize; 2], needs: Needs) -> Result<(), Error> {
        let kind = ErrorKind::Workspace;
        let (layout, s) = (network.cell.layout(), network.sizes);
        let gates = elements(&[t, b, s.n], kind)?;
        let outputs = elements(&[t, b, s.hp], kind)?;
        let states = elements(&[t + 1, b, s.hp], kind)?;
        let slab = elements(&[b, s.hp], kind)?;
        self.gates.fit(gates, kind)?;
        self.h.fit(states, kind)?;
        if layout.has_cell_state {
            self.c.fit(states, kind)?;
        }
        if layout.products.len() > 1 {
            self.reset_h.fit(outputs, kind)?;
        }
        if needs.dropout {
            self.mask.fit(outputs, kind)?;
            self.dropped.fit(outputs, kind)?;
        }
        if needs.training {
            self.dgates.fit(gates, kind)?;
            self.dh.fit(states, kind)?;
            if layout.has_cell_state {
                self.dc.fit(slab, kind)?;
            }
            if layout.products.len() > 1 {
                self.dreset_h.fit(slab, kind)?;
            }
        }
        Ok(())
    }
}

/// Returns the offset of h_0 … h_{T−1} in a buffer of T + 1 rows of `slab` floats.
pub fn first_output(reverse: bool, slab: usize) -> usize {
    if reverse { 0 } else { slab }
}

/// Returns the offset of the T states from which the time steps start: h_{−1} … h_{T−2}, or h_1 … h_T in a
/// reverse direction.
pub fn first_previous(reverse: bool, slab: usize) -> usize {
    if reverse { slab } else { 0 }
}

/// Returns the offset of the initial state.
pub fn initial_row(reverse: bool, time: usize, slab: usize) -> usize {
    if reverse { time * slab } else { 0 }
}

/// Returns the offset of the final state.
pub fn final_row(reverse: bool, time: usize, slab: usize) -> usize {
    if reverse { 0 } else { time * slab }
}

/// Returns the time step that comes after `done` others. Not inlined, because the compiler would then emit
/// the loop over time twice.
#[inline(never)]
pub fn time_of(reverse: bool, time: usize, done: usize) -> usize {
    if reverse { time - 1 - done } else { done }
}

/// Returns the states before and after time step t: rows t and t + 1, in reverse order for a reverse
/// direction. Both are empty if the buffer is.
#[inline(never)]
pub fn previous_and_current(
    states: &mut [f32],
    t: usize,
    slab: usize,
    reverse: bool,
) -> (&mut [f32], &mut [f32]) {
    let pair = part_mut(states, t * slab, 2 * slab);
    let (low, high) = pair.split_at_mut(pair.len() / 2);
    if reverse { (high, low) } else { (low, high) }
}
