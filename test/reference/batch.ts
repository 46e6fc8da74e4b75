/** A batch through the network and its loss in f64: what `gradients`, `trainStep` and `evaluate` compute. */
import { meanSquaredError, sequenceLoss } from "./loss.js";
import {
  backward,
  classesOf,
  forward,
  within,
  type Backward,
  type Forward,
  type Net,
  type Sequences,
} from "./rnn.js";
import { row, type Numbers } from "./vectors.js";

export interface Batch extends Sequences {
  readonly targets: Numbers; // classes (B, T); with the mean squared error numbers (B, T, V)
  readonly weights?: Numbers | undefined; // (B, T), 1 if absent; never count past a length
  readonly sum?: boolean | undefined; // both sums instead of both averages
  readonly squared?: boolean | undefined; // the mean squared error instead of cross-entropy
}

/** Forward pass and scalar loss. */
export function lossOf(net: Net, batch: Batch): { loss: number; forward: Forward; dlogits: Float64Array } {
  const { B, T } = batch;
  const result = forward(net, batch);
  const flags = batch.sum
    ? { averageAcrossTimesteps: false, averageAcrossBatch: false, sumOverTimesteps: true, sumOverBatch: true }
    : {};
  const measure = batch.squared ? meanSquaredError : sequenceLoss;
  const shape = { B, T, V: classesOf(net) };
  const { loss, dlogits } = measure(result.logits, targetsOf(net, batch), weightsOf(batch), shape, flags);
  return { loss: loss[0]!, forward: result, dlogits };
}

/** The same and the loss's gradients. */
export function lossAndGradients(net: Net, batch: Batch): { loss: number; forward: Forward } & Backward {
  const { loss, forward: result, dlogits } = lossOf(net, batch);
  return { loss, forward: result, ...backward(net, batch, result, { dlogits }) };
}

/** The targets, 0 past a row's length, where they are not read. */
function targetsOf(net: Net, batch: Batch): Float64Array {
  const per = batch.squared ? classesOf(net) : 1;
  return Float64Array.from({ length: batch.B * batch.T * per }, (_, k) =>
    within(batch, Math.floor(k / per)) ? batch.targets[k]! : 0,
  );
}

/** The weights of a batch (B, T), 1 by default, times the mask of the lengths. */
export function weightsOf(batch: Batch): Float64Array {
  const { B, T, weights } = batch;
  return Float64Array.from({ length: B * T }, (_, k) => (within(batch, k) ? (weights?.[k] ?? 1) : 0));
}

/**
 * Σ w·[argmax_v logits = target] / Σ w over the steps within the lengths, as there is no prediction past them.
 * The first of equal logits counts as the largest; 0 where Σ w = 0.
 */
export function accuracy(net: Net, batch: Batch): number {
  return weightedMean(net, batch, (logit, k) =>
    logit.indexOf(Math.max(...logit)) === batch.targets[k] ? 1 : 0,
  );
}

/** Σ w·mean_v |logits_v − target_v| / Σ w over the steps within the lengths; 0 where Σ w = 0. */
export function meanAbsoluteError(net: Net, batch: Batch): number {
  const V = classesOf(net);
  return weightedMean(net, batch, (logit, k) =>
    logit.reduce((sum, y, v) => sum + Math.abs(y - batch.targets[k * V + v]!) / V, 0),
  );
}

function weightedMean(net: Net, batch: Batch, measure: (logit: Float64Array, k: number) => number): number {
  const { logits } = forward(net, batch);
  let sum = 0;
  let total = 0;
  weightsOf(batch).forEach((w, k) => {
    if (w === 0 || !within(batch, k)) return;
    sum += w * measure(row(logits, k, classesOf(net)), k);
    total += w;
  });
  return total === 0 ? 0 : sum / total;
}
