//! The parameters: one table of (role, shape, range) over one flat arena.
//!
//! Gradients and an optimizer's moments are arenas of the same layout, so that zeroing, clipping, updating and saving are one loop
//! each.

use crate::buffer::{check_bytes, elements, part, part_mut, push};
use crate::error::{Error, ErrorKind};
use alloc::vec::Vec;
use core::ops::Range;

/// The role of a parameter in its layer's direction or in the output layer. The facade derives the parameter's name from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// w_ih (I or D·H, G·H): multiplies the inputs
    InputWeight,
    /// w_hh (H, G·H): multiplies the previous hidden state
    RecurrentWeight,
    /// b_h (G·H): added to both products
    Bias,
    /// b_hn (H): added to the recurrent product of a GRU's candidate
    RecurrentBias,
    /// w_ho (D·H, V): multiplies the hidden states of the last layer
    OutputWeight,
    /// b_o (V): added to the logits
    OutputBias,
}

/// One parameter: its shape and position in the arena, row-major.
pub struct Param {
    /// Its role
    pub role: Role,
    /// The direction it belongs to, layer·D + direction, or L·D for the output layer
    pub direction: usize,
    /// Rows and columns; a bias is one row
    pub shape: [usize; 2],
    /// The elements of the arena that hold it
    pub range: Range<usize>,
}

/// The table, in the order of the arena.
#[derive(Default)]
pub struct ParamTable {
    params: Vec<Param>,
    len: usize,
}

impl ParamTable {
    /// Appends a parameter and returns its index in the table.
    #[inline(never)]
    pub fn push(&mut self, role: Role, direction: usize, shape: [usize; 2]) -> Result<usize, Error> {
        let count = elements(&shape, ErrorKind::Parameters)?;
        let end = self.len + count;
        check_bytes(end as u64 * 4, ErrorKind::Parameters)?;
        push(
            &mut self.params,
            Param { role, direction, shape, range: self.len..end },
            ErrorKind::Parameters,
        )?;
        self.len = end;
        Ok(self.params.len() - 1)
    }

    /// Returns the elements of an arena that belong to the parameter with this index.
    #[inline(never)]
    pub fn of<'a>(&self, arena: &'a [f32], index: usize) -> &'a [f32] {
        let range = &self.params[index].range;
        part(arena, range.start, range.len())
    }

    /// Returns the same elements, mutable.
    #[inline(never)]
    pub fn of_mut<'a>(&self, arena: &'a mut [f32], index: usize) -> &'a mut [f32] {
        let range = &self.params[index].range;
        part_mut(arena, range.start, range.len())
    }

    /// Returns the number of floats in an arena of this table.
    pub fn arena_len(&self) -> usize {
        self.len
    }

    /// Returns the parameters, in the order of the arena.
    pub fn iter(&self) -> impl Iterator<Item = &Param> {
        self.params.iter()
    }

    /// Returns the ranges of the `active` parameters. Adjacent ones share a range, because one long loop is
    /// faster than many short ones.
    pub fn active_ranges(&self, active: &[bool]) -> impl Iterator<Item = Range<usize>> {
        let mut params = self.params.iter().zip(active);
        core::iter::from_fn(move || {
            let Range { start, mut end } = params.find(|&(_, &active)| active)?.0.range.clone();
            for (param, _) in params.by_ref().take_while(|&(_, &active)| active) {
                end = param.range.end;
            }
            Some(start..end)
        })
    }

    /// Returns the number of parameters.
    pub fn len(&self) -> usize {
        self.params.len()
    }

    /// Returns the parameter with this index.
    pub fn get(&self, index: usize) -> &Param {
        &self.params[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_the_active_parameters_and_no_others() {
        let mut table = ParamTable::default();
        for (role, shape) in [(Role::InputWeight, [2, 3]), (Role::Bias, [1, 3]), (Role::OutputWeight, [3, 4])]
        {
            table.push(role, 0, shape).unwrap();
        }
        for pattern in 0..8 {
            let active: Vec<bool> = (0..3).map(|index| pattern >> index & 1 == 1).collect();
            let ranges: Vec<Range<usize>> = table.active_ranges(&active).collect();
            for (param, &active) in table.iter().zip(&active) {
                for at in param.range.clone() {
                    assert_eq!(
                        ranges.iter().filter(|range| range.contains(&at)).count(),
                        usize::from(active)
                    );
                }
            }
            // No two ranges could be one.
            assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start), "{ranges:?}");
            assert!(ranges.iter().all(|range| !range.is_empty() && range.end <= table.arena_len()));
        }
    }
}
