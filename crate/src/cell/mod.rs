//! The cells: what happens inside one time step. The time loop around them is written once, in `forward` and `bptt`.
//!
//! A cell is a file beside `tanh.rs` and an arm of `CellKind`. It tells the loop how its pre-activations lie in a row of N = blocks·Hp
//! floats, and which recurrent products are to be made; then the loop calls it once for each product. So a GRU that resets after
//! the product has a fourth block, where h·W_hn stays apart from x·W_in, and one that resets before it has a second product.

mod gru;
mod gru_reset_before;
mod lstm;
mod relu;
mod tanh;

/// How a cell's pre-activations lie in a row of blocks of Hp floats.
pub struct Layout {
    /// G, the blocks of H columns in the weights
    pub gates: usize,
    /// Blocks in a row, at least G: N = blocks·Hp
    pub blocks: usize,
    /// For each gate the block that x·W_ih + b_h goes to: all of 0 … G−1
    pub input: &'static [usize],
    /// The recurrent products, one after the other
    pub products: &'static [Product],
    /// The block that starts from a recurrent bias of its own, b_hn
    pub recurrent_bias: Option<usize>,
    /// Whether a cell state c goes from step to step beside h
    pub has_cell_state: bool,
}

/// Some columns of W_hh and what they are multiplied by: h_{t−1} in the first product, `mixed` in the second.
pub struct Product {
    /// The first of its gates in W_hh
    pub first: usize,
    /// How many gates
    pub gates: usize,
    /// The block the first of them is added to; the others follow
    pub block: usize,
}

/// A time step forward: slabs of time-major buffers, as many rows as take part.
pub struct Forward<'a> {
    /// Hp
    pub hp: usize,
    /// Pre-activations; activations are left here for the way back
    pub gates: &'a mut [f32], // (B, N)
    /// h_{t−1}
    pub h_prev: &'a [f32], // (B, Hp)
    /// h_t, to be written
    pub h: &'a mut [f32], // (B, Hp)
    /// c_{t−1}
    pub c_prev: &'a [f32], // (B, Hp)
    /// c_t, to be written
    pub c: &'a mut [f32], // (B, Hp)
    /// What the second product multiplies, to be written after the first
    pub mixed: &'a mut [f32], // (B, Hp)
}

/// A time step backward.
pub struct Backward<'a> {
    /// Hp
    pub hp: usize,
    /// What the way forward has left
    pub gates: &'a [f32], // (B, N)
    /// h_{t−1}
    pub h_prev: &'a [f32], // (B, Hp)
    /// h_t
    pub h: &'a [f32], // (B, Hp)
    /// c_{t−1}
    pub c_prev: &'a [f32], // (B, Hp)
    /// c_t
    pub c: &'a [f32], // (B, Hp)
    /// ∂L/∂h_t, complete
    pub dh: &'a [f32], // (B, Hp)
    /// ∂L/∂c_t, which becomes ∂L/∂c_{t−1}
    pub dc: &'a mut [f32], // (B, Hp)
    /// ∂L/∂mixed, complete when the stage before the second product has its turn
    pub dmixed: &'a [f32], // (B, Hp)
    /// ∂L/∂(pre-activations), to be written
    pub dgates: &'a mut [f32], // (B, N)
    /// ∂L/∂h_{t−1}: what does not go through a product is to be added
    pub dh_prev: &'a mut [f32], // (B, Hp)
}

/// A recurrent cell.
pub trait Cell {
    /// How its row lies, and its products
    fn layout(&self) -> &'static Layout;
    /// What follows product `stage`; after the last one h is there.
    fn forward(&self, stage: usize, step: Forward<'_>);
    /// The gradients of what product `stage` was added to: the last stage first.
    fn backward(&self, stage: usize, step: Backward<'_>);
}

/// The cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CellKind {
    /// h_t = tanh(…)
    Tanh,
    /// h_t = max(0, …)
    Relu,
    /// The gated recurrent unit of PyTorch: r ⊙ (h·W_hn + b_hn)
    Gru,
    /// Its first form: (r ⊙ h)·W_hn
    GruResetBefore,
    /// Long short-term memory
    Lstm,
}

impl CellKind {
    /// In the order that the facade numbers them in (ts/wasm/raw.ts).
    pub const ALL: [CellKind; 5] =
        [CellKind::Tanh, CellKind::Relu, CellKind::Gru, CellKind::GruResetBefore, CellKind::Lstm];

    /// The cell itself.
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
