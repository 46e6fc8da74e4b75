//! Column sums: a strip of columns stays in registers while the rows go by.

use crate::kernel::Rows;
use crate::lanes::F32x4;

/// Registers of a strip: two cache lines of each row.
const WIDE: usize = 8;

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
