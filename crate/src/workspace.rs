//! The buffers of one pass: the inputs that the facade writes and the results of the passes. All are time-major.
//!
//! They keep the largest shape seen, and a smaller shape uses a prefix of them. A pass of a shape that was seen before allocates
//! nothing.

use crate::activations::{Activations, Needs};
use crate::buffer::{Buffer, elements, fit_integers, reserve};
use crate::error::{Error, ErrorKind};
use crate::kernel::{PackedPair, padded};
use crate::network::Network;
use alloc::vec::Vec;

/// The quantity that a loss or metric averages. It decides whether targets are classes or values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// Cross-entropy of target classes
    CrossEntropy,
    /// Squared error of target values
    SquaredError,
    /// Absolute error of target values
    AbsoluteError,
    /// Pinball loss of target values, with an output for each quantile
    Quantile,
    /// Cross-entropy of several labels at once, whose target values are from 0 to 1
    BinaryCrossEntropy,
    /// Metric: the target class has the largest output
    Accuracy,
    /// Metric: the labels that are more probable than ½ are those that apply
    BinaryAccuracy,
    /// Metric: the factor of the quantile if the target value is at most its output
    Coverage,
}

/// The divisor of a loss.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reduction {
    /// Σ w·cost / Σ w
    Average,
    /// Σ w·cost / count_nonzero(w)
    Sum,
}

/// The loss of a batch.
#[derive(Clone, Copy)]
pub struct Loss {
    /// The quantity that is averaged
    pub cost: Cost,
    /// The divisor
    pub reduction: Reduction,
    /// Q, the outputs for each target value: 1 unless the loss is that of quantiles
    pub quantiles: usize,
    /// True if each target value has a weight, instead of each time step
    pub weighted_values: bool,
}

impl Default for Loss {
    fn default() -> Loss {
        let (cost, reduction) = (Cost::CrossEntropy, Reduction::Average);
        Loss { cost, reduction, quantiles: 1, weighted_values: false }
    }
}

/// The shape of the current pass.
#[derive(Clone, Copy, Default)]
pub struct Shape {
    /// B
    pub batch: usize,
    /// T
    pub time: usize,
    /// Dense features instead of ids
    pub dense: bool,
    /// True if a backward pass follows
    pub training: bool,
    /// The loss
    pub loss: Loss,
}

impl Shape {
    /// The weights of each time step: K for weights of target values, otherwise 1.
    pub fn weights_per_step(self, network: &Network) -> usize {
        if self.loss.weighted_values { network.sizes.v / self.loss.quantiles } else { 1 }
    }
}

/// A state of all layers and directions: h, and c for cells that have one.
#[derive(Default)]
pub struct State {
    /// (L·D, B, H) hidden states
    pub h: Buffer,
    /// (L·D, B, H) cell states; empty for cells without them
    pub c: Buffer,
}

impl State {
    #[inline(never)]
    fn fit(&mut self, network: &Network, len: usize, kind: ErrorKind) -> Result<(), Error> {
        self.h.fit(len, kind)?;
        if network.cell.layout().has_cell_state { self.c.fit(len, kind) } else { Ok(()) }
    }

    /// Copies the first `len` floats of `from`.
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
    /// For dropout: the rows of the whole batch before those of this pass, and all its rows
    pub rows: [usize; 2],
    /// (T, B) ids
    pub ids: Vec<i32>,
    /// (T, B, I) dense features
    pub features: Buffer,
    /// (B) the number of time steps of each row that count
    pub lengths: Vec<i32>,
    /// (T, B) target classes, for cross-entropy
    pub targets: Vec<i32>,
    /// (T, B, K) target values, for the other losses; K = V / Q
    pub target_values: Buffer,
    /// (T, B) or (T, B, K) weights of the loss; 0 past the length of a row
    pub weights: Buffer,
    /// (Q) the probabilities of the quantiles, or their factors for the coverage
    pub quantiles: Buffer,
    /// The state before the first time step
    pub initial_state: State,
    /// The state after the last time step of each row
    pub final_state: State,
    /// A final state kept from one training step to the next
    pub carried_state: State,
    /// ∂L/∂(initial state)
    pub initial_state_gradient: State,
    /// ∂L/∂(final state), written by the caller of a backward pass
    pub final_state_gradient: State,
    /// (L·D) the activations of each layer's directions
    pub activations: Vec<Activations>,
    /// True if the last forward pass applied dropout
    pub dropping: bool,
    /// (T, B, Vp) logits; empty where the hidden states are the logits
    pub logits: Buffer,
    /// (T, B, Vp) ∂L/∂logits
    pub dlogits: Buffer,
    /// (T, B, Ip) ∂L/∂(dense features), rows padded like logits
    pub dfeatures: Buffer,
    /// (2, Vp) the numerators of one softmax, and numbers on the way to them
    pub softmax: Buffer,
    /// The packed operands of a gradient product
    pub pair: PackedPair,
}

