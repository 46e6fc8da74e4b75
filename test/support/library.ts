/** The library under test, driven with the twin's and the golden files' data. */
import {
  Rnn,
  type Batch as LibraryBatch,
  type FlatTensor,
  type RnnOptions,
  type SequenceInputs,
  type State,
  type StateInput,
  type Tensor,
} from "bptt";
import type { Batch } from "../reference/batch.js";
import {
  classesOf,
  parameterShapes,
  stacksOf,
  type Net,
  type Numbers,
  type Sequences,
  type Sizes,
} from "../reference/rnn.js";
import { expectClose, type Tolerance } from "./compare.js";

/** A flat float32 tensor of the shape given. */
export function dense(data: Numbers, shape: readonly number[]): FlatTensor<Float32Array> {
  return { data: Float32Array.from(data), shape };
}

/** A flat integer tensor of the shape given. */
export function ids(data: Numbers, shape: readonly number[]): FlatTensor<Int32Array> {
  return { data: Int32Array.from(data), shape };
}

/** The options of a network of these sizes. */
export function optionsOf({ cell = "tanh", resetAfter, layers, bidirectional, I, H, V }: Sizes): RnnOptions {
  return {
    cell,
    inputSize: I,
    hiddenSize: H,
    ...(V > 0 && { outputSize: V }),
    ...(layers !== undefined && { layers }),
    ...(bidirectional !== undefined && { bidirectional }),
    ...(cell === "gru" && resetAfter !== undefined && { resetAfter }),
  };
}

/** Runs `use` with a network of these parameters, and frees it in any case. */
export function withRnn<T>(net: Net, use: (rnn: Rnn) => T, options: Partial<RnnOptions> = {}): T {
  const rnn = new Rnn({ ...optionsOf(net), ...options });
  try {
    const shapes = parameterShapes(net);
    const values = Object.entries(shapes).map(
      ([name, shape]) => [name, dense(net.parameters[name]!, shape)] as const,
    );
    rnn.setParameters(Object.fromEntries(values));
    return use(rnn);
  } finally {
    rnn.free();
  }
}

/** The twin's states (L·D, B, H) as the public API takes them: one tensor, or an lstm's h and c. */
export function toState(net: Sizes, B: number, h: Numbers, c: Numbers | undefined): StateInput {
  const shape = [stacksOf(net), B, net.H];
  return net.cell === "lstm" ? { h: dense(h, shape), c: dense(c!, shape) } : dense(h, shape);
}

/** The numbers of a state: h, and an lstm's c. */
export function partsOf(state: State): { h: Float32Array; c: Float32Array | undefined } {
  return "h" in state ? { h: state.h.data, c: state.c.data } : { h: state.data, c: undefined };
}

/** Compares a state with the twin's h and c. */
export function expectState(
  name: string,
  got: State,
  h: Numbers,
  c: Numbers | undefined,
  net: Sizes,
  tolerance: Tolerance,
): void {
  const parts = partsOf(got);
  expectClose(name, parts.h, h, tolerance);
  if ((parts.c !== undefined) !== (net.cell === "lstm"))
    throw new Error(`${name}: c belongs to an lstm alone`);
  if (parts.c) expectClose(`${name}.c`, parts.c, c!, tolerance);
}

/** The twin's sequences as the public API takes them. */
export function toInputs(seq: Sequences, net: Sizes): SequenceInputs {
  const { B, T } = seq;
  return {
    inputs: seq.ids ? ids(seq.ids, [B, T]) : dense(seq.features!, [B, T, net.I]),
    ...(seq.sequenceLengths && { sequenceLengths: Array.from(seq.sequenceLengths) }),
    ...(seq.initialState && { initialState: toState(net, B, seq.initialState, seq.initialCell) }),
  };
}

/** The twin's batch as the public API takes it. */
export function toBatch(batch: Batch, net: Sizes): LibraryBatch {
  const { B, T } = batch;
  const sums = {
    averageAcrossTimesteps: false,
    averageAcrossBatch: false,
    sumOverTimesteps: true,
    sumOverBatch: true,
  };
  const common = { ...toInputs(batch, net), ...(batch.sum && sums) };
  const { loss, quantiles, weights, weightedValues } = batch;
  if (loss === undefined) {
    const targets = ids(batch.targets, [B, T]);
    return { ...common, targets, ...(weights && { weights: dense(weights, [B, T]) }) };
  }
  const K = classesOf(net) / (quantiles?.length ?? 1);
  const values = {
    ...common,
    targets: dense(batch.targets, [B, T, K]),
    ...(weights && { weights: dense(weights, weightedValues ? [B, T, K] : [B, T]) }),
  };
  return loss === "quantile" ? { ...values, loss, quantiles: quantiles! } : { ...values, loss };
}

/** The numbers of a record of tensors. */
export function numbersOf(tensors: Readonly<Record<string, Tensor>>): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.data]));
}

/** The class with the largest logit in each row of (B, T, V) logits, the first of equals. */
export function argmax({ data, shape }: Tensor): number[] {
  const V = shape.at(-1)!;
  return Array.from({ length: data.length / V }, (_, r) => {
    const row = data.subarray(r * V, (r + 1) * V);
    return row.indexOf(row.reduce((a, x) => Math.max(a, x)));
  });
}
