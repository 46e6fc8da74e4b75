//! Matrices rearranged for the tile: weights in panels of 8 columns, inputs in strips of 4 rows.
//!
//! Packing is a copy without arithmetic, so there is no scalar form.

use super::Rows;
use crate::buffer::{Buffer, elements};
use crate::error::{Error, ErrorKind};
use crate::lanes::{F32x4, PANEL};
use core::ops::Range;

/// Rows of a strip: the height of the largest tile.
pub const STRIP: usize = 4;
/// Rows of A and B that `PackedPair` holds at a time. A strip and a panel of 256 rows fit into the first-level cache.
pub const BLOCK: usize = 256;

/// B (K, N) as ⌈N/8⌉ panels of (K, 8), padded with zero columns.
#[derive(Default)]
pub struct Panels {
    data: Buffer,
    rows: usize,
    columns: usize,
    /// Panels of a block of columns: blocks start at whole panels.
    per_block: usize,
    /// True if at least half of each block's last panel is padding.
    narrow: bool,
}

impl Panels {
    /// Makes room for B (K, N), with N rounded up to whole panels.
    pub fn new(rows: usize, columns: usize) -> Result<Panels, Error> {
        let columns = columns.next_multiple_of(PANEL);
        let len = elements(&[rows, columns], ErrorKind::PackedWeights)?;
        Ok(Panels {
            data: Buffer::zeros(len, ErrorKind::PackedWeights)?,
            rows,
            columns,
            per_block: 1,
            narrow: false,
        })
    }

    /// Returns K.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Returns N, rounded up to whole panels.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Returns the number of floats from one panel to the next.
    pub fn stride(&self) -> usize {
        self.rows * PANEL
    }

    /// Returns true if only the first four columns of panel `p` count.
    #[inline(always)]
    pub fn is_narrow(&self, p: usize) -> bool {
        self.narrow && (p + 1).is_multiple_of(self.per_block)
    }

    fn set_block(&mut self, columns: usize) {
        self.per_block = columns.div_ceil(PANEL);
        self.narrow = (1..=4).contains(&(columns % PANEL));
    }

    /// Returns all panels, one after another.
    pub fn data(&self) -> &[f32] {
        &self.data[..self.rows * self.columns]
    }

    /// Packs `source` (K, n) into the panels from column `first` on, a multiple of 8.
    #[inline(never)]
    pub fn pack(&mut self, first: usize, source: Rows<'_>, n: usize) {
        self.set_block(n);
        let k = self.rows;
        pack_padded::<PANEL, 2>(&mut self.data[first * k..], source, k, n);
    }

    /// Packs the transpose of `source` (N, k) into the rows from `first` on: panel row first + j holds column
    /// j of the source.
    #[inline(never)]
    pub fn pack_transposed(&mut self, first: usize, source: Rows<'_>, n: usize, k: usize) {
        self.set_block(n);
        let stride = self.stride();
        for (p, panel) in self.data.chunks_exact_mut(stride).enumerate().take(n.div_ceil(PANEL)) {
            let rows = &mut panel[first * PANEL..(first + k) * PANEL];
            for half in 0..2 {
                let row = p * PANEL + half * 4;
                if row < n {
                    transpose_into(
                        rows,
                        half * 4,
                        &source.data[row * source.stride..],
                        source.stride,
                        (n - row).min(4),
                        k,
                    );
                }
            }
        }
    }
}

/// Copies up to four rows of `source` to the columns at, at + 1, … of panel rows (k, 8).
fn transpose_into(to: &mut [f32], at: usize, source: &[f32], stride: usize, rows: usize, k: usize) {
    let whole = if rows == 4 { k / 4 * 4 } else { 0 };
    for j in (0..whole).step_by(4) {
        let row = |i: usize| source[i * stride + j..].first_chunk().map_or(F32x4::splat(0.0), F32x4::load);
        let columns = F32x4::transpose([row(0), row(1), row(2), row(3)]);
        for (column, to) in columns.iter().zip(to[j * PANEL..].chunks_exact_mut(PANEL)) {
            if let Some(to) = to[at..].first_chunk_mut() {
                column.store(to);
            }
        }
    }
    for i in 0..rows {
        let row = &source[i * stride..][..k];
        for (to, &x) in to.chunks_exact_mut(PANEL).zip(row).skip(whole) {
            to[at + i] = x;
        }
    }
}

/// Packs `source` (K, n) into groups (K, W), one after another, padded with zero columns.
fn pack_padded<const W: usize, const WAYS: usize>(to: &mut [f32], source: Rows<'_>, k: usize, n: usize) {
    let whole = n / W * W;
    pack_groups::<W, WAYS>(to, source, k, n / W);
    if n > whole {
        let last = to[whole * k..].as_chunks_mut::<W>().0;
        for (to, row) in last.iter_mut().zip(source.data.chunks(source.stride)).take(k) {
            for (i, to) in to.iter_mut().enumerate() {
                *to = if whole + i < n { row[whole + i] } else { 0.0 };
            }
        }
    }
}

/// Packs the first `count` groups of W columns of `source` (K, ·) into groups (K, W), one after another.
fn pack_groups<const W: usize, const WAYS: usize>(to: &mut [f32], source: Rows<'_>, k: usize, count: usize) {
    let (slots, _) = to.as_chunks_mut::<W>();
    let whole = count / WAYS * WAYS;
    pack_lines::<W, WAYS>(slots, source, k, 0..whole);
    pack_lines::<W, 1>(slots, source, k, whole..count);
}

/// Packs `WAYS` groups at a time, a cache line of each row. Reading a line once for each group, or writing all groups of a row before
/// the next row, would miss the first-level cache where rows or groups are a power of two apart.
#[inline(always)]
fn pack_lines<const W: usize, const WAYS: usize>(
    slots: &mut [[f32; W]],
    source: Rows<'_>,
    k: usize,
    groups: Range<usize>,
) {
    for first in groups.step_by(WAYS) {
        for row in 0..k {
            let line = source.data[row * source.stride + first * W..].as_chunks::<W>().0;
            let Some(line) = line.first_chunk::<WAYS>() else { return };
            for (way, group) in line.iter().enumerate() {
                slots[(first + way) * k + row] = *group;
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
    /// Allocates the block for the largest M and N that will be needed.
    pub fn fit(&mut self, m: usize, n: usize) -> Result<(), Error> {
        let kind = ErrorKind::PackedGradients;
        self.strips.fit(elements(&[BLOCK, m.next_multiple_of(STRIP)], kind)?, kind)?;
        self.panels.fit(elements(&[BLOCK, n.next_multiple_of(PANEL)], kind)?, kind)
    }

    /// Packs rows `k0 … k0+k` of A and B; the last strip and the last panel are padded with zeros.
    pub fn pack(&mut self, [m, n, k0, k]: [usize; 4], a: Rows<'_>, b: Rows<'_>) -> (&[f32], &[f32]) {
        let [a, b] = [a, b].map(|x| Rows { data: &x.data[k0 * x.stride..], stride: x.stride });
        pack_padded::<STRIP, 4>(&mut self.strips, a, k, m);
        pack_padded::<PANEL, 2>(&mut self.panels, b, k, n);
        (&self.strips[..m.next_multiple_of(STRIP) * k], &self.panels[..n.next_multiple_of(PANEL) * k])
    }
}
