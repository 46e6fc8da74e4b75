//! A network: recurrent layers of one or two directions and an optional output layer; its parameters and their packed form.

use crate::buffer::{Buffer, bytes_of, check_bytes, elements, part_mut, push, reserve};
use crate::cell::{Cell, CellKind};
use crate::error::{Error, ErrorKind};
use crate::float::sqrt64;
use crate::init::{Init, RecurrentInit, glorot_limit, orthogonal_into, uniform_into};
use crate::kernel::{Panels, Rows, padded};
use crate::layer_direction::{LayerDirection, panels};
use crate::params::{ParamTable, Role};
use alloc::vec::Vec;
#[cfg(test)]
use core::ops::Range;

/// The settings of a new network. The facade has checked that all sizes are at least 1.
#[derive(Clone, Copy)]
pub struct Config {
    /// The kind of cell
    pub cell: CellKind,
    /// I
    pub input_size: usize,
    /// H
    pub hidden_size: usize,
    /// V. Without it there is no output layer: the hidden states of the last layer are the logits, and V = D·H.
    pub output_size: Option<usize>,
    /// L
    pub layers: usize,
    /// True if each layer has two directions
    pub bidirectional: bool,
    /// The probability p that training drops a value between layers
    pub dropout: f64,
    /// Initialization of the parameters
    pub init: Init,
    /// Initialization of W_hh
    pub recurrent_init: RecurrentInit,
    /// Initial value of the forget bias b_f of an LSTM
    pub forget_bias: f32,
    /// Seed of the initial weights and of dropout
    pub seed: u32,
}

/// The sizes of buffers and weights.
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
    /// N, the row length of pre-activations: the blocks of a cell times Hp
    pub n: usize,
    /// D
    pub d: usize,
    /// V; D·H without an output layer
    pub v: usize,
    /// The row length of logits: V rounded up to whole panels
    pub vp: usize,
}

/// The output layer.
pub struct OutputLayer {
    /// Index of W_ho (D·H, V) in the parameter table
    pub w_ho: usize,
    /// Index of b_o (V) in the parameter table
    pub b_o: usize,
    /// W_ho (H, Vp) of each direction, packed
    pub w: Vec<Panels>,
    /// The transpose (V, Hp) of each direction, for the backward pass
    pub w_t: Vec<Panels>,
    forward_ready: bool,
    backward_ready: bool,
}

/// The parameters of a network, their gradients, and the cell that uses them.
pub struct Network {
    /// The sizes
    pub sizes: Sizes,
    /// The computation of one time step
    pub cell: &'static dyn Cell,
    /// The probability p that training drops a value between layers
    pub dropout: f64,
    /// Seed of dropout
    pub seed: u32,
    /// Roles, shapes and positions of the parameters
    pub table: ParamTable,
    /// All parameters, in the order of the table: the arena that users read and write
    pub theta: Buffer,
    /// A bound of their absolute values; infinite if the facade may have written them
    pub theta_bound: f64,
    /// Their gradients, in the same order
    pub gradients: Buffer,
    /// (L·D) the directions of the first layer, then those of the next
    pub directions: Vec<LayerDirection>,
    /// The output layer, if there is one
    pub output_layer: Option<OutputLayer>,
    /// True if an optimizer updates a parameter and the gradient norm includes it
    pub active: Vec<bool>,
}

impl Network {
    /// Creates a network with initial weights.
    pub fn new(config: Config) -> Result<Network, Error> {
        let Config { input_size: i, hidden_size: h, .. } = config;
        let cell = config.cell.cell();
        let layout = cell.layout();
        let d = if config.bidirectional { 2 } else { 1 };
        let hp = padded(h);
        // Fewer floats than the parameters have. No product of sizes below wraps around.
        elements(&[4, config.layers, d, hp], ErrorKind::Network)?;
        let v = config.output_size.unwrap_or(d * h);
        let sizes = Sizes { i, h, hp, g: layout.gates, n: layout.blocks * hp, d, v, vp: padded(v) };

        let mut network = Network {
            sizes,
            cell,
            dropout: config.dropout,
            seed: config.seed,
            table: ParamTable::default(),
            theta: Buffer::default(),
            theta_bound: f64::INFINITY,
            gradients: Buffer::default(),
            directions: Vec::new(),
            output_layer: None,
            active: Vec::new(),
        };
        network.add_parameters(config)?;
        // θ, its gradients and both packed forms must fit together. Otherwise the network could be created but never trained.
        let len = network.table.arena_len();
        check_bytes(bytes_of(&[len, 4, 4]), ErrorKind::Network)?;
        network.theta.fit(len, ErrorKind::Parameters)?;
        network.gradients.fit(len, ErrorKind::Gradients)?;
        reserve(&mut network.active, network.table.len(), ErrorKind::Parameters)?;
        network.active.resize(network.table.len(), true);
        network.initialise(config)?;
        Ok(network)
    }

