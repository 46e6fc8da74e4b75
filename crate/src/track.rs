//! The buffers of one unit: what its way through time leaves behind. All time-major.
//!
//! States have T + 1 rows and a direction: forwards h_t is row t + 1 and row 0 the initial state, backwards h_t is row t and row T the
//! initial state. So the step before is the neighbour in both, and a row that is shorter than T starts, backwards, at its own end.

use crate::buffer::{Buffer, elements, part_mut};
use crate::error::{Error, What};
use crate::network::Network;

/// Where a pass has been, unit by unit.
#[derive(Default)]
pub struct Track {
    /// Pre-activations, then activations
    pub gates: Buffer, // (T, B, N)
    /// Hidden states; past a row's length the state is carried through
    pub h: Buffer, // (T+1, B, Hp)
    /// Cell states, likewise
    pub c: Buffer, // (T+1, B, Hp)
    /// What a second recurrent product multiplies
    pub mixed: Buffer, // (T, B, Hp)
    /// What dropout multiplies the outputs by
    pub mask: Buffer, // (T, B, Hp)
    /// The outputs so multiplied
    pub dropped: Buffer, // (T, B, Hp)
    /// ∂L/∂(pre-activations)
    pub dgates: Buffer, // (T, B, N)
    /// ∂L/∂h, rows as in `h`
    pub dh: Buffer, // (T+1, B, Hp)
    /// ∂L/∂c of the step that the backward pass stands at
    pub dc: Buffer, // (B, Hp)
    /// ∂L/∂mixed of that step
    pub dmixed: Buffer, // (B, Hp)
}

/// What a pass needs beside its shape.
#[derive(Clone, Copy)]
pub struct Needs {
    /// A way back
    pub training: bool,
    /// Masks
    pub dropout: bool,
}

impl Track {
    /// Makes room for T·B rows of a unit of this network.
    pub fn fit(&mut self, network: &Network, [t, b]: [usize; 2], needs: Needs) -> Result<(), Error> {
        let what = What::Workspace;
        let (layout, s) = (network.cell.layout(), network.sizes);
        let gates = elements(&[t, b, s.n], what)?;
        let outputs = elements(&[t, b, s.hp], what)?;
        let states = elements(&[t + 1, b, s.hp], what)?;
        let slab = elements(&[b, s.hp], what)?;
        self.gates.fit(gates, what)?;
        self.h.fit(states, what)?;
        if layout.has_cell_state {
            self.c.fit(states, what)?;
        }
        if layout.products.len() > 1 {
            self.mixed.fit(outputs, what)?;
        }
        if needs.dropout {
            self.mask.fit(outputs, what)?;
            self.dropped.fit(outputs, what)?;
        }
        if needs.training {
            self.dgates.fit(gates, what)?;
            self.dh.fit(states, what)?;
            if layout.has_cell_state {
                self.dc.fit(slab, what)?;
            }
            if layout.products.len() > 1 {
                self.dmixed.fit(slab, what)?;
            }
        }
        Ok(())
    }
}

/// Where h_0 … h_{T−1} start in a buffer of T + 1 rows of `slab` floats.
pub fn first_output(reverse: bool, slab: usize) -> usize {
    if reverse { 0 } else { slab }
}

/// Where h_{−1} … h_{T−2} start, or, backwards, h_1 … h_T: what each step has come from.
pub fn first_previous(reverse: bool, slab: usize) -> usize {
    if reverse { slab } else { 0 }
}

/// Where the initial state lies.
pub fn initial_row(reverse: bool, time: usize, slab: usize) -> usize {
    if reverse { time * slab } else { 0 }
}

/// Where the final state lies.
pub fn final_row(reverse: bool, time: usize, slab: usize) -> usize {
    if reverse { 0 } else { time * slab }
}

/// The step after `step` others. Not inlined, or the loop over time would be there twice.
#[inline(never)]
pub fn time_of(reverse: bool, time: usize, step: usize) -> usize {
    if reverse { time - 1 - step } else { step }
}

/// (the state before step t, that after it): rows t and t + 1, or the other way round. Empty for a buffer that is not there.
#[inline(never)]
pub fn neighbours(states: &mut [f32], t: usize, slab: usize, reverse: bool) -> (&mut [f32], &mut [f32]) {
    let pair = part_mut(states, t * slab, 2 * slab);
    let (low, high) = pair.split_at_mut(pair.len() / 2);
    if reverse { (high, low) } else { (low, high) }
}
