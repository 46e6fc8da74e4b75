//! Operations on columns, strip by strip: a strip stays in registers while the loop passes over the rows.

use super::part;
use crate::kernel::{Rows, RowsMut};
use crate::lanes::F32x4;

/// Registers of a strip: two cache lines of each row.
const WIDE: usize = 8;

pub fn repeat_into(to: RowsMut<'_>, count: usize, row: &[f32]) {
    let mut column = 0;
    while column < to.stride {
        let four = |w: usize| {
            let from = &row[(column + w * 4).min(row.len())..];
            from.first_chunk().map_or_else(|| part(from), F32x4::load)
        };
        if to.stride - column >= 16 {
            let strip = [four(0), four(1), four(2), four(3)];
            for to in to.data.chunks_mut(to.stride).take(count) {
                for (to, x) in to[column..column + 16].as_chunks_mut().0.iter_mut().zip(strip) {
                    x.store(to);
                }
            }
            column += 16;
        } else {
            let x = four(0);
            for to in to.data.chunks_mut(to.stride).take(count) {
                if let Some(to) = to[column..].first_chunk_mut() {
                    x.store(to);
                }
            }
            column += 4;
        }
    }
}

pub fn clear_beyond(rows: RowsMut<'_>, count: usize, width: usize) {
    for column in width..rows.stride {
        for row in rows.data.chunks_mut(rows.stride).take(count) {
            row[column] = 0.0;
        }
    }
}

pub fn add_rows(y: &mut [f32], rows: Rows<'_>, count: usize) {
    let mut column = 0;
    let (strips, rest) = y.as_chunks_mut::<{ 4 * WIDE }>();
    for strip in strips {
        add_strip::<WIDE>(strip, rows, column, count);
        column += 4 * WIDE;
    }
    let (fours, rest) = rest.as_chunks_mut::<4>();
    for four in fours {
        add_strip::<1>(four, rows, column, count);
        column += 4;
    }
    for y in rest {
        for row in rows.data.chunks(rows.stride).take(count) {
            *y += row[column];
        }
        column += 1;
    }
}

#[inline(always)]
fn add_strip<const N: usize>(y: &mut [f32], rows: Rows<'_>, column: usize, count: usize) {
    let mut sums = [F32x4::splat(0.0); N];
    for (sum, y) in sums.iter_mut().zip(y.as_chunks().0) {
        *sum = F32x4::load(y);
    }
    for row in rows.data.chunks(rows.stride).take(count) {
        let fours = row[column..column + 4 * N].as_chunks().0;
        for (sum, x) in sums.iter_mut().zip(fours) {
            *sum = sum.plus(F32x4::load(x));
        }
    }
    for (sum, y) in sums.iter().zip(y.as_chunks_mut().0) {
        sum.store(y);
    }
}
