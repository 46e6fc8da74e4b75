//! The buffers of one pass: what the facade writes, what the passes compute. All time-major.
//!
//! They keep the largest shape seen; a smaller one uses a prefix. A step of a shape that was seen before allocates nothing.

use crate::buffer::{Buffer, elements, fit_integers};
use crate::cell::{Cell, with_cell};
use crate::error::Error;
use crate::kernel::PackedPair;
use crate::network::Network;
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
    /// Weights of the loss
    pub weights: Buffer, // (T, B)
    /// The state before the first step, as users see it
    pub initial_state: Buffer, // (1, B, H)
    /// The state after the last step of each row
    pub final_state: Buffer, // (1, B, H)
    /// A state kept from one step to the next
    pub carried_state: Buffer, // (1, B, H)
    /// ∂L/∂(initial state)
    pub initial_state_gradient: Buffer, // (1, B, H)
    /// ∂L/∂(final state), from the caller of a backward pass
    pub final_state_gradient: Buffer, // (1, B, H)
    /// Pre-activations
    pub gates: Buffer, // (T, B, N)
    /// Hidden states; row 0 is the initial state, and past a row's length the state is carried through
    pub h: Buffer, // (T+1, B, Hp)
    /// Logits, where there is an output layer
    pub logits: Buffer, // (T, B, Vp)
    /// ∂L/∂(pre-activations) towards W_ih
    pub dgates_x: Buffer, // (T, B, N)
    /// The same towards W_hh, where it differs
    pub dgates_h: Buffer, // (T, B, N)
    /// ∂L/∂h; row 0 is that of the initial state
    pub dh: Buffer, // (T+1, B, Hp)
    /// ∂L/∂logits, where there is an output layer
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
        let Shape { batch: b, time: t, dense, training } = shape;
        let s = network.sizes;
        let what = "the workspace";
        let tb = elements(&[t, b], what)?;
        let tb1 = elements(&[t + 1, b], what)?;
        let bh = elements(&[b, s.h], what)?;
        let of = |rows: usize, width: usize| elements(&[rows, width], what);
        let has_head = network.head.is_some();

        if dense {
            self.features.fit(of(tb, s.i)?, what)?;
            network.prepare_dense()?;
        } else {
            fit_integers(&mut self.ids, tb, what)?;
        }
        fit_integers(&mut self.lengths, b, what)?;
        fit_integers(&mut self.targets, tb, what)?;
        self.weights.fit(tb, what)?;
        self.initial_state.fit(bh, what)?;
        self.final_state.fit(bh, what)?;
        self.gates.fit(of(tb, s.n)?, what)?;
        self.h.fit(of(tb1, s.hp)?, what)?;
        self.softmax.fit(s.vp, what)?;
        if has_head {
            self.logits.fit(of(tb, s.vp)?, what)?;
        }
        if training {
            network.prepare_training(dense)?;
            self.initial_state_gradient.fit(bh, what)?;
            self.final_state_gradient.fit(bh, what)?;
            self.dgates_x.fit(of(tb, s.n)?, what)?;
            if with_cell!(network.cell, C => C::SPLIT) {
                self.dgates_h.fit(of(tb, s.n)?, what)?;
            }
            self.dh.fit(of(tb1, s.hp)?, what)?;
            if has_head {
                self.dlogits.fit(of(tb, s.vp)?, what)?;
            }
            if dense {
                self.dfeatures.fit(of(tb, crate::kernel::padded(s.i))?, what)?;
            }
            self.pair.fit(if dense { s.i.max(s.h) } else { s.h }, s.n.max(s.vp))?;
        }
        self.shape = shape;
        Ok(())
    }

    /// Makes room for keeping the state of a pass of this shape; what is kept stays.
    pub fn reserve_kept_state(&mut self, h: usize) -> Result<(), Error> {
        let (kept, len) = (self.carried_state.len(), self.shape.batch * h);
        if len > kept {
            let mut grown = Buffer::zeros(len, "the carried state")?;
            grown[..kept].copy_from_slice(&self.carried_state);
            self.carried_state = grown;
        }
        Ok(())
    }

    /// Keeps the final state for a later `restore_state`; room has been reserved.
    pub fn keep_state(&mut self, h: usize) {
        let len = (self.shape.batch * h).min(self.carried_state.len());
        self.carried_state[..len].copy_from_slice(&self.final_state[..len]);
    }

    /// Starts from the state that was kept.
    pub fn restore_state(&mut self, h: usize) {
        let len = (self.shape.batch * h).min(self.carried_state.len());
        self.initial_state[..len].copy_from_slice(&self.carried_state[..len]);
    }

    /// Whether every row is as long as T.
    pub fn full(&self) -> bool {
        let Shape { batch, time, .. } = self.shape;
        self.lengths[..batch].iter().all(|&length| length as usize >= time)
    }
}
