/**
 * A batch as users write it (batch-major), checked and copied into a network's buffers (time-major).
 *
 * What a mask hides is not looked at: inputs past a row's length, targets past it or where the weight is 0.
 */

import { oneOf } from "../base/check.js";
import { copyIds } from "./ids.js";
import { type LossFlags, FLAG_NAMES } from "./loss-flags.js";
import { copyNumbers, copySource } from "./numbers.js";
import { showShape } from "../base/show.js";
import { expectShape, open, type Source } from "../base/source.js";
import type { StateInput } from "./state.js";
import type { FlatTensor, IdRow, Ids2, Numbers2, Numbers3 } from "../base/tensor.js";
import { FLOATS } from "../base/typed-array.js";
import { f32, i32 } from "../wasm/memory.js";

/** What goes into a network: sequences, and where they start and end. */
export interface SequenceInputs {
  /** Ids (B, T), or dense features (B, T, I). */
  inputs: Ids2 | Numbers3;
  /** (B) how many steps of each row count, 0 … T. Default: all T. Inputs past a length are neither read nor checked. */
  sequenceLengths?: IdRow | FlatTensor<IdRow>;
  /** (L·D, B, H) the state before the first step, for an lstm `{ h, c }`. Default: zeros. */
  initialState?: StateInput;
}

/** What every batch has. */
interface Weighted extends SequenceInputs, LossFlags {
  /** (B, T) how much each step counts. Default: 1 within the lengths, 0 beyond. */
  weights?: Numbers2;
}

/** Sequences with the classes that the network should have said. */
export interface ClassBatch extends Weighted {
  /** (B, T) the right class at each step. Not read past a length or where the weight is 0. */
  targets: Ids2;
  /** Cross-entropy of softmax(logits), the default. */
  loss?: "crossEntropy";
}

/** Sequences with the numbers that the network should have given. */
export interface RegressionBatch extends Weighted {
  /** (B, T, V) the right logits at each step. Not read past a length or where the weight is 0. */
  targets: Numbers3;
  /** The mean over V of the squared differences, weighted and averaged as cross-entropy is. */
  loss: "meanSquaredError";
}

/** Sequences with what the network should have said. */
export type Batch = ClassBatch | RegressionBatch;

/** Names of {@link SequenceInputs}. */
export const INPUT_NAMES = ["inputs", "sequenceLengths", "initialState"] as const;
/** Names of {@link Batch}. */
export const BATCH_NAMES: ReadonlySet<string> = new Set([
  ...INPUT_NAMES,
  "targets",
  "weights",
  "loss",
  ...FLAG_NAMES,
]);

const INPUTS_WANTED = "integer ids (B,T) or dense features (B,T,I)";

/** Inputs that have been looked at: what they are and how many. */
export interface InputSource {
  readonly source: Source;
  readonly dense: boolean;
  readonly batch: number;
  readonly time: number;
}

/** Looks at `inputs`: ids or features, B and T. */
export function openInputs(value: unknown, inputSize: number): InputSource {
  const source = open(value, "inputs", INPUTS_WANTED);
  const { shape } = source;
  if (shape.includes(0)) {
    throw new RangeError(
      `inputs: expected at least one row and one time step, received shape ${showShape(shape)}`,
    );
  }
  const [batch, time, features] = shape as [number, number, number];
  if (shape.length === 3) {
    if (features !== inputSize) {
      throw new RangeError(
        `inputs: expected features (B,T,${inputSize}), received shape ${showShape(shape)}`,
      );
    }
  } else if (shape.length !== 2) {
    throw new RangeError(`inputs: expected ${INPUTS_WANTED}, received rank ${shape.length}`);
  } else if (source.kind === FLOATS) {
    throw new TypeError(`inputs: expected ${INPUTS_WANTED}, received floats of rank 2`);
  }
  return { source, dense: shape.length === 3, batch, time };
}

/** Copies the inputs; `start` and `lengths` are 4-byte indices. */
export function copyInputs(
  inputs: InputSource,
  inputSize: number,
  start: number,
  stride: number,
  lengths: number,
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

/** Copies the lengths (B), or T for each row; `start` is a 4-byte index. */
export function copyLengths(value: unknown, batch: number, time: number, start: number): void {
  if (value === undefined) {
    const view = i32();
    for (let b = 0; b < batch; b++) view[start + b] = time;
    return;
  }
  const source = open(value, "sequenceLengths", `${batch} integers (B)`);
  expectShape(source, [batch]);
  copyIds(source, {
    rows: 1,
    columns: batch,
    rank: 1,
    start,
    strides: [0, 1],
    limit: time + 1,
    noun: "a length",
  });
}

/** Copies the weights (B, T) → (T, B), or 1 within the lengths and 0 beyond. */
export function copyWeights(
  value: unknown,
  batch: number,
  time: number,
  start: number,
  lengths: number,
): void {
  if (value !== undefined) {
    copyNumbers(value, "weights", { shape: [1, batch, time], rank: 2, start, strides: [0, 1, batch] });
    return;
  }
  const view = f32();
  const ends = i32();
  for (let b = 0; b < batch; b++) {
    const length = ends[lengths + b];
    for (let t = 0; t < time; t++) view[start + t * batch + b] = t < length ? 1 : 0;
  }
}

/**
 * Copies the targets (B, T) → (T, B). The lengths stand in wasm memory already; so do the weights, whose index is
 * given when they were a user's (the default ones hide no more than the lengths do).
 */
export function copyTargets(
  value: unknown,
  batch: number,
  time: number,
  classes: number,
  start: number,
  lengths: number,
  weights: number | undefined,
): void {
  const source = openTargets(value, batch, time);
  const strides = [1, batch] as const;
  const noun = "a class";
  copyIds(source, {
    rows: batch,
    columns: time,
    rank: 2,
    start,
    strides,
    limit: classes,
    noun,
    lengths,
    weights,
  });
}

/** Looks at `targets`: classes (B, T). */
export function openTargets(value: unknown, batch: number, time: number): Source {
  const source = open(value, "targets", "integer classes (B,T)");
  if (source.kind === FLOATS) {
    throw new TypeError(
      `targets: expected integer classes (B,T), received floats of rank ${source.shape.length}`,
    );
  }
  expectShape(source, [batch, time]);
  return source;
}

/** Copies the numbers (B, T, V) → (T, B, V), hidden as targets are. */
export function copyTargetValues(
  value: unknown,
  batch: number,
  time: number,
  classes: number,
  start: number,
  stride: number,
  lengths: number,
  weights: number | undefined,
): void {
  const shape = [batch, time, classes] as const;
  const source = open(value, "targets", "numbers (B,T,V)");
  const strides = [stride, batch * stride, 1] as const;
  copySource(source, { shape, rank: 3, start, strides, lengths, weights });
}

/** The `loss` option: whether it is the mean squared error. */
export function isMeanSquaredError(value: unknown): boolean {
  return (
    value !== undefined && oneOf(value, "loss", ["crossEntropy", "meanSquaredError"]) === "meanSquaredError"
  );
}
