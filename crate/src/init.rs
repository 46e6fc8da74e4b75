//! Initial weights.
//!
//! Glorot uniform: U(−limit, limit), limit = √(6 / (fan_in + fan_out)).
//! Source: Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010;
//! `tf.glorot_uniform_initializer` of TensorFlow 1.15.
//!
//! Orthogonal: Q = D·H₀·H₁ … H_{n−2}, the k-th a Householder reflection of a normal vector of n − k elements, D the signs of
//! their first elements. Source: Stewart, "The efficient generation of random orthogonal matrices with an application to
//! condition estimators", SIAM J. Numer. Anal. 17, 1980; for recurrent weights: Saxe, McClelland, Ganguli, "Exact solutions to the
//! nonlinear dynamics of learning in deep linear neural networks", ICLR 2014.

use crate::buffer::fit_doubles;
use crate::error::{Error, ErrorKind};
use crate::float::sqrt64;
use crate::kernel::ln;
use crate::rng::{Stream, uniform};
use alloc::vec::Vec;

/// The initialization of the parameters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Init {
    /// Glorot uniform matrices and zero biases, as in TensorFlow
    GlorotUniform,
    /// U(±1/√H) for all parameters, as in PyTorch's recurrent modules
    UniformHidden,
}

/// The initialization of W_hh.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum RecurrentInit {
    /// The same as that of the other weights
    Same,
    /// A random orthogonal matrix for each gate's (H, H) block
    Orthogonal,
}

/// Returns the limit of the uniform distribution for these fans.
pub fn glorot_limit(fan_in: usize, fan_out: usize) -> f32 {
    sqrt64(6.0 / (fan_in as f64 + fan_out as f64)) as f32
}

/// Fills `weights` with U(−limit, limit). `parameter` is the index in the table: each parameter has its own substream.
pub fn uniform_into(weights: &mut [f32], limit: f32, seed: u32, parameter: usize) {
    for (index, w) in weights.iter_mut().enumerate() {
        *w = limit * (2.0 * uniform(seed, Stream::Init, parameter as u64, index as u64) - 1.0);
    }
}

/// Fills `weights` (H, G·H) with G orthogonal matrices side by side.
pub fn orthogonal_into(
    weights: &mut [f32],
    h: usize,
    g: usize,
    seed: u32,
    parameter: usize,
) -> Result<(), Error> {
    let mut normals = Normals { seed, substream: parameter as u64, index: 0, spare: None };
    let len = h.saturating_mul(h).saturating_add(3 * h);
    let mut work = Vec::new();
    fit_doubles(&mut work, len, ErrorKind::OrthogonalWeights)?;
    let (q, vectors) = work.split_at_mut(h * h);
    for gate in 0..g {
        orthogonal(q, vectors, h, &mut normals);
        for (row, from) in weights.chunks_exact_mut(g * h).zip(q.chunks_exact(h)) {
            for (w, &x) in row[gate * h..][..h].iter_mut().zip(from) {
                *w = x as f32;
            }
        }
    }
    Ok(())
}

/// Computes q (n, n) ← a random orthogonal matrix. Every sum goes down the rows, so that each is one pass
/// over a row of q.
fn orthogonal(q: &mut [f64], vectors: &mut [f64], n: usize, normals: &mut Normals) {
    let (v, rest) = vectors.split_at_mut(n);
    let (product, signs) = rest.split_at_mut(n);
    let sign = |x: f64| if x < 0.0 { -1.0 } else { 1.0 };
    q.fill(0.0);
    q.iter_mut().step_by(n + 1).for_each(|x| *x = 1.0);
    signs[n - 1] = sign(normals.draw());
    for k in (0..n - 1).rev() {
        // The reflection of x: v = x + sign(x₀)·‖x‖·e₀, H = 1 − 2·v·vᵀ/vᵀv
        let v = &mut v[k..];
        v.iter_mut().for_each(|x| *x = normals.draw());
        let norm = sqrt64(sum_of_squares(v));
        signs[k] = sign(v[0]);
        v[0] += signs[k] * norm;
        let factor = 2.0 / sum_of_squares(v);
        // q ← H·q below and right of (k, k), where q is no longer the identity
        let product = &mut product[k..];
        product.fill(0.0);
        for (row, &x) in q[k * n..].chunks_exact(n).zip(v.iter()) {
            add_scaled(product, &row[k..], x);
        }
        for (row, &x) in q[k * n..].chunks_exact_mut(n).zip(v.iter()) {
            add_scaled(&mut row[k..], product, -(x * factor));
        }
    }
    for (row, sign) in q.chunks_exact_mut(n).zip(signs.iter()) {
        row.iter_mut().for_each(|x| *x *= sign);
    }
}

