/**
 * Checks a batch as users write it (batch-major) and copies it into a network's buffers (time-major).
 *
 * Masked values are not read: inputs past a row's length, and targets past it or where the weight is 0.
 */

import { rangeError, typeError } from "../base/errors.js";
import { copyIds } from "./ids.js";
import type { SequenceLengths } from "./row-lengths.js";
import type { RowLengths } from "./row-rule.js";
import type { BatchLoss } from "./loss.js";
import { merge, type NamesOf } from "../base/options.js";
import { LOSS_FLAGS, type LossFlags } from "./loss-flags.js";
import { copySource, type Layout, type WeightsOfValues } from "./numbers.js";
import { showShape } from "../base/show.js";
import { expectShape, open, openRagged, type Source } from "../base/source.js";
import type { StateInput } from "./state.js";
import type { Ids2, NumberRow, Numbers2, Numbers3 } from "../base/tensor.js";
import { FLOATS } from "../base/typed-array.js";
import { f32, type BufferPlace } from "../wasm/memory.js";

/** The inputs of a network: sequences, their lengths, and the state before them. */
export interface SequenceInputs {
  /**
   * Ids (B, T), or dense features (B, T, I). The rank alone decides: a nested array of rank 2 contains ids,
   * even if its values are 0 and 1. One sequence of dense features, such as rows of 0 and 1 of shape (T, I), therefore
   * needs a batch axis of size 1 around it: (1, T, I). Without it, the T rows are T sequences of I ids each.
   *
   * Rows of different lengths are padded on the right, after their last step, and `sequenceLengths` gives
   * their lengths. Padding on the left counts as steps. Nested rows need no padding if `sequenceLengths` is
   * given: T is then the length of the longest row.
   */
  inputs: Ids2 | Numbers3;
  /**
   * (B) the number of steps of each row, 0 … T; or "ragged" to use the lengths of the nested rows of
   * `inputs`. Default: all T. Inputs past a length are neither read nor checked.
   */
  sequenceLengths?: SequenceLengths;
  /** (L·D, B, H) the state before the first step; `{ h, c }` for an lstm. Default: zeros. */
  initialState?: StateInput;
}

/** Sequences with the class to predict at each step. */
export interface ClassBatch extends SequenceInputs, LossFlags {
  /**
   * (B, T) the weight of each step in the loss. Default: 1. A step past a length never counts, and its weight
   * is not read.
   */
  weights?: Numbers2;
  /** (B, T) the correct class at each step. It is not read past a length or where the weight is 0. */
  targets: Ids2;
  /** Cross-entropy of softmax(logits). This is the default. */
  loss?: "crossEntropy";
  /** Only with `loss: "quantile"`. */
  quantiles?: undefined;
}

/** The fields of batches whose targets are values. */
interface ValueBatch extends SequenceInputs, LossFlags {
  /**
   * (B, T) the weight of each step in the loss, or (B, T, K) the weight of each target value. Default: 1. Steps
   * past a length never count, and their weights are not read. The loss is Σ w·cost / Σ w over the steps or values.
   */
  weights?: Numbers2 | Numbers3;
}

/** Sequences with the values to predict at each step. */
export interface RegressionBatch extends ValueBatch {
  /** (B, T, V) the correct outputs at each step. They are not read past a length or where the weight is 0. */
  targets: Numbers3;
  /** The mean over V of the squared differences, weighted and averaged in the same way as cross-entropy. */
  loss: "meanSquaredError";
  /** Only with `loss: "quantile"`. */
  quantiles?: undefined;
}

/** Sequences with the values whose median the network is to predict at each step. */
export interface AbsoluteErrorBatch extends ValueBatch {
  /** (B, T, V) the correct outputs at each step. They are not read past a length or where the weight is 0. */
  targets: Numbers3;
  /** The mean over V of the absolute differences. Its derivative is 0 where an output is exact. */
  loss: "meanAbsoluteError";
  /** Only with `loss: "quantile"`. */
  quantiles?: undefined;
}

/** Sequences with the values whose quantiles the network is to predict at each step. */
export interface QuantileBatch extends ValueBatch {
  /** (B, T, K) the observed values at each step. They are not read past a length or where the weight is 0. */
  targets: Numbers3;
  /**
   * The mean over K and Q of the pinball loss max(q·(t − y), (q − 1)·(t − y)). Its derivative is 0 where an output is
   * exact. Output k·Q + j of the network, whose outputs are K·Q wide, is the quantile `quantiles[j]` of value k.
   */
  loss: "quantile";
  /** (Q) the levels: ascending, between 0 and 1. */
  quantiles: NumberRow;
}

/** Sequences with several labels at each step, each of which applies or not. */
export interface BinaryBatch extends ValueBatch {
  /**
   * (B, T, V) each label at each step, from 0 (does not apply) to 1. They are not read past a length or where the
   * weight is 0.
   */
  targets: Numbers3;
  /** The mean over V of the cross-entropy of σ(logit), −t·ln σ(y) − (1 − t)·ln(1 − σ(y)), in nats. */
  loss: "binaryCrossEntropy";
  /** Only with `loss: "quantile"`. */
  quantiles?: undefined;
}

/** A batch: sequences with their targets. The `loss` decides whether these are classes, values or labels. */
export type Batch = ClassBatch | RegressionBatch | AbsoluteErrorBatch | QuantileBatch | BinaryBatch;

/** Names of {@link SequenceInputs}. */
export const INPUT_NAMES = {
  inputs: true,
  sequenceLengths: true,
  initialState: true,
} satisfies NamesOf<SequenceInputs>;
/** Names of {@link Batch}. */
export const BATCH_NAMES = /* @__PURE__ */ merge(
  /* @__PURE__ */ merge(INPUT_NAMES, { targets: true, weights: true, loss: true, quantiles: true }),
  LOSS_FLAGS,
) satisfies NamesOf<Batch>;

