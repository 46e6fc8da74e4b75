//! Weighted cross-entropy over sequences: softmax, loss and gradient.
//!
//! Source: `tf.contrib.seq2seq.sequence_loss` of TensorFlow 1.15.5. With xent = −log softmax(logits)[target]:
//! averages divide Σ w·xent by Σ w, sums by the number of weights that are not 0; 0 where the divisor is 0 (div_no_nan).

use crate::kernel::{exp_shifted_into, ln, max, scale};
use crate::network::{Network, Sizes};
use crate::workspace::{Shape, Workspace};

/// Which of the two scalar forms a loss has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reduction {
    /// Σ w·xent / Σ w
    Average,
    /// Σ w·xent / count_nonzero(w)
    Sum,
}

/// a / b, 0 where b is 0.
pub fn divide_or_zero(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}

/// xent of one position, in nats; `p` is left holding the numerators of the softmax.
/// Returns (xent, Σ p).
pub fn cross_entropy(p: &mut [f32], logits: &[f32], target: usize) -> (f64, f32) {
    let shift = max(logits);
    let sum = exp_shifted_into(p, logits, shift);
    // −log softmax = log Σ exp(x − max) − (x[target] − max)
    (ln(f64::from(sum)) - (f64::from(logits[target]) - f64::from(shift)), sum)
}

/// The loss of the current pass; with `gradient`, ∂loss/∂logits goes to `dlogits` (to rows 1 … T of `dh` without output layer).
pub fn sequence_loss(network: &Network, ws: &mut Workspace, reduction: Reduction, gradient: bool) -> f64 {
    let Sizes { v, vp, hp, .. } = network.sizes;
    let Shape { batch, time, .. } = ws.shape;
    let steps = time * batch;
    let weights = &ws.weights[..steps];
    let divisor = match reduction {
        Reduction::Average => weights.iter().map(|&w| f64::from(w)).sum(),
        Reduction::Sum => weights.iter().filter(|&&w| w != 0.0).count() as f64,
    };
    let (logits, dlogits) = match network.head {
        Some(_) => (&ws.logits[..], &mut ws.dlogits[..]),
        None => (&ws.h[batch * hp..], if gradient { &mut ws.dh[batch * hp..] } else { &mut [][..] }),
    };
    let mut total = 0.0;
    for (step, &w) in weights.iter().enumerate() {
        let past = step / batch >= ws.lengths[step % batch] as usize;
        let p = if gradient { &mut dlogits[step * vp..][..vp] } else { &mut ws.softmax[..vp] };
        if past || w == 0.0 {
            // Logits past a length are constants 0: xent = ln V, and no gradient.
            total += f64::from(w) * if past { ln(v as f64) } else { 0.0 };
            p.fill(0.0);
            continue;
        }
        let target = ws.targets[step] as usize;
        let (xent, sum) = cross_entropy(&mut p[..v], &logits[step * vp..][..v], target);
        total += f64::from(w) * xent;
        if gradient {
            // ∂/∂logits = (softmax − one-hot(target)) · w / divisor
            let factor = divide_or_zero(f64::from(w), divisor);
            scale(&mut p[..v], (factor / f64::from(sum)) as f32);
            p[target] -= factor as f32;
            p[v..].fill(0.0);
        }
    }
    divide_or_zero(total, divisor)
}

/// Σ w·[argmax logits = target] / Σ w over the positions within the lengths; the first of equals is the argmax.
pub fn accuracy(network: &Network, ws: &Workspace) -> f64 {
    let Sizes { v, vp, hp, .. } = network.sizes;
    let Shape { batch, time, .. } = ws.shape;
    let logits = if network.head.is_some() { &ws.logits[..] } else { &ws.h[batch * hp..] };
    let (mut hits, mut total) = (0.0, 0.0);
    for (step, &w) in ws.weights[..time * batch].iter().enumerate() {
        if w == 0.0 || step / batch >= ws.lengths[step % batch] as usize {
            continue;
        }
        let row = &logits[step * vp..][..v];
        let best = (1..v).fold(0, |best, i| if row[i] > row[best] { i } else { best });
        total += f64::from(w);
        if best == ws.targets[step] as usize {
            hits += f64::from(w);
        }
    }
    divide_or_zero(hits, total)
}
