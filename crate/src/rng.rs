//! Counter-based random numbers: Philox4x32-10.
//!
//! Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
//! Every draw is a pure function of (seed, stream, substream, index). Initialisation, dropout and sampling therefore never affect one
//! another, and nothing has to be saved but counters. Not for cryptography.

/// The streams of one seed. The numbers decide the results: never renumber.
#[derive(Clone, Copy)]
pub enum Stream {
    /// Initial weights. The substream is the parameter's index in the table.
    Init = 0,
    /// Ids sampled from logits. The substream is the caller's number of the draw, the index is the row.
    Sample = 1,
    /// Dropout. The substream is the number of the training pass, the index combines layer's direction and element.
    Dropout = 2,
}

const MULTIPLIER: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

/// Computes one block of Philox4x32-10: four words from a counter of four words and a key of two.
pub fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..ROUNDS {
        let [p0, p1] = [wide(MULTIPLIER[0], counter[0]), wide(MULTIPLIER[1], counter[2])];
        counter = [p1.0 ^ counter[1] ^ key[0], p1.1, p0.0 ^ counter[3] ^ key[1], p0.1];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    counter
}

/// Returns the (high, low) words of a 32×32-bit product.
fn wide(a: u32, b: u32) -> (u32, u32) {
    let product = u64::from(a) * u64::from(b);
    ((product >> 32) as u32, product as u32)
}

/// Returns a uniform random number in [0, 1), a multiple of 2⁻²⁴.
pub fn uniform(seed: u32, stream: Stream, substream: u64, index: u64) -> f32 {
    uniform_four(seed, stream, substream, index / 4)[(index % 4) as usize]
}

/// Returns the random numbers of indices 4·block … 4·block + 3, at the cost of one.
#[inline(never)]
pub fn uniform_four(seed: u32, stream: Stream, substream: u64, block: u64) -> [f32; 4] {
    let counter = [block as u32, (block >> 32) as u32, substream as u32, (substream >> 32) as u32];
    philox(counter, [seed, stream as u32]).map(|word| (word >> 8) as f32 * (1.0 / 16_777_216.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the known answers that the authors of Random123 publish with their code.
    #[test]
    fn known_answers() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn uniform_has_the_moments_of_a_uniform() {
        let n = 100_000;
        let draws: Vec<f64> = (0..n).map(|i| f64::from(uniform(7, Stream::Init, 3, i))).collect();
        assert!(draws.iter().all(|u| (0.0..1.0).contains(u)));
        let mean = draws.iter().sum::<f64>() / n as f64;
        let variance = draws.iter().map(|u| (u - mean).powi(2)).sum::<f64>() / n as f64;
        // Five standard errors: 5·√(1/12/n) = 0.0046; the variance's is smaller still.
        assert!((mean - 0.5).abs() < 0.0046, "mean {mean}");
        assert!((variance - 1.0 / 12.0).abs() < 0.002, "variance {variance}");
    }
}
