//! The matrix products, tile by tile.
//!
//! Tiles are 4 rows × 8 columns: 8 accumulators, 2 registers of B and 1 of A fit the 15 usable vector registers of x64;
//! 6×8, 5×8 and 8×8 spill. One row alone takes 3 panels at once (1×24), so that six sums are under way at a time.

use crate::kernel::pack::{BLOCK, STRIP};
use crate::kernel::{PackedPair, Panels, Rows, RowsMut};
use crate::lanes::{PANEL, tile};

/// Floats of A that are walked again for each panel: half of a first-level cache of 32 KiB, so that a panel fits beside them.
const CACHED: usize = 4096;

pub fn matmul_add(c: RowsMut<'_>, m: usize, a: Rows<'_>, b: &Panels) {
    if m == 1 {
        return row_times_panels(c.data, a.data, b);
    }
    let many = (CACHED / b.rows()).next_multiple_of(STRIP);
    let mut first = 0;
    while first < m {
        let rows = (m - first).min(many);
        for (p, panel) in b.data().chunks_exact(b.stride()).enumerate() {
            let mut i = first;
            while i < first + rows {
                let height = (first + rows - i).min(STRIP);
                let at = &a.data[i * a.stride..];
                let to = &mut c.data[i * c.stride + p * PANEL..];
                plain_tile(height, b.rows(), at, a.stride, panel, to, c.stride);
                i += height;
            }
        }
        first += rows;
    }
}

fn row_times_panels(c: &mut [f32], a: &[f32], b: &Panels) {
    let (k, stride) = (b.rows(), b.stride());
    let panels = b.columns() / PANEL;
    let whole = panels / 3 * 3;
    for p in (0..whole).step_by(3) {
        tile::<1, 3, false>(k, a, 0, &b.data()[p * stride..], stride, &mut c[p * PANEL..], 0);
    }
    for p in whole..panels {
        tile::<1, 1, false>(k, a, 0, &b.data()[p * stride..], stride, &mut c[p * PANEL..], 0);
    }
}

/// A tile of up to four plain rows.
#[inline(always)]
fn plain_tile(height: usize, k: usize, a: &[f32], a_row: usize, b: &[f32], c: &mut [f32], c_row: usize) {
    match height {
        4 => tile::<4, 1, false>(k, a, a_row, b, 0, c, c_row),
        3 => tile::<3, 1, false>(k, a, a_row, b, 0, c, c_row),
        2 => tile::<2, 1, false>(k, a, a_row, b, 0, c, c_row),
        _ => tile::<1, 1, false>(k, a, a_row, b, 0, c, c_row),
    }
}

pub fn matmul_transposed_add(
    c: RowsMut<'_>,
    [m, n, k]: [usize; 3],
    a: Rows<'_>,
    b: Rows<'_>,
    scratch: &mut PackedPair,
) {
    let mut k0 = 0;
    while k0 < k {
        let rows = (k - k0).min(BLOCK);
        let (strips, panels) = scratch.pack([m, n, k0, rows], a, b);
        for (p, panel) in panels.chunks_exact(rows * PANEL).enumerate() {
            let width = (n - p * PANEL).min(PANEL);
            for (s, strip) in strips.chunks(rows * STRIP).enumerate() {
                let height = (m - s * STRIP).min(STRIP);
                let to = &mut c.data[s * STRIP * c.stride + p * PANEL..];
                if width == PANEL {
                    packed_tile(height, rows, strip, panel, to, c.stride);
                } else {
                    narrow_tile(height, width, rows, strip, panel, to, c.stride);
                }
            }
        }
        k0 += rows;
    }
}

/// A tile at the right edge of a C whose rows are not padded: computed aside.
fn narrow_tile(height: usize, width: usize, k: usize, a: &[f32], b: &[f32], c: &mut [f32], c_row: usize) {
    let mut aside = [0.0; STRIP * PANEL];
    for i in 0..height {
        aside[i * PANEL..i * PANEL + width].copy_from_slice(&c[i * c_row..i * c_row + width]);
    }
    packed_tile(height, k, a, b, &mut aside, PANEL);
    for i in 0..height {
        c[i * c_row..i * c_row + width].copy_from_slice(&aside[i * PANEL..i * PANEL + width]);
    }
}

/// A tile of a packed strip of up to four rows.
#[inline(always)]
fn packed_tile(height: usize, k: usize, a: &[f32], b: &[f32], c: &mut [f32], c_row: usize) {
    match height {
        4 => tile::<4, 1, true>(k, a, 1, b, 0, c, c_row),
        3 => tile::<3, 1, true>(k, a, 1, b, 0, c, c_row),
        2 => tile::<2, 1, true>(k, a, 1, b, 0, c, c_row),
        _ => tile::<1, 1, true>(k, a, 1, b, 0, c, c_row),
    }
}
