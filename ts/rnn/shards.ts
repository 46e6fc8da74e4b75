/**
 * Computes the gradients of a batch in shards: fixed pieces of its rows, each computed separately, here or by
 * a replica of the network in another thread.
 *
 * A shard leaves the workspace in the layout of the core's buffers, so that it is checked once, as part of
 * the whole batch. Its gradients are multiplied by the divisor of its loss (Σ w over its rows). The sum over
 * all shards divided by the sum of the divisors is the gradient of the whole batch, even if the shards are
 * unequal.
 */

import { floats, integers } from "../base/tensor.js";
import type { State } from "../data/state.js";
import type { Batch } from "../data/batch.js";
import { weightsPerStep, type BatchLoss } from "../data/loss.js";
import { optimizerState, type Optimizer } from "../optim/optimizer.js";
import { RawBuffer } from "../wasm/enumerations.js";
import { f32, i32 } from "../wasm/memory.js";
import type { RawRnn } from "../wasm/raw-rnn.js";
import { batchOf } from "./forward-backward.js";
import { STATES, type LoadedBatch, type Network } from "./network.js";

/** The content of a buffer. */
type Content = readonly [buffer: RawBuffer, data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>];

/** Some rows of a batch: plain data that can be sent to another thread. */
export interface Shard {
  /** Its number among the shards of the batch. */
  readonly index: number;
  /** The number of the batch's rows before those of the shard. */
  readonly first: number;
  readonly rows: number;
  /** The number of rows of the batch. */
  readonly total: number;
  readonly time: number;
  readonly dense: boolean;
  readonly loss: BatchLoss;
  /** The number of the training pass, which determines the values that dropout drops; −1 without dropout. */
  readonly dropoutPass: number;
  /** (rows) the number of time steps of each row. */
  readonly lengths: Int32Array;
  readonly contents: readonly Content[];
}

/** The result of a shard. */
export interface ShardResult {
  readonly index: number;
  /** The gradients times `divisor`, in the order of the arena. */
  readonly gradients: Float32Array<ArrayBuffer>;
  /** The average over the shard. */
  readonly loss: number;
  /** The divisor of the loss. */
  readonly divisor: number;
  /** The number of time steps within the lengths. */
  readonly timeSteps: number;
  /** (L·D, rows, H) the final state. */
  readonly state: State;
}

/** Checks a batch and cuts it into at most `count` shards: the rows ⌊s·B/S⌋ to ⌊(s + 1)·B/S⌋. */
export function cutBatch(network: Network, batch: Batch, count: number, carry: boolean): Shard[] {
  return network.change("fit", (raw) => {
    const { loaded, loss } = network.loadBatch(batchOf(batch), false, carry);
    const shards = Math.min(count, loaded.batch);
    return Array.from({ length: shards }, (_, index) => {
      const first = Math.floor((index * loaded.batch) / shards);
      const end = Math.floor(((index + 1) * loaded.batch) / shards);
      const { batch: total, time, dense, rows } = loaded;
      const lengths = rows.lengths.slice(first, end);
      const contents = readRows(network, raw, { loaded, loss }, first, end);
      const { dropoutStep: dropoutPass } = network;
      return { index, first, rows: end - first, total, time, dense, loss, dropoutPass, lengths, contents };
    });
  });
}

/** Returns the gradients of a shard. */
export function shardGradients(network: Network, shard: Shard, length: number): ShardResult {
  return network.change("fit", (raw) => {
    network.loadShard(shard);
    network.accumulation.putAside();
    const loss = raw.gradients(false, shard.dropoutPass);
    const { divisor, timeSteps } = network;
    const { start } = raw.place(RawBuffer.Gradients);
    const gradients = floats(length, "gradients");
    gradients.set(f32().subarray(start, start + length));
    for (let i = 0; i < length; i++) gradients[i] = gradients[i] * divisor;
    const state = network.readState(STATES.final, shard.rows);
    return { index: shard.index, gradients, loss, divisor, timeSteps, state };
  });
}

/** Updates the parameters once from the gradients of the whole batch. Returns their norm before clipping. */
export function applyWhole(
  network: Network,
  gradients: Float32Array,
  optimizer: Optimizer,
  clipNorm: number | false,
): number {
  return network.change("fit", (raw) => {
    network.accumulation.putAside();
    f32().set(gradients, raw.place(RawBuffer.Gradients).start);
    const norm = network.slots.update(optimizerState(optimizer), (slot, rate) =>
      raw.applyGradients(slot, rate, clipNorm || Infinity),
    );
    network.drops++;
    return norm;
  });
}

/** Returns the buffers of some rows of the loaded batch. */
function readRows(
  network: Network,
  raw: RawRnn,
  { loaded, loss }: LoadedBatch,
  first: number,
  end: number,
): Content[] {
  const { batch, time, dense } = loaded;
  const contents: Content[] = [];
  const take = (buffer: RawBuffer, outer: number, width: number, view: Float32Array | Int32Array) => {
    const { start } = raw.place(buffer);
    const length = (end - first) * width;
    const room = view instanceof Float32Array ? floats : integers;
    const data = room(outer * length, "batch");
    for (let o = 0; o < outer; o++) {
      const from = start + (o * batch + first) * width;
      data.set(view.subarray(from, from + length), o * length);
    }
    contents.push([buffer, data]);
  };
  const { inputSize, hiddenSize } = network.config;
  if (dense) take(RawBuffer.Features, time, inputSize, f32());
  else take(RawBuffer.Ids, time, 1, i32());
  if (loss.values > 0) take(RawBuffer.TargetValues, time, loss.values, f32());
  else take(RawBuffer.Targets, time, 1, i32());
  take(RawBuffer.Weights, time, weightsPerStep(loss), f32());
  const [h, c] = STATES.initial;
  take(h, network.layerDirections.count, hiddenSize, f32());
  if (network.lstm) take(c, network.layerDirections.count, hiddenSize, f32());
  return contents;
}