    /// Adds the parameters of all directions and of the output layer to the table.
    fn add_parameters(&mut self, config: Config) -> Result<(), Error> {
        let Sizes { i, h, hp, d, v, .. } = self.sizes;
        let count = config.layers * d;
        for index in 0..count {
            let input = if index < d { [i, 1] } else { [h, d] };
            let reverse = index % d > 0;
            let layout = self.cell.layout();
            let direction = LayerDirection::new(&mut self.table, layout, index, input, [h, hp], reverse)?;
            push(&mut self.directions, direction, ErrorKind::Parameters)?;
        }
        if config.output_size.is_some() {
            self.output_layer = Some(OutputLayer {
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

    /// Sets the initial parameters to random numbers.
    fn initialise(&mut self, config: Config) -> Result<(), Error> {
        let Sizes { h, g, d, v, .. } = self.sizes;
        if config.init == Init::UniformHidden {
            let limit = sqrt64(1.0 / h as f64) as f32;
            (0..self.table.len()).for_each(|index| self.draw(index, limit));
        }
        for index in 0..self.directions.len() {
            let direction = &self.directions[index];
            let (rows, w_ih, w_hh, b_h) =
                (direction.input_rows(), direction.w_ih, direction.w_hh, direction.b_h);
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
        match &self.output_layer {
            Some(layer) if config.init == Init::GlorotUniform => {
                self.draw(layer.w_ho, glorot_limit(d * h, v))
            }
            _ => {}
        }
        Ok(())
    }

    /// Sets the parameter with this index to U(±limit).
    #[inline(never)]
    fn draw(&mut self, index: usize, limit: f32) {
        uniform_into(self.table.of_mut(&mut self.theta, index), limit, self.seed, index);
    }

    /// Returns the position of a parameter in the arenas.
    #[cfg(test)]
    pub fn range(&self, index: usize) -> Range<usize> {
        self.table.get(index).range.clone()
    }

    /// Returns whether the logits have their own buffer. Otherwise they are the hidden states of the last layer.
    pub fn has_logits(&self) -> bool {
        self.output_layer.is_some() || self.sizes.d > 1
    }

    /// Allocates the packed W_ih, which only dense features and layers above the first need.
    pub fn prepare_inputs(&mut self, dense: bool) -> Result<(), Error> {
        let first = if dense { 0 } else { self.sizes.d };
        self.directions[first..].iter_mut().try_for_each(LayerDirection::prepare_input)
    }

    /// Allocates the transposed weights of the backward pass.
    pub fn prepare_training(&mut self, dense: bool) -> Result<(), Error> {
        let Sizes { h, d, v, .. } = self.sizes;
        self.gradients.fit(self.table.arena_len(), ErrorKind::Gradients)?;
        for (index, direction) in self.directions.iter_mut().enumerate() {
            direction.prepare_training(dense || index >= d)?;
        }
        match &mut self.output_layer {
            Some(layer) if layer.w_t.is_empty() => {
                layer.w_t = panels(d, v, h)?;
                layer.backward_ready = false;
            }
            _ => {}
        }
        Ok(())
    }

    /// Marks the packed weights as out of date. Must be called whenever `theta` may have changed.
    pub fn parameters_changed(&mut self) {
        self.directions.iter_mut().for_each(LayerDirection::parameters_changed);
        if let Some(layer) = &mut self.output_layer {
            layer.forward_ready = false;
            layer.backward_ready = false;
        }
    }

    /// Updates the packed weights of the forward pass.
    pub fn pack_forward(&mut self, dense: bool) {
        let Sizes { h, d, v, .. } = self.sizes;
        for (index, direction) in self.directions.iter_mut().enumerate() {
            direction.pack_forward(&self.theta, &self.table, dense || index >= d);
        }
        if let Some(layer) = &mut self.output_layer
            && !layer.forward_ready
        {
            layer.forward_ready = true;
            let w_ho = self.table.of(&self.theta, layer.w_ho);
            for (w, rows) in layer.w.iter_mut().zip(w_ho.chunks(h * v)) {
                w.pack(0, Rows { data: rows, stride: v }, v);
            }
        }
    }

    /// Updates the transposed weights of the backward pass.
    pub fn pack_backward(&mut self) {
        let Sizes { h, v, .. } = self.sizes;
        for direction in &mut self.directions {
            direction.pack_backward(&self.theta, &self.table);
        }
        if let Some(layer) = &mut self.output_layer
            && !layer.backward_ready
        {
            layer.backward_ready = true;
            let w_ho = self.table.of(&self.theta, layer.w_ho);
            for (w_t, rows) in layer.w_t.iter_mut().zip(w_ho.chunks(h * v)) {
                w_t.pack_transposed(0, Rows { data: rows, stride: v }, h, v);
            }
        }
    }
}
