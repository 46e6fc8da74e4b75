//! The matrix products, tile by tile.
//!
//! Tiles are 4 rows × 8 columns: 8 accumulators, 2 registers of B and 1 of A fit the 15 usable vector registers of x64. A single row
//! takes 3 panels at once (1×24), so that six independent sums are in progress. Half panels at the right edge take tiles of 4×4.
//!
//! Measured relative to the reference of the benchmarks (46 and 49 GFLOP/s) on an AMD EPYC of Zen 4, Node 20.20 / 24.21, November
//! 2026. "Before" is a rolled loop that indexes its operands:
//!
//! ```text
//! (M, K, N)                          before        now
//! A · B    (32, 128, 128)          .90 / .90   1.02 / .91
//! A · B    (16, 64, 64)            .88 / .87    .98 / .89
//! A · B    (1, 100, 100)           .64 / .66    .69 / .70
//! Aᵀ · B   (128, 2048, 128)        .81 / .80    .86 / .85
//! Aᵀ · B   (64, 512, 65)           .66 / .64    .81 / .82
//! ```
//!
//! The limit is dispatch, six instructions a cycle, of which a rolled loop spends a third on addresses and its end. The gains come from:
//! - K unrolled eight times (with four, a training step of (64, 16, 32) takes 2 % longer). Each part has its own exit (`lanes`), which
//!   keeps LLVM and V8 from moving loads of the next part up. Without those exits the registers spill: .55 of the reference on Node 20.
//! - A single row's panels in threes and twos. With threes alone a last panel takes nearly as long as three (5 % of a training step of
//!   (64, 1, 25)).
//! - One pointer per operand and constant offsets, which requires LLVM's loop strength reduction to be off
//!   (`scripts/setup/wasm-build.mjs`).
//! - Packing by cache lines (`pack`), and blocks of 256 instead of 128.
//!
//! Slower: 6×8 and 4×12 (.61), 5×8 (.53 / .94), 3×12 (.75 / .85), 2×16 (.87 / .86), 8×4 (.58 / .60); K unrolled twice (.89 / .94); one
//! index for all operands (equal / .91); 1×32 (.47 / .83) and 1×40 for one row. Equal: panels in alternating order, so that one row's
//! product starts with the panels that the last one left in the cache; looking ids up one time step at a time, next to the product that
//! adds to them (1.005 at (128, 32, 64) and .97 at (5, 1, 5)).

use crate::kernel::pack::{BLOCK, STRIP};
use crate::kernel::{PackedPair, Panels, Rows, RowsMut};
use crate::lanes::{PANEL, Strides, tiles};

/// Floats of A that are read once for each panel: half of a first-level cache of 32 KiB, so that a panel fits too.
const CACHED: usize = 4096;
/// Rows of B that pass through all tiles before the next rows do, so that a panel stays in the first-level cache.
const DEEP: usize = 256;

pub fn matmul_add(c: RowsMut<'_>, m: usize, a: Rows<'_>, b: &Panels) {
    if m == 1 {
        return row_times_panels(c.data, a.data, b);
    }
    let depth = b.rows().div_ceil(b.rows().div_ceil(DEEP));
    let many = (CACHED / depth).next_multiple_of(STRIP);
    let mut k0 = 0;
    while k0 < b.rows() {
        let strides = Strides { k: depth.min(b.rows() - k0), a_row: a.stride, b_panel: 0, c_row: c.stride };
        let mut first = 0;
        while first < m {
            let rows = (m - first).min(many);
            let a = &a.data[first * a.stride + k0..];
            for p in 0..b.columns() / PANEL {
                let panel = &b.data()[p * b.stride() + k0 * PANEL..];
                let c = &mut c.data[first * c.stride + p * PANEL..];
                if b.is_narrow(p) {
                    plain_rows::<1>(rows, a, panel, c, strides);
                } else {
                    plain_rows::<2>(rows, a, panel, c, strides);
                }
            }
            first += rows;
        }
        k0 += depth;
    }
}

