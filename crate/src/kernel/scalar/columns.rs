//! Operations on columns, row by row.

use crate::kernel::{Rows, RowsMut};

pub fn add_rows(y: &mut [f32], rows: Rows<'_>, count: usize) {
    for row in rows.data.chunks(rows.stride).take(count) {
        for (y, x) in y.iter_mut().zip(row) {
            *y += x;
        }
    }
}

pub fn repeat_into(to: RowsMut<'_>, count: usize, row: &[f32]) {
    for to in to.data.chunks_mut(to.stride).take(count) {
        to[..row.len()].copy_from_slice(row);
        to[row.len()..].fill(0.0);
    }
}

pub fn clear_beyond(rows: RowsMut<'_>, count: usize, width: usize) {
    for row in rows.data.chunks_mut(rows.stride).take(count) {
        row[width..].fill(0.0);
    }
}
