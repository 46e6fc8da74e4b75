/** A batch through the network and its loss in f64: what `gradients`, `trainStep` and `evaluate` compute. */
import { sequenceLoss, valueLoss, type ValueLoss } from "./loss.js";
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
  readonly targets: Numbers; // classes (B, T); with a loss of values numbers (B, T, K)
  readonly weights?: Numbers | undefined; // (B, T), 1 if absent; never count past a length
  readonly weightedValues?: boolean | undefined; // weights are (B, T, K)
  readonly sum?: boolean | undefined; // both sums instead of both averages
  readonly loss?: ValueLoss | undefined; // instead of cross-entropy
  readonly quantiles?: readonly number[] | undefined; // of the quantile loss
}

/** Forward pass and scalar loss. */
export function lossOf(net: Net, batch: Batch): { loss: number; forward: Forward; dlogits: Float64Array } {
  const { B, T } = batch;
  const result = forward(net, batch);
  const flags = batch.sum
    ? { averageAcrossTimesteps: false, averageAcrossBatch: false, sumOverTimesteps: true, sumOverBatch: true }
    : {};
  if (batch.loss !== undefined) {
    const { loss, dlogits } = valueLoss(
      batch.loss,
      result.logits,
      targetsOf(net, batch),
      weightsOfValues(net, batch),
      batch.quantiles,
      batch.sum,
    );
    return { loss, forward: result, dlogits };
  }
  const shape = { B, T, V: classesOf(net) };
  const { loss, dlogits } = sequenceLoss(
    result.logits,
    targetsOf(net, batch),
    weightsOf(batch),
    shape,
    flags,
  );
  return { loss: loss[0]!, forward: result, dlogits };
}

/** The same and the loss's gradients. */
export function lossAndGradients(net: Net, batch: Batch): { loss: number; forward: Forward } & Backward {
  const { loss, forward: result, dlogits } = lossOf(net, batch);
  return { loss, forward: result, ...backward(net, batch, result, { dlogits }) };
}

/** The targets, 0 past a row's length, where they are not read. */
function targetsOf(net: Net, batch: Batch): Float64Array {
  const per = batch.loss === undefined ? 1 : valuesOf(net, batch);
  return Float64Array.from({ length: batch.B * batch.T * per }, (_, k) =>
    within(batch, Math.floor(k / per)) ? batch.targets[k]! : 0,
  );
}

/** K: the target values of a step. */
export function valuesOf(net: Net, { loss, quantiles }: Batch): number {
  return classesOf(net) / (loss === "quantile" ? quantiles!.length : 1);
}

/** The weights of a batch (B, T), 1 by default, times the mask of the lengths. */
export function weightsOf(batch: Batch): Float64Array {
  const { B, T, weights } = batch;
  return Float64Array.from({ length: B * T }, (_, k) => (within(batch, k) ? (weights?.[k] ?? 1) : 0));
}

/** The same for target values (B, T, K). */
function weightsOfValues(net: Net, batch: Batch): Float64Array {
  const { B, T, weights, weightedValues } = batch;
  const K = valuesOf(net, batch);
  return Float64Array.from({ length: B * T * K }, (_, k) => {
    const step = Math.floor(k / K);
    return within(batch, step) ? (weights?.[weightedValues ? k : step] ?? 1) : 0;
  });
}

/**
 * Σ w·[argmax_v logits = target] / Σ w over the steps within the lengths, as there is no prediction past them.
 * The first of equal logits counts as the largest; 0 where Σ w = 0.
 */
export function accuracy(net: Net, batch: Batch): number {
  const { logits } = forward(net, batch);
  return weightedMean(weightsOf(batch), (k) => {
    const logit = row(logits, k, classesOf(net));
    return Number(logit.indexOf(Math.max(...logit)) === batch.targets[k]);
  });
}

/** Σ w·|y − t| / Σ w of the target values within the lengths; 0 where Σ w = 0. */
export function meanAbsoluteError(net: Net, batch: Batch): number {
  return meanOverValues(net, batch, (y, t) => Math.abs(y[0]! - t));
}

/** Σ w·[(σ(y) > ½) = (t > ½)] / Σ w. */
export function binaryAccuracy(net: Net, batch: Batch): number {
  return meanOverValues(net, batch, (y, t) => Number(1 / (1 + Math.exp(-y[0]!)) > 0.5 === t > 0.5));
}

/** Σ w·[t ≤ y_q] / Σ w of each quantile. */
export function coverage(net: Net, batch: Batch): number[] {
  return batch.quantiles!.map((_, q) => meanOverValues(net, batch, (y, t) => Number(t <= y[q]!)));
}

function meanOverValues(net: Net, batch: Batch, measure: (y: Float64Array, t: number) => number): number {
  const { logits } = forward(net, batch);
  const Q = classesOf(net) / valuesOf(net, batch);
  return weightedMean(weightsOfValues(net, batch), (k) => measure(row(logits, k, Q), batch.targets[k]!));
}

function weightedMean(weights: Float64Array, measure: (k: number) => number): number {
  const counted = [...weights.keys()].filter((k) => weights[k] !== 0);
  const total = counted.reduce((sum, k) => sum + weights[k]!, 0);
  return total === 0 ? 0 : counted.reduce((sum, k) => sum + weights[k]! * measure(k), 0) / total;
}
