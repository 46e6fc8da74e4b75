//! Initial weights.
//!
//! Glorot uniform: U(−limit, limit), limit = √(6 / (fan_in + fan_out)).
//! Source: Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010;
//! `tf.glorot_uniform_initializer` of TensorFlow 1.15.

use crate::float::sqrt64;
use crate::rng::{Stream, uniform};

/// The limit of the uniform distribution for the given fans.
pub fn glorot_limit(fan_in: usize, fan_out: usize) -> f32 {
    sqrt64(6.0 / (fan_in as f64 + fan_out as f64)) as f32
}

/// Fills `weights` with U(−limit, limit). `place` is the parameter's place in the table: each has draws of its own.
pub fn uniform_into(weights: &mut [f32], limit: f32, seed: u32, place: usize) {
    for (index, w) in weights.iter_mut().enumerate() {
        *w = limit * (2.0 * uniform(seed, Stream::Init, place as u64, index as u64) - 1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_within_the_limit_and_differs_by_seed_and_place() {
        let limit = glorot_limit(9, 5);
        assert!((limit - 0.654_653_7).abs() < 1e-7);
        let draw = |seed, place| {
            let mut weights = [0.0; 100];
            uniform_into(&mut weights, limit, seed, place);
            weights
        };
        assert!(draw(0, 0).iter().all(|w| w.abs() <= limit));
        assert!(draw(0, 0).iter().any(|w| w.abs() > 0.9 * limit));
        assert_eq!(draw(1, 2), draw(1, 2));
        assert_ne!(draw(0, 0), draw(1, 0));
        assert_ne!(draw(0, 0), draw(0, 1));
    }
}