/// Computes all rows of a panel. The rows that do not fill a strip take the full width of a panel.
#[inline(always)]
fn plain_rows<const W: usize>(rows: usize, a: &[f32], b: &[f32], c: &mut [f32], strides: Strides) {
    let (count, whole) = (rows / STRIP, rows / STRIP * STRIP);
    tiles::<4, 1, W, false>(count, a, b, c, strides);
    if rows > whole {
        last_rows(rows - whole, &a[whole * strides.a_row..], b, &mut c[whole * strides.c_row..], strides);
    }
}

#[inline(never)]
fn last_rows(rows: usize, a: &[f32], b: &[f32], c: &mut [f32], strides: Strides) {
    match rows {
        3 => tiles::<3, 1, 2, false>(1, a, b, c, strides),
        2 => tiles::<2, 1, 2, false>(1, a, b, c, strides),
        _ => tiles::<1, 1, 2, false>(1, a, b, c, strides),
    }
}

fn row_times_panels(c: &mut [f32], a: &[f32], b: &Panels) {
    let strides = Strides { k: b.rows(), a_row: 0, b_panel: b.stride(), c_row: 0 };
    let panels = b.columns() / PANEL;
    // Threes, then twos: a single panel has only two independent sums.
    let twos = if panels == 1 { 0 } else { (3 - panels % 3) % 3 };
    let threes = (panels - 2 * twos) / 3;
    let mut p = 0;
    for _ in 0..threes {
        tiles::<1, 3, 2, false>(1, a, &b.data()[p * b.stride()..], &mut c[p * PANEL..], strides);
        p += 3;
    }
    for _ in 0..twos {
        tiles::<1, 2, 2, false>(1, a, &b.data()[p * b.stride()..], &mut c[p * PANEL..], strides);
        p += 2;
    }
    if p < panels {
        tiles::<1, 1, 2, false>(1, a, &b.data()[p * b.stride()..], &mut c[p * PANEL..], strides);
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
        let strides = Strides { k: rows, a_row: 1, b_panel: 0, c_row: c.stride };
        let many = (CACHED / rows).next_multiple_of(STRIP);
        let mut first = 0;
        while first < m {
            let height = (m - first).min(many);
            let strips = &strips[first * rows..];
            for (p, panel) in panels.chunks_exact(rows * PANEL).enumerate() {
                let width = (n - p * PANEL).min(PANEL);
                packed_rows(
                    [height, width],
                    strips,
                    panel,
                    &mut c.data[first * c.stride + p * PANEL..],
                    strides,
                );
            }
            first += height;
        }
        k0 += rows;
    }
}

/// Computes all rows of a panel, with A packed in strips. If C has fewer rows or columns than a tile, the
/// tile is computed in a copy.
fn packed_rows([height, width]: [usize; 2], a: &[f32], b: &[f32], c: &mut [f32], strides: Strides) {
    let count = if width.is_multiple_of(4) { height / STRIP } else { 0 };
    if width > 4 {
        tiles::<STRIP, 1, 2, true>(count, a, b, c, strides);
    } else {
        tiles::<STRIP, 1, 1, true>(count, a, b, c, strides);
    }
    for first in (count * STRIP..height).step_by(STRIP) {
        let rows = (height - first).min(STRIP);
        let mut tile = [0.0; STRIP * PANEL];
        for row in 0..rows {
            for column in 0..width {
                tile[row * PANEL + column] = c[(first + row) * strides.c_row + column];
            }
        }
        let (strip, strides_of_tile) = (&a[first * strides.k..], Strides { c_row: PANEL, ..strides });
        if width > 4 {
            tiles::<STRIP, 1, 2, true>(1, strip, b, &mut tile, strides_of_tile);
        } else {
            tiles::<STRIP, 1, 1, true>(1, strip, b, &mut tile, strides_of_tile);
        }
        for row in 0..rows {
            for column in 0..width {
                c[(first + row) * strides.c_row + column] = tile[row * PANEL + column];
            }
        }
    }
}
