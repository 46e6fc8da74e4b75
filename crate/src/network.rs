//! A network: recurrent layers of one or two directions and, where asked for, an output layer. What it is, its parameters, and
//! their packed form.

use crate::buffer::{Buffer, bytes_of, check_bytes, part_mut};
use crate::cell::{Cell, CellKind};
use crate::error::{Error, What};
use crate::float::sqrt64;
use crate::init::{Init, RecurrentInit, glorot_limit, orthogonal_into, uniform_into};
use crate::kernel::{Panels, Rows, padded};
use crate::params::{ParamTable, Role};
use crate::unit::{Unit, panels};
use alloc::vec;
use alloc::vec::Vec;
#[cfg(test)]
use core::ops::Range;

/// What a network is made from; sizes have been checked by the facade to be at least 1.
#[derive(Clone, Copy)]
pub struct Config {
    /// The kind of cell
    pub cell: CellKind,
    /// I
    pub input_size: usize,
    /// H
    pub hidden_size: usize,
    /// V, or none: then the hidden states of the last layer are the logits, and V = D·H.
    pub output_size: Option<usize>,
    /// L
    pub layers: usize,
    /// Two directions in each layer
    pub bidirectional: bool,
    /// The share of outputs that training drops between layers
    pub dropout: f64,
    /// How the weights start
    pub init: Init,
    /// How W_hh starts
    pub recurrent_init: RecurrentInit,
    /// What an LSTM's b_f starts from
    pub forget_bias: f32,
    /// Decides the initial weights and what is dropped
    pub seed: u32,
}

/// The sizes that buffers are made of.
#[derive(Clone, Copy)]
pub struct Sizes {
    /// I
    pub i: usize,
    /// H
    pub h: usize,
    /// Hp: H rounded up to whole panels
    pub hp: usize,
    /// G
    pub g: usize,
    /// N, the row length of pre-activations: a cell's blocks of Hp
    pub n: usize,
    /// D
    pub d: usize,
    /// V (D·H without output layer)
    pub v: usize,
    /// The row length of logits: V rounded up to whole panels
    pub vp: usize,
}

/// The output layer.
pub struct Head {
    /// (D·H, V), as a place of the table
    pub w_ho: usize,
    /// (V)
    pub b_o: usize,
    /// W_ho (H, Vp) of each direction
    pub w: Vec<Panels>,
    /// The same transposed, for the way back: (V, Hp)
    pub w_t: Vec<Panels>,
    forward_ready: bool,
    backward_ready: bool,
}

/// The parameters and what belongs to them.
pub struct Network {
    /// The sizes
    pub sizes: Sizes,
    /// What happens in a time step
    pub cell: &'static dyn Cell,
    /// The share that is dropped between layers
    pub dropout: f64,
    /// Decides what is dropped
    pub seed: u32,
    /// Names, shapes, places
    pub table: ParamTable,
    /// All parameters, in the order of the table
    pub theta: Buffer,
    /// Their gradients, in the same order
    pub gradients: Buffer,
    /// The directions of the first layer, then those of the next
    pub units: Vec<Unit>, // (L·D)
    /// The output layer
    pub head: Option<Head>,
    /// Which parameters an optimizer updates and the gradient norm counts
    pub active: Vec<bool>,
}

impl Network {
    /// A network with initial weights.
    pub fn new(config: Config) -> Result<Network, Error> {
        let Config { input_size: i, hidden_size: h, .. } = config;
        let cell = config.cell.cell();
        let layout = cell.layout();
        let d = if config.bidirectional { 2 } else { 1 };
        let v = config.output_size.unwrap_or(d * h);
        let (hp, vp) = (padded(h), padded(v));
        let sizes = Sizes { i, h, hp, g: layout.gates, n: layout.blocks * hp, d, v, vp };

        let mut network = Network {
            sizes,
            cell,
            dropout: config.dropout,
            seed: config.seed,
            table: ParamTable::default(),
            theta: Buffer::default(),
            gradients: Buffer::default(),
            units: Vec::new(),
            head: None,
            active: Vec::new(),
        };
        network.lay_out(config)?;
        // θ, its gradients and both packed forms must fit together, or the network could be made but never trained.
        let len = network.table.arena_len();
        check_bytes(bytes_of(&[len, 4, 4]), What::Network)?;
        network.theta.fit(len, What::Parameters)?;
        network.gradients.fit(len, What::Gradients)?;
        network.active = vec![true; network.table.len()];
        network.initialise(config)?;
        Ok(network)
    }

    /// Enters the parameters of all units and of the output layer into the table.
    fn lay_out(&mut self, config: Config) -> Result<(), Error> {
        let Sizes { i, h, hp, d, v, .. } = self.sizes;
        let count = config.layers * d;
        for unit in 0..count {
            let input = if unit < d { [i, 1] } else { [h, d] };
            let reverse = unit % d > 0;
            let unit = Unit::new(&mut self.table, self.cell.layout(), unit, input, [h, hp], reverse)?;
            self.units.push(unit);
        }
        if config.output_size.is_some() {
            self.head = Some(Head {
                w_ho: self.table.push(Role::OutputWeight, count, [d * h, v])?,
                b_o: self.table.push(Role::OutputBias, count, [1, v])?,
                w: panels(d, h, v)?,
                w_t: Vec::new(),
                forward_ready: false,
                backward_ready: false,
            });
        }
        Ok(())
    }

