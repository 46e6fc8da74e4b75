//! The parameters: one table of (name, shape, offset) over one flat arena.
//!
//! Gradients and an optimizer's moments are arenas of the same layout, so that zeroing, clipping, updating and saving
//! are one loop each.

use crate::buffer::{check_bytes, elements, part, part_mut};
use crate::error::{Error, What};
use alloc::vec::Vec;
use core::ops::Range;

/// What a parameter is to its unit or to the output layer. The facade makes its name of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// w_ih (I or D·H, G·H)
    InputWeight,
    /// w_hh (H, G·H)
    RecurrentWeight,
    /// b_h (G·H)
    Bias,
    /// b_hn (H)
    RecurrentBias,
    /// w_ho (D·H, V)
    OutputWeight,
    /// b_o (V)
    OutputBias,
}

/// One parameter: where it lies in the arena and what shape it has there, row-major.
pub struct Param {
    /// What it is.
    pub role: Role,
    /// Whose it is: layer·D + direction, or L·D for the output layer.
    pub unit: usize,
    /// Rows and columns; a bias is one row.
    pub shape: [usize; 2],
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
    #[inline(never)]
    pub fn push(&mut self, role: Role, unit: usize, shape: [usize; 2]) -> Result<usize, Error> {
        let count = elements(&shape, What::Parameters)?;
        let end = self.len + count;
        check_bytes(end as u64 * 4, What::Parameters)?;
        self.params.push(Param { role, unit, shape, range: self.len..end });
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

    /// Where the parameters lie that are `active`, neighbours in one piece: one loop over many is faster than many short ones.
    pub fn runs(&self, active: &[bool]) -> impl Iterator<Item = Range<usize>> {
        let mut params = self.params.iter().zip(active);
        core::iter::from_fn(move || {
            let Range { start, mut end } = params.find(|&(_, &active)| active)?.0.range.clone();
            for (param, _) in params.by_ref().take_while(|&(_, &active)| active) {
                end = param.range.end;
            }
            Some(start..end)
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_cover_what_is_active_and_no_more() {
        let mut table = ParamTable::default();
        for (role, shape) in [(Role::InputWeight, [2, 3]), (Role::Bias, [1, 3]), (Role::OutputWeight, [3, 4])]
        {
            table.push(role, 0, shape).unwrap();
        }
        for pattern in 0..8 {
            let active: Vec<bool> = (0..3).map(|place| pattern >> place & 1 == 1).collect();
            let runs: Vec<Range<usize>> = table.runs(&active).collect();
            for (param, &active) in table.iter().zip(&active) {
                for at in param.range.clone() {
                    assert_eq!(runs.iter().filter(|run| run.contains(&at)).count(), usize::from(active));
                }
            }
            // No two that could be one.
            assert!(runs.windows(2).all(|pair| pair[0].end < pair[1].start), "{runs:?}");
            assert!(runs.iter().all(|run| !run.is_empty() && run.end <= table.arena_len()));
        }
    }
}
