//! Column sums, row by row.

use crate::kernel::Rows;

pub fn add_rows(y: &mut [f32], rows: Rows<'_>, count: usize) {
    for row in rows.data.chunks(rows.stride).take(count) {
        for (y, x) in y.iter_mut().zip(row) {
            *y += x;
        }
    }
}
