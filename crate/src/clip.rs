//! The norm of all gradients together, and clipping by it.
//!
//! Source: `tf.clip_by_global_norm` of TensorFlow 1.15: g ← g·clip·min(1/norm, 1/clip).
//! Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.

use crate::error::{Error, What};
use crate::float::sqrt64;
use crate::kernel::sum_of_squares;
use crate::network::Network;

/// √Σ g² over the active parameters, summed in f64; an error naming the first parameter whose gradient is not finite.
pub fn global_norm(network: &Network) -> Result<f64, Error> {
    let mut sum = 0.0;
    for (place, (param, _)) in
        network.table.iter().zip(&network.active).enumerate().filter(|(_, (_, active))| **active)
    {
        let part = sum_of_squares(&network.gradients[param.range.clone()]);
        if !part.is_finite() {
            return Err(Error::new(What::Gradient, place as u64));
        }
        sum += part;
    }
    Ok(sqrt64(sum))
}

/// What each gradient is multiplied by, so that the norm is at most `clip`; exactly 1 where it is already.
pub fn clip_factor(norm: f64, clip: f64) -> f32 {
    if norm <= clip { 1.0 } else { (clip / norm) as f32 }
}

#[cfg(test)]
mod tests {
    use super::clip_factor;

    #[test]
    fn only_large_norms_are_clipped() {
        assert_eq!(clip_factor(0.0, 1.0), 1.0);
        assert_eq!(clip_factor(1.0, 1.0), 1.0);
        assert_eq!(clip_factor(4.0, 1.0), 0.25);
        assert_eq!(clip_factor(1e30, f64::INFINITY), 1.0);
    }
}
