//! Samples ids from logits: p = softmax(logits / temperature), and the first id at which the running sum of p
//! exceeds the uniform random number.
//!
//! Top-k keeps the k most probable ids of a row, top-p the fewest of them whose probabilities reach p. Equal probabilities are in the
//! order of their ids. Source of top-p: Holtzman et al., "The curious case of neural text degeneration", ICLR 2020.
//!
//! The uniform random number is an argument of `pick`, so that it can be tested. `Sampler` takes it from
//! (seed, number of the draw, row).

use crate::buffer::{Buffer, elements, fit_doubles, fit_integers, part, part_mut};
use crate::error::{Error, ErrorKind};
use crate::kernel::{exp_shifted_into, exp64, max};
use crate::rng::{Stream, uniform};
use alloc::vec::Vec;

/// The settings of a draw.
#[derive(Clone, Copy)]
pub struct Draw {
    /// Divides the logits; 0 takes the largest
    pub temperature: f64,
    /// The number of most probable ids that are kept
    pub top_k: usize,
    /// The probability that the kept ids must reach together; 1 keeps all
    pub top_p: f64,
    /// The seed of the uniform draws
    pub seed: u32,
    /// The number of the draw
    pub number: u64,
}

/// Buffers for sampling one id per row.
#[derive(Default)]
pub struct Sampler {
    /// (B, V) logits; a draw with top-k or top-p moves those of each row's candidates to the start of the row
    pub logits: Buffer,
    /// (B) the sampled ids
    pub ids: Vec<i32>,
    scaled: Buffer,          // (V)
    numerators: Buffer,      // (V)
    candidates: Vec<i32>, // (B, V + 1): the number of candidates of a row, and their ids in ascending order
    heap: Vec<i32>,       // (V) ids
    probabilities: Vec<f64>, // (V)
    shape: [usize; 2],
}

impl Sampler {
    /// Allocates buffers for (B, V).
    pub fn new(batch: usize, classes: usize) -> Result<Sampler, Error> {
        let kind = ErrorKind::Sample;
        let mut sampler = Sampler { shape: [batch, classes], ..Sampler::default() };
        sampler.logits.fit(elements(&[batch, classes], kind)?, kind)?;
        fit_integers(&mut sampler.ids, batch, kind)?;
        sampler.scaled.fit(classes, kind)?;
        sampler.numerators.fit(classes, kind)?;
        Ok(sampler)
    }

    /// Samples an id for each row. The random number of a row depends only on the seed, the number of the
    /// draw and the row. Fails if there is no memory for the candidates.
    pub fn draw(&mut self, draw: Draw) -> Result<(), Error> {
        let [batch, classes] = self.shape;
        let restricted = draw.temperature != 0.0 && (draw.top_k < classes || draw.top_p < 1.0);
        let mut width = classes;
        if restricted {
            let kind = ErrorKind::Sample;
            fit_integers(&mut self.candidates, elements(&[batch, classes + 1], kind)?, kind)?;
            fit_integers(&mut self.heap, classes, kind)?;
            fit_doubles(&mut self.probabilities, classes, kind)?;
            width = 0;
            for row in 0..batch {
                width = width.max(self.keep_candidates(row, draw));
            }
        }
        for (row, sampled) in self.ids.iter_mut().enumerate() {
            let candidates = self.candidates.get(row * (classes + 1)..).filter(|_| restricted);
            let count = candidates.map_or(classes, |candidates| candidates[0] as usize);
            let logits = part(&self.logits, row * classes, count);
            let uniform = uniform(draw.seed, Stream::Sample, draw.number, row as u64);
            // All rows are as wide as the widest, so that their probabilities are summed in the same order.
            let (scaled, p) = (&mut self.scaled[..width], &mut self.numerators[..width]);
            let picked = pick(logits, scaled, p, draw.temperature, uniform);
            *sampled = candidates.map_or(picked as i32, |candidates| candidates[1 + picked]);
        }
        Ok(())
    }

    /// Moves the logits of the row's candidates to the start of the row, in the order of their ids, and returns their number.
    fn keep_candidates(&mut self, row: usize, draw: Draw) -> usize {
        let classes = self.shape[1];
        let logits = part_mut(&mut self.logits, row * classes, classes);
        let p = &mut self.probabilities[..];
        let mut heap = &mut self.heap[..];
        let top = f64::from(max(logits));
        let mut total = 0.0;
        for (p, &x) in p.iter_mut().zip(&*logits) {
            *p = exp64((f64::from(x) - top) / draw.temperature);
            total += *p;
        }
        for ((p, slot), id) in p.iter_mut().zip(&mut *heap).zip(0..) {
            *p /= total;
            *slot = id;
        }
        for root in (0..heap.len()).rev() {
            sift_down(heap, p, root);
        }
        let (mut count, mut sum) = (0, 0.0);
        while count < draw.top_k && (count == 0 || sum < draw.top_p) {
            let Some((&mut last, rest)) = heap.split_last_mut() else { break };
            let best = rest.first_mut().map_or(last, |first| core::mem::replace(first, last));
            heap = rest;
            sift_down(heap, p, 0);
            let p = &mut p[best as usize];
            sum += *p;
            *p = -1.0; // kept
            count += 1;
        }
        let Some((size, ids)) = self.candidates[row * (classes + 1)..].split_first_mut() else { return 0 };
        *size = count as i32;
        for (to, (id, _)) in p.iter().enumerate().filter(|(_, p)| **p < 0.0).enumerate() {
            ids[to] = id as i32;
            logits[to] = logits[id];
        }
        count
    }
}