const INPUTS_WANTED = "integer ids (B,T) or dense features (B,T,I)";

/** Inputs that have been examined: ids or features, and their sizes. */
export interface InputSource {
  readonly source: Source;
  readonly dense: boolean;
  readonly batch: number;
  readonly time: number;
}

/** Examines `inputs`: ids or features, B and T. If `ragged` is true, nested rows may differ in length. */
export function openInputs(value: unknown, inputSize: number, ragged: boolean): InputSource {
  const source = (ragged ? openRagged : open)(value, "inputs", INPUTS_WANTED);
  const { shape } = source;
  if (shape.includes(0)) {
    throw rangeError("inputs", "at least one row and one time step", `shape ${showShape(shape)}`);
  }
  const [batch, time, features] = shape as [number, number, number];
  if (shape.length === 3) {
    if (features !== inputSize) {
      throw rangeError("inputs", `features (B,T,${inputSize})`, `shape ${showShape(shape)}`);
    }
  } else if (shape.length !== 2) {
    throw rangeError("inputs", INPUTS_WANTED, `rank ${shape.length}`);
  } else if (source.kind === FLOATS) {
    throw typeError("inputs", INPUTS_WANTED, "floats of rank 2");
  }
  return { source, dense: shape.length === 3, batch, time };
}

/** Copies the inputs to ids or features. */
export function copyInputs(
  inputs: InputSource,
  inputSize: number,
  { start, stride }: BufferPlace,
  lengths: RowLengths,
): void {
  const { source, dense, batch, time } = inputs;
  if (dense) {
    // (B, T, I) → (T, B, I)
    const strides = [stride, batch * stride, 1] as const;
    copySource(source, { shape: [batch, time, inputSize], rank: 3, start, strides, lengths });
  } else {
    // (B, T) → (T, B)
    const strides = [1, batch] as const;
    copyIds(source, {
      rows: batch,
      columns: time,
      rank: 2,
      start,
      strides,
      limit: inputSize,
      noun: "an id",
      lengths,
    });
  }
}

/** Examines `weights`: (B, T), or (B, T, K) where the loss has target values. */
export function openWeights(value: unknown, { batch, time }: Sizes, rows: RowLengths): Source | undefined {
  if (value === undefined) return undefined;
  return openRows(value, "weights", `numbers of shape ${showShape([batch, time])}`, rows);
}

/** Copies the weights (B, T) → (T, B) or (B, T, K) → (T, B, K), or writes ones (T, B). Weights past the lengths become 0. */
export function copyWeights(
  source: Source | undefined,
  { batch, time }: Sizes,
  { values, weightedValues }: BatchLoss,
  lengths: RowLengths,
  { start }: BufferPlace,
): void {
  if (source !== undefined && weightedValues) {
    copySource(source, valuesLayout(batch, time, values, start, lengths));
    return;
  }
  if (source !== undefined) {
    copySource(source, { shape: [1, batch, time], rank: 2, start, strides: [0, 1, batch], lengths });
    return;
  }
  const view = f32();
  for (let b = 0; b < batch; b++) {
    const length = lengths.lengths[b];
    for (let t = 0; t < time; t++) view[start + t * batch + b] = t < length ? 1 : 0;
  }
}

/** The sizes B and T. */
interface Sizes {
  readonly batch: number;
  readonly time: number;
}

/** (B, T, K) → (T, B, K) */
function valuesLayout(
  batch: number,
  time: number,
  values: number,
  start: number,
  lengths: RowLengths,
): Layout {
  return { shape: [batch, time, values], rank: 3, start, strides: [values, batch * values, 1], lengths };
}

/** Float32 indices in wasm memory. */
interface TargetPlaces {
  /** The index that the targets are copied to. */
  readonly start: number;
  /** The index of the weights. Targets of weight 0 are not read. */
  readonly weights: number;
}

/** Copies the classes (B, T) → (T, B). */
export function copyTargets(
  value: unknown,
  { batch, time }: Sizes,
  classes: number,
  lengths: RowLengths,
  { start, weights }: TargetPlaces,
): void {
  copyIds(openTargets(value, { batch, time }, lengths), {
    rows: batch,
    columns: time,
    rank: 2,
    start,
    strides: [1, batch],
    limit: classes,
    noun: "a class",
    lengths,
    weights,
  });
}

/** Examines `targets`: classes (B, T). */
export function openTargets(value: unknown, { batch, time }: Sizes, rows: RowLengths): Source {
  const source = openRows(value, "targets", "integer classes (B,T)", rows);
  if (source.kind === FLOATS) {
    throw typeError("targets", "integer classes (B,T)", `floats of rank ${source.shape.length}`);
  }
  expectShape(source, [batch, time]);
  return source;
}

/** Copies target values (B, T, K) → (T, B, K). */
export function copyTargetValues(
  value: unknown,
  { batch, time }: Sizes,
  { name, values, weightedValues }: BatchLoss,
  lengths: RowLengths,
  { start, weights }: TargetPlaces,
): void {
  const source = openRows(value, "targets", `numbers (B,T,${values})`, lengths);
  const read = { start: weights, each: weightedValues } satisfies WeightsOfValues;
  const accepts = name === "binaryCrossEntropy" ? "fraction" : "finite";
  copySource(source, { ...valuesLayout(batch, time, values, start, lengths), weights: read, accepts });
}

/**
 * Examines a value with one entry per step of the inputs. Its nested rows may differ in length if those of
 * the inputs may.
 */
export function openRows(value: unknown, name: string, what: string, { rule }: RowLengths): Source {
  return (rule === "full" ? open : openRagged)(value, name, what);
}
