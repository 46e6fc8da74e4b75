//! The parameters: one table of (name, shape, offset) over one flat arena.
//!
//! Gradients and an optimizer's moments are arenas of the same layout, so that zeroing, clipping, updating and saving
//! are one loop each.

use crate::buffer::{check_bytes, elements, part, part_mut};
use crate::error::Error;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// One parameter: where it lies in the arena and what shape it has there, row-major.
pub struct Param {
    /// The name that users see, such as `w_ih_l0`.
    pub name: String,
    /// One or two sizes.
    pub shape: Vec<usize>,
    /// The elements of the arena that hold it.
    pub range: Range<usize>,
}

/// The table, in the order of the arena.
#[derive(Default)]
pub struct ParamTable {
    params: Vec<Param>,
    len: usize,
}

impl ParamTable {
    /// Appends a parameter and returns its place in the table.
    pub fn push(&mut self, name: String, shape: &[usize]) -> Result<usize, Error> {
        let count = elements(shape, "the parameters")?;
        let end = self.len + count;
        check_bytes(end as u64 * 4, "the parameters")?;
        self.params.push(Param { name, shape: shape.to_vec(), range: self.len..end });
        self.len = end;
        Ok(self.params.len() - 1)
    }

    /// The part of an arena that is a parameter's.
    #[inline(never)]
    pub fn of<'a>(&self, arena: &'a [f32], place: usize) -> &'a [f32] {
        let range = &self.params[place].range;
        part(arena, range.start, range.len())
    }

    /// The same, to be written.
    #[inline(never)]
    pub fn of_mut<'a>(&self, arena: &'a mut [f32], place: usize) -> &'a mut [f32] {
        let range = &self.params[place].range;
        part_mut(arena, range.start, range.len())
    }

    /// How many floats an arena of this table has.
    pub fn arena_len(&self) -> usize {
        self.len
    }

    /// The parameters in order.
    pub fn iter(&self) -> impl Iterator<Item = &Param> {
        self.params.iter()
    }

    /// How many parameters there are.
    pub fn len(&self) -> usize {
        self.params.len()
    }

    /// The parameter at a place of the table.
    pub fn get(&self, index: usize) -> &Param {
        &self.params[index]
    }
}
