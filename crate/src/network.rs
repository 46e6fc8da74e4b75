//! A network: one recurrent layer and, where asked for, an output layer. What it is, its parameters, and their packed form.

use crate::buffer::{Buffer, bytes_of, check_bytes};
use crate::cell::{Cell, CellKind, with_cell};
use crate::error::Error;
use crate::init::{glorot_limit, uniform_into};
use crate::kernel::{Panels, Rows, padded};
use crate::params::ParamTable;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

/// What a network is made from; sizes have been checked by the facade to be at least 1.
#[derive(Clone, Copy)]
pub struct Config {
    /// The kind of cell.
    pub cell: CellKind,
    /// I
    pub input_size: usize,
    /// H
    pub hidden_size: usize,
    /// V, or none: then the hidden states are the logits, and V = H.
    pub output_size: Option<usize>,
    /// Decides the initial weights.
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
    /// N = G·Hp, the row length of pre-activations
    pub n: usize,
    /// V (H without output layer)
    pub v: usize,
    /// Vp (Hp without output layer)
    pub vp: usize,
}

/// A recurrent layer's parameters, as places of the table.
#[derive(Clone, Copy)]
pub struct Layer {
    /// (I, G·H)
    pub w_ih: usize,
    /// (H, G·H)
    pub w_hh: usize,
    /// (G·H)
    pub b_h: usize,
}

/// The output layer's parameters, as places of the table.
#[derive(Clone, Copy)]
pub struct Head {
    /// (H, V)
    pub w_ho: usize,
    /// (V)
    pub b_o: usize,
}

/// The weights as the products want them: packed once for each change of the parameters.
#[derive(Default)]
pub struct Packed {
    /// W_ih (I, N), for dense features
    pub w_ih: Panels,
    /// W_hh (H, N)
    pub w_hh: Panels,
    /// W_ho (H, Vp)
    pub w_ho: Panels,
    /// The same transposed, for the way back: (N, I), (N, Hp), (V, Hp)
    pub w_ih_t: Panels,
    /// (N, Hp)
    pub w_hh_t: Panels,
    /// (V, Hp)
    pub w_ho_t: Panels,
    forward_ready: bool,
    backward_ready: bool,
    dense_ready: bool,
}

/// The parameters and what belongs to them.
pub struct Network {
    /// The sizes
    pub sizes: Sizes,
    /// The kind of cell
    pub cell: CellKind,
    /// Names, shapes, places
    pub table: ParamTable,
    /// All parameters, in the order of the table
    pub theta: Buffer,
    /// Their gradients, in the same order
    pub gradients: Buffer,
    /// The recurrent layer
    pub layer: Layer,
    /// The output layer
    pub head: Option<Head>,
    /// The packed weights
    pub packed: Packed,
    /// Which parameters an optimizer updates and the gradient norm counts
    pub active: Vec<bool>,
}

impl Network {
    /// A network with initial weights: Glorot-uniform matrices, zero biases.
    pub fn new(config: Config) -> Result<Network, Error> {
        let Config { input_size: i, hidden_size: h, .. } = config;
        let g = with_cell!(config.cell, C => C::GATES);
        let v = config.output_size.unwrap_or(h);
        let (hp, vp) = (padded(h), padded(v));
        let sizes = Sizes { i, h, hp, g, n: g * hp, v, vp };

        let mut table = ParamTable::default();
        let layer = Layer {
            w_ih: table.push("w_ih_l0".into(), &[i, g * h])?,
            w_hh: table.push("w_hh_l0".into(), &[h, g * h])?,
            b_h: table.push("b_h_l0".into(), &[g * h])?,
        };
        let head = match config.output_size {
            Some(v) => {
                Some(Head { w_ho: table.push("w_ho".into(), &[h, v])?, b_o: table.push("b_o".into(), &[v])? })
            }
            None => None,
        };
        // θ, its gradients and both packed forms must fit together, or the network could be made but never trained.
        check_bytes(bytes_of(&[table.arena_len(), 4, 4]), "the parameters, gradients and packed weights")?;
        let mut network = Network {
            sizes,
            cell: config.cell,
            theta: Buffer::zeros(table.arena_len(), "the parameters")?,
            gradients: Buffer::zeros(table.arena_len(), "the gradients")?,
            packed: Packed { w_hh: Panels::new(h, sizes.n)?, ..Packed::default() },
            active: vec![true; table.len()],
            table,
            layer,
            head,
        };
        if head.is_some() {
            network.packed.w_ho = Panels::new(h, v)?;
        }
        // TensorFlow's kernel is one matrix (I+H, G·H), so both parts share its fans.
        let recurrent = glorot_limit(i + h, g * h);
        network.initialise(layer.w_ih, recurrent, config.seed);
        network.initialise(layer.w_hh, recurrent, config.seed);
        if let Some(head) = head {
            network.initialise(head.w_ho, glorot_limit(h, v), config.seed);
        }
        Ok(network)
    }

