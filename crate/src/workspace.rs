//! The buffers of one pass: what the facade writes, what the passes compute. All time-major.
//!
//! They keep the largest shape seen; a smaller one uses a prefix. A step of a shape that was seen before allocates nothing.

use crate::buffer::{Buffer, elements, fit_integers};
use crate::error::{Error, What};
use crate::kernel::{PackedPair, padded};
use crate::network::Network;
use crate::track::{Needs, Track};
use alloc::vec::Vec;

/// The shape of the current pass.
#[derive(Clone, Copy, Default)]
pub struct Shape {
    /// B
    pub batch: usize,
    /// T
    pub time: usize,
    /// Dense features instead of ids
    pub dense: bool,
    /// Whether there will be a backward pass
    pub training: bool,
    /// Mean squared error instead of cross-entropy
    pub squared: bool,
}

/// A state of all units: h, and c where the cell has one.
#[derive(Default)]
pub struct State {
    /// Hidden states
    pub h: Buffer, // (L·D, B, H)
    /// Cell states
    pub c: Buffer, // (L·D, B, H)
}

impl State {
    #[inline(never)]
    fn fit(&mut self, network: &Network, len: usize, what: What) -> Result<(), Error> {
        self.h.fit(len, what)?;
        if network.cell.layout().has_cell_state { self.c.fit(len, what) } else { Ok(()) }
    }

    /// The first `len` floats ← those of another.
    #[inline(never)]
    fn copy(&mut self, from: &State, len: usize) {
        for (to, from) in [(&mut self.h, &from.h), (&mut self.c, &from.c)] {
            let len = len.min(to.len()).min(from.len());
            to[..len].copy_from_slice(&from[..len]);
        }
    }
}

/// The buffers.
#[derive(Default)]
pub struct Workspace {
    /// The current shape
    pub shape: Shape,
    /// Token ids
    pub ids: Vec<i32>, // (T, B)
    /// Dense features
    pub features: Buffer, // (T, B, I)
    /// How many steps of each row count
    pub lengths: Vec<i32>, // (B)
    /// Target ids
    pub targets: Vec<i32>, // (T, B)
    /// Target values, for mean squared error
    pub target_values: Buffer, // (T, B, V)
    /// Weights of the loss
    pub weights: Buffer, // (T, B)
    /// The state before the first step, as users see it
    pub initial_state: State,
    /// The state after the last step of each row
    pub final_state: State,
    /// A state kept from one step to the next
    pub carried_state: State,
    /// ∂L/∂(initial state)
    pub initial_state_gradient: State,
    /// ∂L/∂(final state), from the caller of a backward pass
    pub final_state_gradient: State,
    /// The way of each unit
    pub tracks: Vec<Track>, // (L·D)
    /// Whether the last forward pass has dropped outputs between layers
    pub dropping: bool,
    /// Logits, where they are not the hidden states
    pub logits: Buffer, // (T, B, Vp)
    /// ∂L/∂logits
    pub dlogits: Buffer, // (T, B, Vp)
    /// ∂L/∂(dense features)
    pub dfeatures: Buffer, // (T, B, Ip)
    /// The numerators of one softmax
    pub softmax: Buffer, // (Vp)
    /// Both sides of a gradient product
    pub pair: PackedPair,
}

impl Workspace {
    /// Makes room for a pass of this shape and makes it the current one. On failure the old shape stays.
    pub fn begin(&mut self, network: &mut Network, shape: Shape) -> Result<(), Error> {
        let Shape { batch: b, time: t, dense, training, squared } = shape;
        let s = network.sizes;
        let what = What::Workspace;
        let tb = elements(&[t, b], what)?;
        let state = elements(&[network.units.len(), b, s.h], what)?;
        let of = |width: usize| elements(&[tb, width], what);

        if dense {
            self.features.fit(of(s.i)?, what)?;
        } else {
            fit_integers(&mut self.ids, tb, what)?;
        }
        fit_integers(&mut self.lengths, b, what)?;
        if squared {
            self.target_values.fit(of(s.v)?, what)?;
        } else {
            fit_integers(&mut self.targets, tb, what)?;
        }
        self.weights.fit(tb, what)?;
        self.initial_state.fit(network, state, what)?;
        self.final_state.fit(network, state, what)?;
        self.softmax.fit(s.vp, what)?;
        if network.has_logits() {
            self.logits.fit(of(s.vp)?, what)?;
        }
        network.prepare_inputs(dense)?;
        self.tracks.resize_with(network.units.len(), Track::default);
        let below = network.units.len() - s.d;
        for (unit, track) in self.tracks.iter_mut().enumerate() {
            let dropout = training && unit < below && network.dropout > 0.0;
            track.fit(network, [t, b], Needs { training, dropout })?;
        }
        if training {
            network.prepare_training(dense)?;
            self.initial_state_gradient.fit(network, state, what)?;
            self.final_state_gradient.fit(network, state, what)?;
            if network.has_logits() {
                self.dlogits.fit(of(s.vp)?, what)?;
            }
            if dense {
                self.dfeatures.fit(of(padded(s.i))?, what)?;
            }
            self.pair.fit(if dense { s.i.max(s.h) } else { s.h }, s.n.max(s.vp))?;
        }
        self.shape = shape;
        Ok(())
    }

    /// Makes room for keeping the state of a pass of this shape; what is kept stays.
    pub fn reserve_kept_state(&mut self, network: &Network) -> Result<(), Error> {
        let len = self.state_len(network);
        if len > self.carried_state.h.len() {
            let mut grown = State::default();
            grown.fit(network, len, What::CarriedState)?;
            grown.copy(&self.carried_state, len);
            self.carried_state = grown;
        }
        Ok(())
    }

    /// Keeps the final state for a later `restore_state`; room has been reserved.
    pub fn keep_state(&mut self, network: &Network) {
        let len = self.state_len(network);
        self.carried_state.copy(&self.final_state, len);
    }

    /// Starts from the state that was kept.
    pub fn restore_state(&mut self, network: &Network) {
        let len = self.state_len(network);
        self.initial_state.copy(&self.carried_state, len);
    }

    /// Starts from the state that the last pass has ended in.
    pub fn continue_state(&mut self, network: &Network) {
        let len = self.state_len(network);
        self.initial_state.copy(&self.final_state, len);
    }

    /// L·D·B·H of the current shape
    fn state_len(&self, network: &Network) -> usize {
        network.units.len() * self.shape.batch * network.sizes.h
    }
}

/// The rows of a step in runs that do or do not take part: (first row, how many, whether t is within their lengths).
pub fn runs(lengths: &[i32], t: usize) -> impl Iterator<Item = (usize, usize, bool)> {
    let takes_part = move |length: &i32| *length as usize > t;
    let mut first = 0;
    lengths.chunk_by(move |a, b| takes_part(a) == takes_part(b)).map(move |run| {
        let start = first;
        first += run.len();
        (start, run.len(), run.first().is_some_and(takes_part))
    })
}
