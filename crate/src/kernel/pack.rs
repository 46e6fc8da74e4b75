//! Matrices rearranged for the tile: weights in panels of 8 columns, inputs in strips of 4 rows.
//!
//! Packing is a copy; it has no arithmetic, hence no scalar twin.

use super::Rows;
use crate::buffer::{Buffer, elements};
use crate::error::Error;
use crate::lanes::PANEL;

/// Rows of a strip: the height of the largest tile.
pub const STRIP: usize = 4;
/// Rows of A and B that `PackedPair` holds at a time: a strip and a panel of 128 stay in the first-level cache.
pub const BLOCK: usize = 128;

/// B (K, N) as ⌈N/8⌉ panels of (K, 8), zeros beyond the columns there are.
#[derive(Default)]
pub struct Panels {
    data: Buffer,
    rows: usize,
    columns: usize,
    /// Panels of a gate.
    per_gate: usize,
    /// Whether half of each gate's last panel is padding.
    narrow: bool,
}

impl Panels {
    /// Room for B (K, N); N is rounded up to whole panels.
    pub fn new(rows: usize, columns: usize) -> Result<Panels, Error> {
        let columns = columns.next_multiple_of(PANEL);
        let len = elements(&[rows, columns], "the packed weights")?;
        Ok(Panels {
            data: Buffer::zeros(len, "the packed weights")?,
            rows,
            columns,
            per_gate: 1,
            narrow: false,
        })
    }

    /// K
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// N, whole panels
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Floats from one panel to the next.
    pub fn stride(&self) -> usize {
        self.rows * PANEL
    }

    /// Whether only the first four columns of panel `p` count.
    #[inline(always)]
    pub fn is_narrow(&self, p: usize) -> bool {
        self.narrow && (p + 1).is_multiple_of(self.per_gate)
    }

    fn gate_is(&mut self, columns: usize) {
        self.per_gate = columns.div_ceil(PANEL);
        self.narrow = (1..=4).contains(&(columns % PANEL));
    }

    /// All panels, one behind the other.
    pub fn data(&self) -> &[f32] {
        &self.data[..self.rows * self.columns]
    }

    /// Panels from column `first` on ← `source` (K, n), where `first` is a multiple of 8.
    pub fn pack(&mut self, first: usize, source: Rows<'_>, n: usize) {
        self.gate_is(n);
        let stride = self.stride();
        for (p, panel) in self.data[first / PANEL * stride..].chunks_exact_mut(stride).enumerate() {
            let column = p * PANEL;
            if column >= n {
                break;
            }
            let width = (n - column).min(PANEL);
            for (k, to) in panel.chunks_exact_mut(PANEL).enumerate() {
                let at = k * source.stride + column;
                copy_padded(to, &source.data[at..at + width]);
            }
        }
    }

    /// Rows from `first` on ← the transpose of `source` (N, k): panel row first + j holds column j of the source.
    pub fn pack_transposed(&mut self, first: usize, source: Rows<'_>, n: usize, k: usize) {
        self.gate_is(n);
        let stride = self.stride();
        for (p, panel) in self.data.chunks_exact_mut(stride).enumerate().take(n.div_ceil(PANEL)) {
            let rows = &mut panel[first * PANEL..(first + k) * PANEL];
            for c in 0..PANEL.min(n - p * PANEL) {
                let from = &source.data[(p * PANEL + c) * source.stride..][..k];
                for (to, &x) in rows.chunks_exact_mut(PANEL).zip(from) {
                    to[c] = x;
                }
            }
        }
    }
}

/// A block of both sides of a gradient product: A (K, M) as strips (K, 4), B (K, N) as panels (K, 8), K ≤ `BLOCK`.
#[derive(Default)]
pub struct PackedPair {
    strips: Buffer,
    panels: Buffer,
}

impl PackedPair {
    /// Room for the largest M and N that will come.
    pub fn fit(&mut self, m: usize, n: usize) -> Result<(), Error> {
        let what = "the packed gradients";
        self.strips.fit(elements(&[BLOCK, m.next_multiple_of(STRIP)], what)?, what)?;
        self.panels.fit(elements(&[BLOCK, n.next_multiple_of(PANEL)], what)?, what)
    }

    /// Packs rows `k0 … k0+k` of A and B. The last strip is as narrow as what is left of M; panels are padded with zeros.
    pub fn pack(&mut self, [m, n, k0, k]: [usize; 4], a: Rows<'_>, b: Rows<'_>) -> (&[f32], &[f32]) {
        for row in 0..k {
            let (fours, rest) = a.data[(k0 + row) * a.stride..][..m].as_chunks::<STRIP>();
            let strips = self.strips[row * STRIP..].chunks_mut(k * STRIP);
            for (four, to) in fours.iter().zip(strips) {
                to[..STRIP].copy_from_slice(four);
            }
            let at = fours.len() * STRIP * k + row * rest.len();
            self.strips[at..at + rest.len()].copy_from_slice(rest);

            let (eights, rest) = b.data[(k0 + row) * b.stride..][..n].as_chunks::<PANEL>();
            let mut panels = self.panels[row * PANEL..].chunks_mut(k * PANEL);
            for (eight, to) in eights.iter().zip(panels.by_ref()) {
                to[..PANEL].copy_from_slice(eight);
            }
            if let (false, Some(to)) = (rest.is_empty(), panels.next()) {
                copy_padded(&mut to[..PANEL], rest);
            }
        }
        (&self.strips[..m * k], &self.panels[..n.next_multiple_of(PANEL) * k])
    }
}

/// to ← from, zeros behind.
fn copy_padded(to: &mut [f32], from: &[f32]) {
    if let (Ok(to), Ok(from)) = (<&mut [f32; PANEL]>::try_from(&mut *to), <&[f32; PANEL]>::try_from(from)) {
        *to = *from;
        return;
    }
    to[..from.len()].copy_from_slice(from);
    to[from.len()..].fill(0.0);
}