impl Workspace {
    /// Allocates the buffers of a pass of this shape and makes it the current one. On failure the previous
    /// shape remains.
    pub fn begin(&mut self, network: &mut Network, shape: Shape) -> Result<(), Error> {
        let Shape { batch: b, time: t, dense, training, loss } = shape;
        let s = network.sizes;
        let kind = ErrorKind::Workspace;
        let tb = elements(&[t, b], kind)?;
        let state = elements(&[network.directions.len(), b, s.h], kind)?;
        let of = |width: usize| elements(&[tb, width], kind);

        if dense {
            self.features.fit(of(s.i)?, kind)?;
        } else {
            fit_integers(&mut self.ids, tb, kind)?;
        }
        fit_integers(&mut self.lengths, b, kind)?;
        if loss.cost == Cost::CrossEntropy {
            fit_integers(&mut self.targets, tb, kind)?;
        } else {
            self.target_values.fit(of(s.v / loss.quantiles)?, kind)?;
        }
        self.weights.fit(of(shape.weights_per_step(network))?, kind)?;
        self.quantiles.fit(loss.quantiles, kind)?;
        self.initial_state.fit(network, state, kind)?;
        self.final_state.fit(network, state, kind)?;
        self.softmax.fit(2 * s.vp, kind)?;
        if network.has_logits() {
            self.logits.fit(of(s.vp)?, kind)?;
        }
        network.prepare_inputs(dense)?;
        let missing = network.directions.len() - self.activations.len();
        reserve(&mut self.activations, missing, kind)?;
        self.activations.resize_with(network.directions.len(), Activations::default);
        let below = network.directions.len() - s.d;
        for (index, activations) in self.activations.iter_mut().enumerate() {
            let dropout = training && index < below && network.dropout > 0.0;
            activations.fit(network, [t, b], Needs { training, dropout })?;
        }
        if training {
            network.prepare_training(dense)?;
            self.initial_state_gradient.fit(network, state, kind)?;
            self.final_state_gradient.fit(network, state, kind)?;
            if network.has_logits() {
                self.dlogits.fit(of(s.vp)?, kind)?;
            }
            if dense {
                self.dfeatures.fit(of(padded(s.i))?, kind)?;
            }
            self.pair.fit(if dense { s.i.max(s.h) } else { s.h }, s.n.max(s.vp))?;
        }
        self.shape = shape;
        self.rows = [0, b];
        Ok(())
    }

    /// Allocates memory for `keep_state` at the current shape. A state that was kept before is preserved.
    pub fn reserve_kept_state(&mut self, network: &Network) -> Result<(), Error> {
        let len = self.state_len(network);
        if len > self.carried_state.h.len() {
            let mut grown = State::default();
            grown.fit(network, len, ErrorKind::CarriedState)?;
            grown.copy(&self.carried_state, len);
            self.carried_state = grown;
        }
        Ok(())
    }

    /// Keeps the final state for a later `restore_state`. Must follow `reserve_kept_state`.
    pub fn keep_state(&mut self, network: &Network) {
        let len = self.state_len(network);
        self.carried_state.copy(&self.final_state, len);
    }

    /// Copies the kept state to the initial state.
    pub fn restore_state(&mut self, network: &Network) {
        let len = self.state_len(network);
        self.initial_state.copy(&self.carried_state, len);
    }

    /// Copies the final state of the last pass to the initial state.
    pub fn continue_state(&mut self, network: &Network) {
        let len = self.state_len(network);
        self.initial_state.copy(&self.final_state, len);
    }

    /// Returns L·D·B·H of the current shape.
    fn state_len(&self, network: &Network) -> usize {
        network.directions.len() * self.shape.batch * network.sizes.h
    }
}

/// Returns the rows of time step t in ranges that are all within or all past their lengths: (first row,
/// number of rows, within).
pub fn row_ranges(lengths: &[i32], t: usize) -> impl Iterator<Item = (usize, usize, bool)> {
    let within = move |length: &i32| *length as usize > t;
    let mut first = 0;
    lengths.chunk_by(move |a, b| within(a) == within(b)).map(move |range| {
        let start = first;
        first += range.len();
        (start, range.len(), range.first().is_some_and(within))
    })
}
