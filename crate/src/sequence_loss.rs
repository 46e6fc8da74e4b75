//! The loss on logits of the caller's, with the axes of reduction free: batch-major and not padded, as users have them.
//!
//! Source: `tf.contrib.seq2seq.sequence_loss` of TensorFlow 1.15.5; see `loss` for the formula.

use crate::buffer::{Buffer, elements, fit_integers, part};
use crate::error::{Error, What};
use crate::loss::{cross_entropy, divide_or_zero};
use alloc::vec::Vec;
use core::ops::Range;

/// Buffers for one computation.
#[derive(Default)]
pub struct SequenceLoss {
    /// Logits
    pub logits: Buffer, // (B, T, V)
    /// Target classes
    pub targets: Vec<i32>, // (B, T)
    /// Weights
    pub weights: Buffer, // (B, T)
    /// As many numbers as the flags leave
    pub result: Buffer, // (B, T), (B), (T) or (1)
    /// The last of them, not rounded to f32: the loss itself, where the flags leave one number
    pub last: f64,
    softmax: Buffer, // (V)
    shape: [usize; 3],
}

/// How an axis is treated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// Kept
    Keep,
    /// Summed and divided by Σ w along it
    Average,
    /// Summed and divided by the number of weights along it that are not 0
    Sum,
}

impl Axis {
    /// The positions that a cell of the result covers.
    fn span(self, cell: usize, size: usize) -> Range<usize> {
        if self == Axis::Keep { cell..cell + 1 } else { 0..size }
    }

    /// How many cells are left of the axis.
    fn cells(self, size: usize) -> usize {
        if self == Axis::Keep { size } else { 1 }
    }
}

impl SequenceLoss {
    /// Room for (B, T, V).
    pub fn new(batch: usize, time: usize, classes: usize) -> Result<SequenceLoss, Error> {
        let what = What::SequenceLoss;
        let count = elements(&[batch, time], what)?;
        let mut loss = SequenceLoss { shape: [batch, time, classes], ..SequenceLoss::default() };
        loss.logits.fit(elements(&[batch, time, classes], what)?, what)?;
        fit_integers(&mut loss.targets, count, what)?;
        loss.weights.fit(count, what)?;
        loss.result.fit(count, what)?;
        loss.softmax.fit(classes, what)?;
        Ok(loss)
    }

    /// Reduces over time and batch; how many numbers of `result` count: B·T, B, T or 1.
    pub fn compute(&mut self, over_time: Axis, over_batch: Axis) -> usize {
        let [batch, time, _] = self.shape;
        let columns = over_time.cells(time);
        let count = over_batch.cells(batch) * columns;
        for cell in 0..count {
            let rows = over_batch.span(cell / columns, batch);
            let steps = over_time.span(cell % columns, time);
            self.last = self.reduce(rows, steps, over_time, over_batch);
            self.result[cell] = self.last as f32;
        }
        count
    }

    /// Σ w·xent over rows × steps, divided as the flags say. Time outside, as in a training step: the same bits.
    fn reduce(&mut self, rows: Range<usize>, steps: Range<usize>, over_time: Axis, over_batch: Axis) -> f64 {
        let [_, time, classes] = self.shape;
        let averaged = over_time == Axis::Average || over_batch == Axis::Average;
        let reduced = over_time != Axis::Keep || over_batch != Axis::Keep;
        let (mut total, mut divisor) = (0.0, 0.0);
        for t in steps {
            for b in rows.clone() {
                let at = b * time + t;
                let w = f64::from(self.weights[at]);
                if w == 0.0 {
                    continue;
                }
                let logits = part(&self.logits, at * classes, classes);
                total += w * cross_entropy(&mut self.softmax[..classes], logits, self.targets[at] as usize).0;
                divisor += if averaged { w } else { 1.0 };
            }
        }
        if reduced { divide_or_zero(total, divisor) } else { total }
    }
}
