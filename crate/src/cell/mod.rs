//! The cells: what happens inside one time step. The time loop around them is written once, in `forward` and `bptt`.
//!
//! A new cell is a new file beside `tanh.rs`, an arm of `CellKind` and one of `with_cell!`.

mod tanh;

pub use tanh::Tanh;

/// One step forward, all of it (B, ·) slabs of time-major buffers.
pub struct StepForward<'a> {
    /// Pre-activations x_t·W_ih + b + h_{t-1}·W_hh; a cell that needs its activations in `backward` leaves them here.
    pub gates: &'a mut [f32], // (B, G·Hp)
    /// h_t, to be written.
    pub h: &'a mut [f32], // (B, Hp)
}

/// One step backward.
pub struct StepBackward<'a> {
    /// ∂L/∂h_t, complete.
    pub dh: &'a [f32], // (B, Hp)
    /// h_t
    pub h: &'a [f32], // (B, Hp)
    /// ∂L/∂(pre-activations), to be written: what goes to W_ih and the bias.
    pub dgates_x: &'a mut [f32], // (B, G·Hp)
}

/// A recurrent cell. Where a cell's gradients towards W_hh differ from those towards W_ih (a GRU that resets after
/// the product), `SPLIT` says so, and the time loop keeps a second buffer for them.
pub trait Cell {
    /// G, the blocks of H columns in the weights.
    const GATES: usize;
    /// Whether pre-activation gradients towards W_hh need a buffer of their own.
    const SPLIT: bool;
    /// h_t from the pre-activations.
    fn forward(step: StepForward<'_>);
    /// The pre-activation gradients from ∂L/∂h_t.
    fn backward(step: StepBackward<'_>);
}

/// The cells by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CellKind {
    /// h_t = tanh(…)
    Tanh,
}

impl CellKind {
    /// The cell that the facade calls `name`.
    pub fn from_name(name: &str) -> Option<CellKind> {
        match name {
            "tanh" => Some(CellKind::Tanh),
            _ => None,
        }
    }
}

/// Runs `$body` with `$cell` standing for the type of the kind: one copy of the time loop per cell.
macro_rules! with_cell {
    ($kind:expr, $cell:ident => $body:expr) => {
        match $kind {
            $crate::cell::CellKind::Tanh => {
                type $cell = $crate::cell::Tanh;
                $body
            }
        }
    };
}
pub(crate) use with_cell;
