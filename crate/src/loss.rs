//! The losses over sequences, their gradients and their metrics: each is a weighted average of the costs of the parts of a batch.
//!
//! A part has one weight w: it is a time step, or a target value if each target value has a separate weight. Averages divide Σ w·cost by
//! Σ w, sums by the number of weights that are not 0; the result is 0 if the divisor is 0 (div_no_nan of TensorFlow 1.15.5,
//! `tf.contrib.seq2seq.sequence_loss`). With y for outputs and t for targets, and means over the outputs of the part, the costs are
//!
//! | loss                 | cost                                                             | source                            |
//! |----------------------|------------------------------------------------------------------|-----------------------------------|
//! | cross-entropy        | −log softmax(y)\[t\]                                             | `sequence_loss`                   |
//! | mean squared error   | mean (y − t)²                                                    | `torch.nn.MSELoss`                |
//! | mean absolute error  | mean \|y − t\|                                                   | `torch.nn.L1Loss`                 |
//! | quantile             | mean max(q·(t − y), (q − 1)·(t − y))                             | Koenker, Bassett 1978             |
//! | binary cross-entropy | mean −t·log σ(y) − (1 − t)·log(1 − σ(y))                         | `torch.nn.BCEWithLogitsLoss`      |
//!
//! The derivative of the absolute error and of the quantile's is 0 where y = t, so that exact outputs do not change. Metrics are averaged in the
//! same way, without a gradient:
//!
//! | metric          | value                                                                                  |
//! |-----------------|----------------------------------------------------------------------------------------|
//! | accuracy        | \[argmax y = t\], where the first of equal outputs is the argmax                       |
//! | binary accuracy | mean \[(σ(y) > ½) = (t > ½)\]                                                          |
//! | coverage        | mean c·\[t ≤ y\], where each quantile has a factor c                                   |

use crate::buffer::part;
use crate::kernel::{RowsMut, clear_beyond, exp_shifted_into, ln, max, scale};
use crate::network::{Network, Sizes};
use crate::workspace::{Cost, Reduction, Shape, Workspace};

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

/// The places of the parts of a batch.
struct Parts {
    per_step: usize,
    outputs: usize,
    targets: usize,
    stride: usize,
}

impl Parts {
    fn of(network: &Network, shape: Shape) -> Parts {
        let Sizes { v, vp, .. } = network.sizes;
        let per_step = shape.weights_per_step(network);
        let outputs = v / per_step;
        Parts { per_step, outputs, targets: outputs / shape.loss.quantiles, stride: vp }
    }

    /// The index of the first output of a part.
    fn output(&self, index: usize) -> usize {
        index / self.per_step * self.stride + index % self.per_step * self.outputs
    }
}

/// Returns a loss or metric of the last forward pass. With `gradient` it writes ∂loss/∂logits to `dlogits`, or to rows 1 … T of `dh`
/// where the logits are the hidden states.
pub fn sequence_loss(
    network: &Network,
    ws: &mut Workspace,
    cost: Cost,
    reduction: Reduction,
    gradient: bool,
) -> f64 {
    let Sizes { v, vp, hp, .. } = network.sizes;
    let Shape { batch, time, loss, .. } = ws.shape;
    let positions = time * batch;
    let parts = Parts::of(network, ws.shape);
    let weights = &ws.weights[..positions * parts.per_step];
    let counted = |&w: &f32| if reduction == Reduction::Average { f64::from(w) } else { truth(w != 0.0) };
    let divisor = weights.iter().map(counted).sum();
    let (logits, dlogits) = if network.has_logits() {
        (&ws.logits[..], &mut ws.dlogits[..])
    } else {
        let Some(last) = ws.activations.last_mut() else { return 0.0 };
        let dh = if gradient { &mut last.dh[batch * hp..] } else { &mut [][..] };
        (&last.h[batch * hp..], dh)
    };
    let (unused, scratch) = ws.softmax.split_at_mut(vp);
    let mut total = 0.0;
    for (index, &w) in weights.iter().enumerate() {
        let at = parts.output(index);
        let gradients = if gradient { &mut dlogits[at..] } else { &mut *unused };
        let gradients = &mut gradients[..parts.outputs];
        if w == 0.0 {
            gradients.fill(0.0);
            continue;
        }
        let factor = divide_or_zero(f64::from(w), divisor);
        let y = &logits[at..][..parts.outputs];
        let targets = part(&ws.target_values, index * parts.targets, parts.targets);
        let value = match cost {
            Cost::CrossEntropy => {
                let target = ws.targets[index] as usize;
                let (value, sum) = cross_entropy(gradients, y, target);
                // ∂/∂logits = (softmax − one-hot(target)) · w / divisor
                scale(gradients, (factor / f64::from(sum)) as f32);
                gradients[target] -= factor as f32;
                value
            }
            Cost::Accuracy => truth(argmax(y) == ws.targets[index] as usize),
            Cost::BinaryCrossEntropy => binary_cross_entropy(gradients, y, targets, scratch, factor),
            _ => mean_over_values(cost, gradients, y, targets, &ws.quantiles[..loss.quantiles], factor),
        };
        total += f64::from(w) * value;
    }
    if gradient && !network.has_logits() {
        // The walk back adds to whole rows of dh, and no other code writes beyond the V columns of `dlogits`.
        clear_beyond(RowsMut { data: dlogits, stride: vp }, positions, v);
    }
    divide_or_zero(total, divisor)
}

