//! Samples ids from logits: p = softmax(logits / temperature), and the first id at which the running sum of p exceeds the uniform draw.
//!
//! The uniform draw is an argument of `pick`, so that it can be tested. `Sampler` takes it from (seed, number of the draw, row).

use crate::buffer::{Buffer, elements, fit_integers, part};
use crate::error::{Error, ErrorKind};
use crate::kernel::{exp_shifted_into, max};
use crate::rng::{Stream, uniform};
use alloc::vec::Vec;

/// Buffers for sampling one id per row.
#[derive(Default)]
pub struct Sampler {
    /// (B, V) logits
    pub logits: Buffer,
    /// (B) the sampled ids
    pub ids: Vec<i32>,
    scaled: Buffer,     // (V)
    numerators: Buffer, // (V)
    shape: [usize; 2],
}

impl Sampler {
    /// Buffers for (B, V).
    pub fn new(batch: usize, classes: usize) -> Result<Sampler, Error> {
        let kind = ErrorKind::Sample;
        let mut sampler = Sampler { shape: [batch, classes], ..Sampler::default() };
        sampler.logits.fit(elements(&[batch, classes], kind)?, kind)?;
        fit_integers(&mut sampler.ids, batch, kind)?;
        sampler.scaled.fit(classes, kind)?;
        sampler.numerators.fit(classes, kind)?;
        Ok(sampler)
    }

    /// Samples an id for each row. The uniform draw of a row depends on nothing but the seed, the number `draw` and the row.
    pub fn draw(&mut self, temperature: f64, seed: u32, draw: u64) {
        let [batch, classes] = self.shape;
        for b in 0..batch {
            let logits = part(&self.logits, b * classes, classes);
            let uniform = uniform(seed, Stream::Sample, draw, b as u64);
            let (scaled, p) = (&mut self.scaled[..classes], &mut self.numerators[..classes]);
            self.ids[b] = pick(logits, scaled, p, temperature, uniform) as i32;
        }
    }
}

/// Returns the id for a uniform draw in [0, 1). At temperature 0 it is that of the largest logit, the first of equal ones.
fn pick(logits: &[f32], scaled: &mut [f32], p: &mut [f32], temperature: f64, uniform: f32) -> usize {
    let top = max(logits);
    if temperature == 0.0 {
        return logits.iter().position(|&x| x == top).unwrap_or(0);
    }
    for (scaled, &x) in scaled.iter_mut().zip(logits) {
        // At most 0, so that no temperature overflows.
        *scaled = ((f64::from(x) - f64::from(top)) / temperature) as f32;
    }
    let sum = exp_shifted_into(p, scaled, 0.0);
    let target = f64::from(uniform) * f64::from(sum);
    let mut running = 0.0;
    for (id, &p) in p.iter().enumerate() {
        running += f64::from(p);
        if target < running {
            return id;
        }
    }
    // The f64 sum may be a rounding below the f32 sum. Then the last id with a probability is the result.
    p.iter().rposition(|&p| p > 0.0).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for draw in 0..20 {
            for row in sampler.logits[..3000].chunks_exact_mut(3) {
                row.copy_from_slice(&logits);
            }
            sampler.draw(2.0, 9, draw);
            sampler.ids.iter().for_each(|&id| counts[id as usize] += 1.0 / 20_000.0);
        }
        let sum: f64 = logits.iter().map(|x| f64::from(*x / 2.0).exp()).sum();
        for (share, x) in counts.iter().zip(logits) {
            // Five standard errors: 5·√(¼/20 000) = 0.0177 at most.
            assert!((share - f64::from(x / 2.0).exp() / sum).abs() < 0.0177, "{counts:?}");
        }
    }
}