    fn initialise(&mut self, place: usize, limit: f32, seed: u32) {
        let range = self.range(place);
        uniform_into(&mut self.theta[range], limit, seed, place);
    }

    /// Where a parameter lies in the arenas.
    pub fn range(&self, place: usize) -> Range<usize> {
        self.table.get(place).range.clone()
    }

    /// Makes room for the weights' transposes.
    pub fn prepare_training(&mut self, dense: bool) -> Result<(), Error> {
        let Sizes { i, h, n, v, .. } = self.sizes;
        self.gradients.fit(self.table.arena_len(), "the gradients")?;
        if self.packed.w_hh_t.rows() == 0 {
            self.packed.w_hh_t = Panels::new(n, h)?;
            self.packed.backward_ready = false;
        }
        if self.head.is_some() && self.packed.w_ho_t.rows() == 0 {
            self.packed.w_ho_t = Panels::new(v, h)?;
            self.packed.backward_ready = false;
        }
        if dense && self.packed.w_ih_t.rows() == 0 {
            self.packed.w_ih_t = Panels::new(n, i)?;
            self.packed.dense_ready = false;
        }
        Ok(())
    }

    /// Makes room for W_ih packed, which only dense features need.
    pub fn prepare_dense(&mut self) -> Result<(), Error> {
        if self.packed.w_ih.rows() == 0 {
            self.packed.w_ih = Panels::new(self.sizes.i, self.sizes.n)?;
            self.packed.dense_ready = false;
        }
        Ok(())
    }

    /// To be called whenever `theta` may have changed.
    pub fn parameters_changed(&mut self) {
        self.packed.forward_ready = false;
        self.packed.backward_ready = false;
        self.packed.dense_ready = false;
    }

    /// Brings the packed weights of the forward pass up to date.
    pub fn pack_forward(&mut self, dense: bool) {
        let Sizes { h, hp, g, v, .. } = self.sizes;
        let theta = &self.theta;
        let packed = &mut self.packed;
        if !packed.forward_ready {
            packed.forward_ready = true;
            for gate in 0..g {
                packed.w_hh.pack(gate * hp, gate_block(theta, &self.table, self.layer.w_hh, gate, h, g), h);
            }
            if let Some(head) = self.head {
                packed.w_ho.pack(
                    0,
                    Rows { data: &theta[self.table.get(head.w_ho).range.clone()], stride: v },
                    v,
                );
            }
        }
        if dense && !packed.dense_ready {
            packed.dense_ready = true;
            for gate in 0..g {
                let block = gate_block(theta, &self.table, self.layer.w_ih, gate, h, g);
                packed.w_ih.pack(gate * hp, block, h);
                if packed.w_ih_t.rows() > 0 {
                    packed.w_ih_t.pack_transposed(gate * hp, block, self.sizes.i, h);
                }
            }
        }
    }

    /// Brings the transposed weights of the backward pass up to date.
    pub fn pack_backward(&mut self) {
        let Sizes { h, hp, g, v, .. } = self.sizes;
        let packed = &mut self.packed;
        if packed.backward_ready {
            return;
        }
        packed.backward_ready = true;
        for gate in 0..g {
            let block = gate_block(&self.theta, &self.table, self.layer.w_hh, gate, h, g);
            packed.w_hh_t.pack_transposed(gate * hp, block, h, h);
        }
        if let Some(head) = self.head {
            let w_ho = Rows { data: &self.theta[self.table.get(head.w_ho).range.clone()], stride: v };
            packed.w_ho_t.pack_transposed(0, w_ho, h, v);
        }
    }
}

/// Columns gate·H … of a weight (rows, G·H).
fn gate_block<'a>(
    theta: &'a [f32],
    table: &ParamTable,
    place: usize,
    gate: usize,
    h: usize,
    g: usize,
) -> Rows<'a> {
    let range = table.get(place).range.clone();
    Rows { data: &theta[range.start + gate * h..range.end], stride: g * h }
}
