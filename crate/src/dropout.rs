//! Dropout between layers: an output is multiplied by 0 with probability p, by 1/(1 − p) otherwise.
//!
//! Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 2014, in the inverted
//! form of `torch.nn.RNN(dropout=p)`; between layers only: Zaremba, Sutskever, Vinyals, "Recurrent neural network
//! regularization", 2014. The draws depend on nothing but (seed, training pass, layer's direction, element).

use crate::kernel::multiply_into;
use crate::rng::{Stream, uniform_four};

/// Dropout of a network.
#[derive(Clone, Copy)]
pub struct Dropout {
    /// The probability p that a value is dropped
    pub rate: f64,
    /// The network's seed
    pub seed: u32,
}

/// The place of a pass in its batch, in floats of one time step.
#[derive(Clone, Copy)]
pub struct Slab {
    /// The floats of this pass, a multiple of 4
    pub len: usize,
    /// Those of the rows before it
    pub before: usize,
    /// Those of the whole batch
    pub whole: usize,
}

/// mask ← 0 or 1/(1 − p) for the outputs of direction `index` in training pass `pass`; dropped ← mask ⊙ outputs
pub fn drop_into(
    mask: &mut [f32],
    dropped: &mut [f32],
    outputs: &[f32],
    Dropout { rate, seed }: Dropout,
    (pass, index): (u64, usize),
    Slab { len, before, whole }: Slab,
) {
    let keep = (1.0 / (1.0 - rate)) as f32;
    for (t, mask) in mask.chunks_exact_mut(len).enumerate() {
        let first = ((index as u64) << 38) + ((t * whole + before) / 4) as u64; // 2³⁸: a fourth of 2⁴⁰
        for (four, block) in mask.as_chunks_mut::<4>().0.iter_mut().zip(first..) {
            *four = uniform_four(seed, Stream::Dropout, pass, block)
                .map(|u| if f64::from(u) < rate { 0.0 } else { keep });
        }
    }
    multiply_into(dropped, outputs, mask);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_batch_drop_as_they_do_in_the_whole_batch() {
        const TIME: usize = 3;
        let dropout = Dropout { rate: 0.5, seed: 3 };
        let draw = |len, before, whole| {
            let mut mask = vec![f32::NAN; TIME * len];
            let outputs = mask.clone();
            drop_into(
                &mut mask,
                &mut outputs.clone(),
                &outputs,
                dropout,
                (1, 2),
                Slab { len, before, whole },
            );
            mask
        };
        let whole = draw(40, 0, 40);
        let parts = [draw(16, 0, 40), draw(24, 16, 40)];
        for t in 0..TIME {
            assert_eq!(whole[t * 40..][..16], parts[0][t * 16..][..16]);
            assert_eq!(whole[t * 40 + 16..][..24], parts[1][t * 24..][..24]);
        }
    }

    #[test]
    fn drops_its_share_and_keeps_the_mean() {
        let n = 40_000;
        let draw = |pass, index| {
            let (mut mask, mut dropped) = (vec![f32::NAN; n], vec![f32::NAN; n]);
            let dropout = Dropout { rate: 0.25, seed: 7 };
            let slab = Slab { len: n, before: 0, whole: n };
            drop_into(&mut mask, &mut dropped, &vec![2.0; n], dropout, (pass, index), slab);
            assert!(mask.iter().zip(&dropped).all(|(m, d)| 2.0 * m == *d));
            mask
        };
        let mask = draw(0, 0);
        assert!(mask.iter().all(|&m| m == 0.0 || m == (4.0f64 / 3.0) as f32));
        let zeros = mask.iter().filter(|&&m| m == 0.0).count() as f64 / n as f64;
        // Five standard errors: 5·√(3/16/n) = 0.0109
        assert!((zeros - 0.25).abs() < 0.0109, "{zeros}");
        assert_eq!(mask, draw(0, 0));
        assert!(mask != draw(1, 0) && mask != draw(0, 1));
    }
}
