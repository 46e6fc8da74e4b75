//! The losses over sequences and their gradients: weighted cross-entropy, and mean squared error.
//!
//! Source: `tf.contrib.seq2seq.sequence_loss` of TensorFlow 1.15.5. With xent = −log softmax(logits)[target]:
//! averages divide Σ w·xent by Σ w, sums by the number of weights that are not 0; the result is 0 where the divisor is 0
//! (div_no_nan). Mean squared error replaces xent by Σ (logits − target)²/V: with weights of 1 that is `torch.nn.MSELoss`.

use crate::buffer::part;
use crate::kernel::{RowsMut, clear_beyond, exp_shifted_into, ln, max, scale};
use crate::network::{Network, Sizes};
use crate::workspace::{LossKind, Shape, Workspace};

/// The scalar form of a loss.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reduction {
    /// Σ w·xent / Σ w
    Average,
    /// Σ w·xent / count_nonzero(w)
    Sum,
}

/// Returns a / b, or 0 if b is 0.
pub fn divide_or_zero(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}

/// Returns (xent, Σ p) of one position, in nats, and leaves the numerators of the softmax in `p`.
pub fn cross_entropy(p: &mut [f32], logits: &[f32], target: usize) -> (f64, f32) {
    let shift = max(logits);
    let sum = exp_shifted_into(p, logits, shift);
    // −log softmax = log Σ exp(x − max) − (x[target] − max)
    (ln(f64::from(sum)) - (f64::from(logits[target]) - f64::from(shift)), sum)
}

/// Returns the loss of the last forward pass. With `gradient` it writes ∂loss/∂logits to `dlogits`, or to rows 1 … T of `dh` where
/// the logits are the hidden states.
pub fn sequence_loss(network: &Network, ws: &mut Workspace, reduction: Reduction, gradient: bool) -> f64 {
    let Sizes { v, vp, hp, .. } = network.sizes;
    let Shape { batch, time, loss, .. } = ws.shape;
    let squared = loss == LossKind::MeanSquaredError;
    let positions = time * batch;
    let weights = &ws.weights[..positions];
    let divisor = match reduction {
        Reduction::Average => weights.iter().map(|&w| f64::from(w)).sum(),
        Reduction::Sum => weights.iter().filter(|&&w| w != 0.0).count() as f64,
    };
    let (logits, dlogits) = if network.has_logits() {
        (&ws.logits[..], &mut ws.dlogits[..])
    } else {
        let Some(last) = ws.activations.last_mut() else { return 0.0 };
        let dh = if gradient { &mut last.dh[batch * hp..] } else { &mut [][..] };
        (&last.h[batch * hp..], dh)
    };
    let mut total = 0.0;
    for (position, &w) in weights.iter().enumerate() {
        let past = position / batch >= ws.lengths[position % batch] as usize;
        let p = if gradient { &mut dlogits[position * vp..][..vp] } else { &mut ws.softmax[..vp] };
        if past || w == 0.0 {
            // Logits past a length count as constants 0: xent = ln V, without a gradient. Target values there count as 0.
            total += f64::from(w) * if past && !squared { ln(v as f64) } else { 0.0 };
            p.fill(0.0);
            continue;
        }
        let factor = divide_or_zero(f64::from(w), divisor);
        let logits = &logits[position * vp..][..v];
        if squared {
            let targets = &ws.target_values[position * v..][..v];
            total += f64::from(w) * squared_error(&mut p[..v], logits, targets, factor);
        } else {
            let target = ws.targets[position] as usize;
            let (xent, sum) = cross_entropy(&mut p[..v], logits, target);
            total += f64::from(w) * xent;
            if gradient {
                // ∂/∂logits = (softmax − one-hot(target)) · w / divisor
                scale(&mut p[..v], (factor / f64::from(sum)) as f32);
                p[target] -= factor as f32;
            }
        }
    }
    if gradient && !network.has_logits() {
        // The walk back adds to whole rows of dh; nothing else has ever written behind the V columns of `dlogits`.
        clear_beyond(RowsMut { data: dlogits, stride: vp }, positions, v);
    }
    divide_or_zero(total, divisor)
}

/// Returns Σ (y − target)²/V of one position and writes ∂/∂y = 2·(y − target)/V · factor to `gradient`.
fn squared_error(gradient: &mut [f32], y: &[f32], targets: &[f32], factor: f64) -> f64 {
    let v = y.len() as f64;
    let slope = 2.0 * factor / v;
    let mut sum = 0.0;
    for ((gradient, &y), &target) in gradient.iter_mut().zip(y).zip(targets) {
        let difference = f64::from(y) - f64::from(target);
        *gradient = (slope * difference) as f32;
        sum += difference * difference;
    }
    sum / v
}

/// Returns the accuracy of the last forward pass, or with target values its mean absolute error: Σ w·value / Σ w over the positions
/// within the lengths. The value is [argmax logits = target], where the first of equal logits is the argmax, or the mean of
/// |logits − target|.
#[inline(never)]
pub fn metric(network: &Network, ws: &Workspace) -> f64 {
    let Sizes { v, vp, hp, .. } = network.sizes;
    let Shape { batch, time, loss, .. } = ws.shape;
    let squared = loss == LossKind::MeanSquaredError;
    let logits = match ws.activations.last() {
        Some(last) if !network.has_logits() => &last.h[batch * hp..],
        _ => &ws.logits[..],
    };
    let (mut sum, mut total) = (0.0, 0.0);
    for (position, &w) in ws.weights[..time * batch].iter().enumerate() {
        if w == 0.0 || position / batch >= ws.lengths[position % batch] as usize {
            continue;
        }
        let logits = part(logits, position * vp, v);
        let value = if squared {
            mean_absolute_error(logits, &ws.target_values[position * v..])
        } else {
            if argmax(logits) == ws.targets[position] as usize { 1.0 } else { 0.0 }
        };
        total += f64::from(w);
        sum += f64::from(w) * value;
    }
    divide_or_zero(sum, total)
}

/// The index of the largest logit, the first of equal ones.
fn argmax(logits: &[f32]) -> usize {
    let mut best = (0, f32::NAN);
    for (i, &x) in logits.iter().enumerate() {
        if i == 0 || x > best.1 {
            best = (i, x);
        }
    }
    best.0
}

/// Σ |y − target|/V
fn mean_absolute_error(y: &[f32], targets: &[f32]) -> f64 {
    let errors = y.iter().zip(targets).map(|(&y, &target)| (f64::from(y) - f64::from(target)).abs());
    errors.sum::<f64>() / y.len() as f64
}