/// Moves the id at `root` down until no id below it is more probable, or as probable and smaller.
#[inline(never)]
fn sift_down(heap: &mut [i32], p: &[f64], mut root: usize) {
    let before = |a: i32, b: i32| {
        let (p_a, p_b) = (p[a as usize], p[b as usize]);
        p_a > p_b || (p_a == p_b && a < b)
    };
    loop {
        let mut child = 2 * root + 1;
        if child + 1 < heap.len() && before(heap[child + 1], heap[child]) {
            child += 1;
        }
        if child >= heap.len() || !before(heap[child], heap[root]) {
            return;
        }
        heap.swap(child, root);
        root = child;
    }
}

/// Returns the index of the logit for a uniform draw in [0, 1). At temperature 0 it is the largest logit, the first of equal ones.
/// `scaled` and `p` may be longer than `logits`.
fn pick(logits: &[f32], scaled: &mut [f32], p: &mut [f32], temperature: f64, uniform: f32) -> usize {
    let top = max(logits);
    if temperature == 0.0 {
        return logits.iter().position(|&x| x == top).unwrap_or(0);
    }
    scaled[logits.len()..].fill(f32::NEG_INFINITY);
    for (scaled, &x) in scaled.iter_mut().zip(logits) {
        // At most 0, so that no temperature overflows.
        *scaled = ((f64::from(x) - f64::from(top)) / temperature) as f32;
    }
    let sum = exp_shifted_into(p, scaled, 0.0);
    let target = f64::from(uniform) * f64::from(sum);
    let mut running = 0.0;
    for (index, &p) in p.iter().enumerate() {
        running += f64::from(p);
        if target < running {
            return index;
        }
    }
    // The f64 sum may be a rounding below the f32 sum. Then the last id with a probability is the result.
    p.iter().rposition(|&p| p > 0.0).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAW: Draw = Draw { temperature: 1.0, top_k: usize::MAX, top_p: 1.0, seed: 3, number: 0 };

    fn pick_of(logits: &[f32], temperature: f64, uniform: f32) -> usize {
        let (mut a, mut b) = (vec![f32::NAN; logits.len()], vec![f32::NAN; logits.len()]);
        pick(logits, &mut a, &mut b, temperature, uniform)
    }

    #[test]
    fn the_uniform_draw_decides() {
        let logits = [0.1f32, 0.2, 0.3, 0.4].map(f32::ln);
        for (uniform, id) in
            [(0.0, 0), (0.0999, 0), (0.1001, 1), (0.2999, 1), (0.3001, 2), (0.5999, 2), (0.6001, 3)]
        {
            assert_eq!(pick_of(&logits, 1.0, uniform), id, "draw {uniform}");
        }
        assert_eq!(pick_of(&logits, 1.0, 0.999_999_94), 3);
    }

    #[test]
    fn temperature_0_and_temperatures_near_it_take_the_largest() {
        let logits = [1.0, 3.0, 3.0, -2.0];
        assert_eq!(pick_of(&logits, 0.0, 0.99), 1);
        assert_eq!(pick_of(&[1.0, 3.0, 2.0], 1e-300, 0.99), 1);
        assert_eq!(pick_of(&[1.0, 3.0, 2.0], 1e-3, 0.99), 1);
        assert_eq!(pick_of(&[-1e38, 3e38, 0.0], 1.0, 0.99), 1);
    }

    #[test]
    fn shares_are_the_softmax() {
        let logits: [f32; 3] = [0.0, 1.0, 2.0];
        let mut sampler = Sampler::new(1000, 3).unwrap();
        let mut counts = [0.0; 3];
        for number in 0..20 {
            for row in sampler.logits[..3000].chunks_exact_mut(3) {
                row.copy_from_slice(&logits);
            }
            sampler.draw(Draw { temperature: 2.0, seed: 9, number, ..DRAW }).unwrap();
            sampler.ids.iter().for_each(|&id| counts[id as usize] += 1.0 / 20_000.0);
        }
        let sum: f64 = logits.iter().map(|x| f64::from(*x / 2.0).exp()).sum();
        for (share, x) in counts.iter().zip(logits) {
            // Five standard errors: 5·√(¼/20 000) = 0.0177 at most.
            assert!((share - f64::from(x / 2.0).exp() / sum).abs() < 0.0177, "{counts:?}");
        }
    }

    #[test]
    fn candidates_are_the_most_probable() {
        // Probabilities 0.032, 0.644, 0.087, 0.237; and 0.341, 0.001, 0.341, 0.309
        let rows = [[0.0, 3.0, 1.0, 2.0], [5.0, -1.0, 5.0, 4.9]];
        for (top_k, top_p, want) in [
            (1, 1.0, [&[1][..], &[0][..]]),
            (2, 1.0, [&[1, 3], &[0, 2]]),
            (9, 0.7, [&[1, 3], &[0, 2, 3]]),
            (2, 0.7, [&[1, 3], &[0, 2]]),
            (9, 1e-9, [&[1], &[0]]),
        ] {
            let mut sampler = Sampler::new(2, 4).unwrap();
            let mut seen = [[false; 4]; 2];
            for number in 0..400 {
                for (to, row) in sampler.logits.chunks_exact_mut(4).zip(rows) {
                    to.copy_from_slice(&row);
                }
                sampler.draw(Draw { top_k, top_p, number, ..DRAW }).unwrap();
                seen.iter_mut().zip(&sampler.ids).for_each(|(seen, &id)| seen[id as usize] = true);
            }
            let ids = seen.map(|seen| (0..4).filter(|&id| seen[id]).collect::<Vec<_>>());
            assert_eq!(ids, want, "top-k {top_k}, top-p {top_p}");
        }
    }
}