fn sum_of_squares(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum()
}

/// Computes y ← y + factor·x.
#[inline(never)]
fn add_scaled(y: &mut [f64], x: &[f64], factor: f64) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}

/// Normal random numbers by the polar method: two uniform numbers within the unit circle, the crate's
/// logarithm, a square root.
///
/// Source: Marsaglia & Bray, "A convenient method for generating normal variables", SIAM Review 6, 1964.
struct Normals {
    seed: u32,
    substream: u64,
    index: u64,
    spare: Option<f64>,
}

impl Normals {
    #[inline(never)]
    fn draw(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let [x, y] = [0, 1].map(|i| {
                2.0 * f64::from(uniform(self.seed, Stream::Init, self.substream, self.index + i)) - 1.0
            });
            self.index += 2;
            let s = x * x + y * y;
            if s < 1.0 && s > 0.0 {
                let factor = sqrt64(-2.0 * ln(s) / s);
                self.spare = Some(y * factor);
                return x * factor;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_within_the_limit_and_differs_by_seed_and_parameter() {
        let limit = glorot_limit(9, 5);
        assert!((limit - 0.654_653_7).abs() < 1e-7);
        let draw = |seed, parameter| {
            let mut weights = [0.0; 100];
            uniform_into(&mut weights, limit, seed, parameter);
            weights
        };
        assert!(draw(0, 0).iter().all(|w| w.abs() <= limit));
        assert!(draw(0, 0).iter().any(|w| w.abs() > 0.9 * limit));
        assert_eq!(draw(1, 2), draw(1, 2));
        assert_ne!(draw(0, 0), draw(1, 0));
        assert_ne!(draw(0, 0), draw(0, 1));
    }

    #[test]
    fn normals_have_the_moments_of_a_normal() {
        let mut normals = Normals { seed: 3, substream: 1, index: 0, spare: None };
        let n = 100_000;
        let draws: Vec<f64> = (0..n).map(|_| normals.draw()).collect();
        let moment = |k| draws.iter().map(|x| x.powi(k)).sum::<f64>() / f64::from(n);
        // Five standard errors: 5·√(Var xᵏ / n), with Var x = 1, Var x² = 2, Var x³ = 15, Var x⁴ = 96.
        for (k, want, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0f64)] {
            let tolerance = 5.0 * (variance / f64::from(n)).sqrt();
            assert!((moment(k) - want).abs() < tolerance, "moment {k}: {}", moment(k));
        }
    }

    #[test]
    fn orthogonal_blocks_are_orthogonal_and_differ() {
        for (h, g) in [(1, 1), (2, 3), (7, 4), (16, 3)] {
            let mut w = vec![f32::NAN; h * g * h];
            orthogonal_into(&mut w, h, g, 5, 1).unwrap();
            for gate in 0..g {
                for (a, b) in (0..h).flat_map(|a| (0..h).map(move |b| (a, b))) {
                    let dot: f64 = (0..h)
                        .map(|j| {
                            f64::from(w[a * g * h + gate * h + j]) * f64::from(w[b * g * h + gate * h + j])
                        })
                        .sum();
                    // The f32 rounding of at most √H·1 ulp.
                    assert!((dot - if a == b { 1.0 } else { 0.0 }).abs() < 1e-6, "{h} {gate} {a} {b}: {dot}");
                }
            }
            assert!(h == 1 || w[0] != w[h % (g * h)] || g == 1);
        }
    }

    /// In a Haar-distributed matrix every element has variance 1/n, also in the corner that few reflections
    /// reach.
    #[test]
    fn orthogonal_elements_have_the_variance_of_a_uniform_rotation() {
        let (n, draws) = (3, 4000);
        let mut squares = [0.0f64; 9];
        for seed in 0..draws {
            let mut w = [0.0; 9];
            orthogonal_into(&mut w, n, 1, seed, 0).unwrap();
            for (sum, w) in squares.iter_mut().zip(w) {
                *sum += f64::from(w) * f64::from(w) / f64::from(draws);
            }
        }
        // Var x² = 4/45 for a coordinate of the unit sphere: five standard errors are 0.024.
        assert!(squares.iter().all(|x| (x - 1.0 / 3.0).abs() < 0.024), "{squares:?}");
    }
}
