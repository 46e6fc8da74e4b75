//! The cells: the computation inside one time step. The loops over time are written once, in `forward` and `bptt`.
//!
//! To add a cell, add a file next to `tanh.rs` and an arm to `CellKind`. A cell declares how its pre-activations lie in a row of
//! N = blocks·Hp floats and which recurrent products it needs; the loop then calls it once after each product. For example, a GRU
//! that resets after the product has a fourth block, which keeps h·W_hn apart from x·W_in, and one that resets before the product
//! has two products.

mod gru;
mod gru_reset_before;
mod lstm;
mod relu;
mod rows;
mod tanh;

#[cfg(test)]
mod check;
#[cfg(test)]
mod scalar;

/// The layout of a cell's pre-activations in a row of blocks of Hp floats.
pub struct Layout {
    /// G, the number of blocks of H columns in the weights
    pub gates: usize,
    /// The number of blocks in a row, at least G: N = blocks·Hp
    pub blocks: usize,
    /// For each gate the block of x·W_ih + b_h: a permutation of 0 … G−1
    pub input: &'static [usize],
    /// The recurrent products, in the order in which they are computed
    pub products: &'static [Product],
    /// The block that starts from the separate recurrent bias b_hn, if there is one
    pub recurrent_bias: Option<usize>,
    /// True if the state consists of c as well as h
    pub has_cell_state: bool,
}

/// A product of some columns of W_hh with h_{t−1}, or with `reset_h` if it is the second product.
pub struct Product {
    /// The first of its gates in W_hh
    pub first: usize,
    /// The number of its gates
    pub gates: usize,
    /// The block to which the first gate is added; the others follow
    pub block: usize,
}

/// The buffers of one time step of the forward pass: those rows of the batch that are within their lengths.
pub struct Forward<'a> {
    /// Hp
    pub hp: usize,
    /// (B, N) pre-activations, to be replaced by the gates' values for the backward pass
    pub gates: &'a mut [f32],
    /// (B, Hp) h_{t−1}
    pub h_prev: &'a [f32],
    /// (B, Hp) h_t, to be written
    pub h: &'a mut [f32],
    /// (B, Hp) c_{t−1}
    pub c_prev: &'a [f32],
    /// (B, Hp) c_t, to be written
    pub c: &'a mut [f32],
    /// (B, Hp) r ⊙ h_{t−1}, the operand of the second product, to be written after the first
    pub reset_h: &'a mut [f32],
}

/// The buffers of one time step of the backward pass.
pub struct Backward<'a> {
    /// Hp
    pub hp: usize,
    /// (B, N) the gates' values, from the forward pass
    pub gates: &'a [f32],
    /// (B, Hp) h_{t−1}
    pub h_prev: &'a [f32],
    /// (B, Hp) h_t
    pub h: &'a [f32],
    /// (B, Hp) c_{t−1}
    pub c_prev: &'a [f32],
    /// (B, Hp) c_t
    pub c: &'a [f32],
    /// (B, Hp) ∂L/∂h_t
    pub dh: &'a [f32],
    /// (B, Hp) ∂L/∂c_t by all later time steps, to be replaced by ∂L/∂c_{t−1}
    pub dc: &'a mut [f32],
    /// (B, Hp) ∂L/∂`reset_h`, available to the stage before the second product
    pub dreset_h: &'a [f32],
    /// (B, N) ∂L/∂(pre-activations), to be written
    pub dgates: &'a mut [f32],
    /// (B, Hp) ∂L/∂h_{t−1}, to which the parts that do not pass through a product are to be added
    pub dh_prev: &'a mut [f32],
}

/// A recurrent cell.
pub trait Cell {
    /// Returns the layout of a row and the recurrent products.
    fn layout(&self) -> &'static Layout;
    /// Computes what follows product `stage`. The last stage writes h_t.
    fn forward(&self, stage: usize, time_step: Forward<'_>);
    /// Computes the gradients of the pre-activations of product `stage`. The last stage comes first.
    fn backward(&self, stage: usize, time_step: Backward<'_>);
}

/// The kinds of cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CellKind {
    /// The basic cell, h_t = tanh(…)
    Tanh,
    /// The basic cell with rectified linear units, h_t = max(0, …)
    Relu,
    /// The gated recurrent unit that resets after the product: r ⊙ (h·W_hn + b_hn)
    Gru,
    /// The gated recurrent unit that resets before the product: (r ⊙ h)·W_hn
    GruResetBefore,
    /// Long short-term memory
    Lstm,
}

impl CellKind {
    /// Returns the implementation of the cell.
    pub fn cell(self) -> &'static dyn Cell {
        match self {
            CellKind::Tanh => &tanh::Tanh,
            CellKind::Relu => &relu::Relu,
            CellKind::Gru => &gru::Gru,
            CellKind::GruResetBefore => &gru_reset_before::GruResetBefore,
            CellKind::Lstm => &lstm::Lstm,
        }
    }
}
