//! Draws ids from logits: p = softmax(logits / temperature), and the first id at which the running sum of p passes the coin.
//!
//! The coin is an argument of `pick`, so that it can be tested; `Sampler` takes it from the stream of (seed, step, row).

use crate::buffer::{Buffer, elements, fit_integers, part};
use crate::error::{Error, What};
use crate::kernel::{exp_shifted_into, max};
use crate::rng::{Stream, uniform};
use alloc::vec::Vec;

/// Buffers for one draw a row.
#[derive(Default)]
pub struct Sampler {
    /// Logits
    pub logits: Buffer, // (B, V)
    /// What was drawn
    pub ids: Vec<i32>, // (B)
    scaled: Buffer,     // (V)
    numerators: Buffer, // (V)
    shape: [usize; 2],
}

impl Sampler {
    /// Room for (B, V).
    pub fn new(batch: usize, classes: usize) -> Result<Sampler, Error> {
        let what = What::Sample;
        let mut sampler = Sampler { shape: [batch, classes], ..Sampler::default() };
        sampler.logits.fit(elements(&[batch, classes], what)?, what)?;
        fit_integers(&mut sampler.ids, batch, what)?;
        sampler.scaled.fit(classes, what)?;
        sampler.numerators.fit(classes, what)?;
        Ok(sampler)
    }

    /// Draws an id for each row. Row b of step n always has the same coin for the same seed.
    pub fn draw(&mut self, temperature: f64, seed: u32, step: u64) {
        let [batch, classes] = self.shape;
        for b in 0..batch {
            let logits = part(&self.logits, b * classes, classes);
            let coin = uniform(seed, Stream::Sample, step, b as u64);
            let (scaled, p) = (&mut self.scaled[..classes], &mut self.numerators[..classes]);
            self.ids[b] = pick(logits, scaled, p, temperature, coin) as i32;
        }
    }
}

/// The id that a coin in [0, 1) falls on; at temperature 0 the largest logit's, the first of equals.
fn pick(logits: &[f32], scaled: &mut [f32], p: &mut [f32], temperature: f64, coin: f32) -> usize {
    let top = max(logits);
    if temperature == 0.0 {
        return logits.iter().position(|&x| x == top).unwrap_or(0);
    }
    for (scaled, &x) in scaled.iter_mut().zip(logits) {
        // At most 0, so that no temperature overflows.
        *scaled = ((f64::from(x) - f64::from(top)) / temperature) as f32;
    }
    let sum = exp_shifted_into(p, scaled, 0.0);
    let target = f64::from(coin) * f64::from(sum);
    let mut running = 0.0;
    for (id, &p) in p.iter().enumerate() {
        running += f64::from(p);
        if target < running {
            return id;
        }
    }
    // The f64 sum may end a rounding below the f32 one: then the last id that has a probability.
    p.iter().rposition(|&p| p > 0.0).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pick_of(logits: &[f32], temperature: f64, coin: f32) -> usize {
        let (mut a, mut b) = (vec![f32::NAN; logits.len()], vec![f32::NAN; logits.len()]);
        pick(logits, &mut a, &mut b, temperature, coin)
    }

    #[test]
    fn the_coin_decides() {
        let logits = [0.1f32, 0.2, 0.3, 0.4].map(f32::ln);
        for (coin, id) in
            [(0.0, 0), (0.0999, 0), (0.1001, 1), (0.2999, 1), (0.3001, 2), (0.5999, 2), (0.6001, 3)]
        {
            assert_eq!(pick_of(&logits, 1.0, coin), id, "coin {coin}");
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
        for step in 0..20 {
            for row in sampler.logits[..3000].chunks_exact_mut(3) {
                row.copy_from_slice(&logits);
            }
            sampler.draw(2.0, 9, step);
            sampler.ids.iter().for_each(|&id| counts[id as usize] += 1.0 / 20_000.0);
        }
        let sum: f64 = logits.iter().map(|x| f64::from(*x / 2.0).exp()).sum();
        for (share, x) in counts.iter().zip(logits) {
            // Five standard errors: 5·√(¼/20 000) = 0.0177 at most.
            assert!((share - f64::from(x / 2.0).exp() / sum).abs() < 0.0177, "{counts:?}");
        }
    }
}
