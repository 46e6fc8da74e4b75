//! The norm of all gradients together, and clipping by it.
//!
//! Source: `tf.clip_by_global_norm` of TensorFlow 1.15: g ← g·clip·min(1/norm, 1/clip).
//! Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.

use crate::error::{Error, ErrorKind};
use crate::float::sqrt64;
use crate::kernel::sum_of_squares;
use crate::network::Network;
use crate::params::Param;
use core::ops::Range;

/// Returns √Σ g² over the active parameters, summed in f64, or an error with the first parameter whose gradient is not finite.
pub fn global_norm(network: &Network) -> Result<f64, Error> {
    let square = |range: Range<usize>| sum_of_squares(&network.gradients[range]);
    let sum: f64 = network.table.active_ranges(&network.active).map(square).sum();
    if !sum.is_finite() {
        let params = network.table.iter().zip(&network.active).enumerate();
        let culprit = |&(_, (param, &active)): &(usize, (&Param, &bool))| {
            active && !square(param.range.clone()).is_finite()
        };
        let index = params.into_iter().find(culprit).map_or(0, |(index, _)| index);
        return Err(Error::new(ErrorKind::Gradient, index as u64));
    }
    Ok(sqrt64(sum))
}

/// Returns the factor for each gradient that makes the norm at most `clip`; exactly 1 if it already is.
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
