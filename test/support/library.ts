/** The library under test, driven with the twin's and the golden files' data. */
import { Rnn, type Batch as LibraryBatch, type FlatTensor, type SequenceInputs, type Tensor } from "bptt";
import type { Batch } from "../reference/batch.js";
import { parameterShapes, type Net, type Numbers, type Sequences } from "../reference/rnn.js";

/** A flat float32 tensor of the shape given. */
export function dense(data: Numbers, shape: readonly number[]): FlatTensor<Float32Array> {
  return { data: Float32Array.from(data), shape };
}

/** A flat integer tensor of the shape given. */
export function ids(data: Numbers, shape: readonly number[]): FlatTensor<Int32Array> {
  return { data: Int32Array.from(data), shape };
}

/** Runs `use` with a network of these parameters, and frees it whatever happens. */
export function withRnn<T>(net: Net, use: (rnn: Rnn) => T): T {
  const { I, H, V, parameters } = net;
  const rnn = new Rnn({ cell: "tanh", inputSize: I, hiddenSize: H, ...(V > 0 && { outputSize: V }) });
  try {
    const shapes = parameterShapes(net);
    const values = Object.entries(shapes).map(
      ([name, shape]) => [name, dense(parameters[name]!, shape)] as const,
    );
    rnn.setParameters(Object.fromEntries(values));
    return use(rnn);
  } finally {
    rnn.free();
  }
}

/** The twin's sequences as the public API takes them. */
export function toInputs(seq: Sequences, { I, H }: Pick<Net, "I" | "H">): SequenceInputs {
  const { B, T } = seq;
  return {
    inputs: seq.ids ? ids(seq.ids, [B, T]) : dense(seq.features!, [B, T, I]),
    ...(seq.sequenceLengths && { sequenceLengths: Array.from(seq.sequenceLengths) }),
    ...(seq.initialState && { initialState: dense(seq.initialState, [1, B, H]) }),
  };
}

/** The twin's batch as the public API takes it. */
export function toBatch(batch: Batch, sizes: Pick<Net, "I" | "H">): LibraryBatch {
  const { B, T } = batch;
  const sums = {
    averageAcrossTimesteps: false,
    averageAcrossBatch: false,
    sumOverTimesteps: true,
    sumOverBatch: true,
  };
  return {
    ...toInputs(batch, sizes),
    targets: ids(batch.targets, [B, T]),
    ...(batch.weights && { weights: dense(batch.weights, [B, T]) }),
    ...(batch.sum && sums),
  };
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
