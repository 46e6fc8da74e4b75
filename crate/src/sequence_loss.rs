//! The loss on logits that a user passes, with a free choice of the axes to reduce: batch-major and not
//! padded, as users have them.
//!
//! Source: `tf.contrib.seq2seq.sequence_loss` of TensorFlow 1.15.5; see `loss` for the formula.

use crate::buffer::{Buffer, elements, fit_integers, part};
use crate::error::{Error, ErrorKind};
use crate::loss::{cross_entropy, divide_or_zero};
use alloc::vec::Vec;
use core::ops::Range;

/// Buffers for one computation.
#[derive(Default)]
pub struct SequenceLoss {
    /// (B, T, V) logits
    pub logits: Buffer,
    /// (B, T) target classes
    pub targets: Vec<i32>,
    /// (B, T) weights
    pub weights: Buffer,
    /// (B, T), (B), (T) or (1): the results, depending on the axes that are kept
    pub result: Buffer,
    /// The last result, not rounded to f32: the loss itself, if no axis is kept
    pub last: f64,
    softmax: Buffer, // (V)
    shape: [usize; 3],
}

/// The treatment of an axis.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// The axis is kept
    Keep,
    /// The losses are summed and divided by Σ w along the axis
    Average,
    /// The losses are summed and divided by the number of weights along the axis that are not 0
    Sum,
}

impl Axis {
    /// Returns the positions along the axis that result `index` covers.
    fn span(self, index: usize, size: usize) -> Range<usize> {
        if self == Axis::Keep { index..index + 1 } else { 0..size }
    }

    /// Returns the number of results along the axis.
    fn results(self, size: usize) -> usize {
        if self == Axis::Keep { size } else { 1 }
    }
}

impl SequenceLoss {
    /// Allocates buffers for (B, T, V).
    pub fn new(batch: usize, time: usize, classes: usize) -> Result<SequenceLoss, Error> {
        let kind = ErrorKind::SequenceLoss;
        let count = elements(&[batch, time], kind)?;
        let mut loss = SequenceLoss { shape: [batch, time, classes], ..SequenceLoss::default() };
        loss.logits.fit(elements(&[batch, time, classes], kind)?, kind)?;
        fit_integers(&mut loss.targets, count, kind)?;
        loss.weights.fit(count, kind)?;
        loss.result.fit(count, kind)?;
        loss.softmax.fit(classes, kind)?;
        Ok(loss)
    }

    /// Reduces over time and batch and returns the number of results: B·T, B, T or 1.
    pub fn compute(&mut self, over_time: Axis, over_batch: Axis) -> usize {
        let [batch, time, _] = self.shape;
        let columns = over_time.results(time);
        let count = over_batch.results(batch) * columns;
        for index in 0..count {
            let rows = over_batch.span(index / columns, batch);
            let times = over_time.span(index % columns, time);
            self.last = self.reduce(rows, times, over_time, over_batch);
            self.result[index] = self.last as f32;
        }
        count
    }

    /// Returns Σ w·xent over rows × times, divided according to the axes. Time is the outer loop as in a
    /// training step, for the same bits.
    fn reduce(&mut self, rows: Range<usize>, times: Range<usize>, over_time: Axis, over_batch: Axis) -> f64 {
        let [_, time, classes] = self.shape;
        let averaged = over_time == Axis::Average || over_batch == Axis::Average;
        let reduced = over_time != Axis::Keep || over_batch != Axis::Keep;
        let (mut total, mut divisor) = (0.0, 0.0);
        for t in times {
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