/// Returns the mean cost of a part and writes ∂/∂y · factor to `gradients`; metrics have no gradient.
fn mean_over_values(
    cost: Cost,
    gradients: &mut [f32],
    y: &[f32],
    targets: &[f32],
    quantiles: &[f32],
    factor: f64,
) -> f64 {
    let slope = factor / y.len() as f64;
    let mut sum = 0.0;
    let outputs = gradients.chunks_exact_mut(quantiles.len()).zip(y.chunks_exact(quantiles.len()));
    for ((gradients, y), &target) in outputs.zip(targets) {
        for ((gradient, &y), &quantile) in gradients.iter_mut().zip(y).zip(quantiles) {
            let (difference, quantile) = (f64::from(y) - f64::from(target), f64::from(quantile));
            let (value, derivative) = match cost {
                Cost::SquaredError => (difference * difference, 2.0 * difference),
                Cost::AbsoluteError => kinked(difference, -1.0, 1.0),
                Cost::Quantile => kinked(difference, -quantile, 1.0 - quantile),
                Cost::BinaryAccuracy => (truth((y > 0.0) == (target > 0.5)), 0.0),
                _ => (quantile * truth(target <= y), 0.0),
            };
            sum += value;
            *gradient = (slope * derivative) as f32;
        }
    }
    sum / y.len() as f64
}

/// Returns the value and the derivative of a function with the slopes `below` and `above` 0. At 0 both are 0; NaN remains NaN.
fn kinked(x: f64, below: f64, above: f64) -> (f64, f64) {
    let slope = if x > 0.0 {
        above
    } else if x < 0.0 {
        below
    } else {
        0.0 * x
    };
    (slope * x, slope)
}

/// Returns the mean cost of a part and writes ∂/∂y · factor to `gradients`.
fn binary_cross_entropy(
    gradients: &mut [f32],
    y: &[f32],
    targets: &[f32],
    scratch: &mut [f32],
    factor: f64,
) -> f64 {
    let slope = factor / y.len() as f64;
    let scratch = &mut scratch[..y.len()];
    scratch.iter_mut().zip(y).for_each(|(x, &y)| *x = -y.abs());
    exp_shifted_into(gradients, scratch, 0.0);
    let (mut sum, mut product) = (0.0, 1.0);
    for ((gradient, &y), &target) in gradients.iter_mut().zip(y).zip(targets) {
        let (y, target) = (f64::from(y), f64::from(target));
        // −t·log σ(y) − (1 − t)·log(1 − σ(y)) = max(y, 0) − t·y + log(1 + e^{−|y|})
        let e = f64::from(*gradient);
        let above = y > 0.0;
        sum += (if above { y } else { 0.0 }) - target * y;
        product *= 1.0 + e;
        if product > 1e300 {
            sum += ln(product);
            product = 1.0;
        }
        let sigmoid = (if above { 1.0 } else { e }) / (1.0 + e);
        *gradient = (slope * (sigmoid - target)) as f32;
    }
    (sum + ln(product)) / y.len() as f64
}

/// Returns 1 if the condition is true, else 0.
fn truth(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

/// Returns the index of the largest logit, the first of equal ones.
fn argmax(logits: &[f32]) -> usize {
    let mut best = (0, f32::NAN);
    for (i, &x) in logits.iter().enumerate() {
        if i == 0 || x > best.1 {
            best = (i, x);
        }
    }
    best.0
}