    /// The weights before the first step.
    fn initialise(&mut self, config: Config) -> Result<(), Error> {
        let Sizes { h, g, d, v, .. } = self.sizes;
        if config.init == Init::UniformHidden {
            let limit = sqrt64(1.0 / h as f64) as f32;
            (0..self.table.len()).for_each(|place| self.draw(place, limit));
        }
        for at in 0..self.units.len() {
            let unit = &self.units[at];
            let (rows, w_ih, w_hh, b_h) = (unit.input_rows(), unit.w_ih, unit.w_hh, unit.b_h);
            if config.init == Init::GlorotUniform {
                // TensorFlow's kernel is one matrix (I+H, G·H), so both parts share its fans.
                let limit = glorot_limit(rows + h, g * h);
                self.draw(w_ih, limit);
                self.draw(w_hh, limit);
                if config.cell == CellKind::Lstm {
                    part_mut(self.table.of_mut(&mut self.theta, b_h), h, h).fill(config.forget_bias);
                }
            }
            if config.recurrent_init == RecurrentInit::Orthogonal {
                orthogonal_into(self.table.of_mut(&mut self.theta, w_hh), h, g, config.seed, w_hh)?;
            }
        }
        match &self.head {
            Some(head) if config.init == Init::GlorotUniform => self.draw(head.w_ho, glorot_limit(d * h, v)),
            _ => {}
        }
        Ok(())
    }

    /// A parameter ← U(±limit)
    #[inline(never)]
    fn draw(&mut self, place: usize, limit: f32) {
        uniform_into(self.table.of_mut(&mut self.theta, place), limit, self.seed, place);
    }

    /// Where a parameter lies in the arenas.
    #[cfg(test)]
    pub fn range(&self, place: usize) -> Range<usize> {
        self.table.get(place).range.clone()
    }

    /// Whether logits have a buffer of their own: else they are the hidden states of the last layer.
    pub fn has_logits(&self) -> bool {
        self.head.is_some() || self.sizes.d > 1
    }

    /// Makes room for the packed weights that only dense features and layers above the first need.
    pub fn prepare_inputs(&mut self, dense: bool) -> Result<(), Error> {
        let first = if dense { 0 } else { self.sizes.d };
        self.units[first..].iter_mut().try_for_each(Unit::prepare_input)
    }

    /// Makes room for the weights' transposes.
    pub fn prepare_training(&mut self, dense: bool) -> Result<(), Error> {
        let Sizes { h, d, v, .. } = self.sizes;
        self.gradients.fit(self.table.arena_len(), What::Gradients)?;
        for (at, unit) in self.units.iter_mut().enumerate() {
            unit.prepare_training(dense || at >= d)?;
        }
        match &mut self.head {
            Some(head) if head.w_t.is_empty() => {
                head.w_t = panels(d, v, h)?;
                head.backward_ready = false;
            }
            _ => {}
        }
        Ok(())
    }

    /// To be called whenever `theta` may have changed.
    pub fn parameters_changed(&mut self) {
        self.units.iter_mut().for_each(Unit::parameters_changed);
        if let Some(head) = &mut self.head {
            head.forward_ready = false;
            head.backward_ready = false;
        }
    }

    /// Brings the packed weights of the forward pass up to date.
    pub fn pack_forward(&mut self, dense: bool) {
        let Sizes { h, d, v, .. } = self.sizes;
        for (at, unit) in self.units.iter_mut().enumerate() {
            unit.pack_forward(&self.theta, &self.table, dense || at >= d);
        }
        if let Some(head) = &mut self.head
            && !head.forward_ready
        {
            head.forward_ready = true;
            let w_ho = self.table.of(&self.theta, head.w_ho);
            for (w, rows) in head.w.iter_mut().zip(w_ho.chunks(h * v)) {
                w.pack(0, Rows { data: rows, stride: v }, v);
            }
        }
    }

    /// Brings the transposed weights of the backward pass up to date.
    pub fn pack_backward(&mut self) {
        let Sizes { h, v, .. } = self.sizes;
        for unit in &mut self.units {
            unit.pack_backward(&self.theta, &self.table);
        }
        if let Some(head) = &mut self.head
            && !head.backward_ready
        {
            head.backward_ready = true;
            let w_ho = self.table.of(&self.theta, head.w_ho);
            for (w_t, rows) in head.w_t.iter_mut().zip(w_ho.chunks(h * v)) {
                w_t.pack_transposed(0, Rows { data: rows, stride: v }, h, v);
            }
        }
    }
}
