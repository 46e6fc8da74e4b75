/**
 * Performs a training step in shards: the batch is cut, and the gradients are added in a fixed tree, clipped
 * and applied.
 */

import { BpttError } from "../base/errors.js";
import { floats } from "../base/tensor.js";
import type { Batch } from "../data/batch.js";
import type { State } from "../data/state.js";
import type { Optimizer } from "../optim/optimizer.js";
import type { LockedNetwork } from "../rnn/locked-network.js";
import { isPromise } from "./batch-iterator.js";
import type { PoolResult, ShardFacts, ShardPool } from "./shard-pool.js";
import { addNeighbours, type TreeNode } from "./tree-sum.js";

/** The measurements of a step. */
export interface StepMetrics {
  /** Loss of the batch before the update, in nats for cross-entropy. */
  readonly loss: number;
  /** Norm of all gradients together, before clipping. */
  readonly gradientNorm: number;
  /** Number of time steps within the lengths. */
  readonly timeSteps: number;
}

/** The settings of a step. */
export interface StepPlan {
  readonly pool: ShardPool;
  readonly shards: number;
  readonly optimizer: Optimizer;
  readonly clipNorm: number | false;
  readonly carryState: boolean;
}

/** Performs one step. Returns a promise of its outcome if other threads compute. */
export function shardedStep(
  network: LockedNetwork,
  batch: Batch,
  plan: StepPlan,
): StepMetrics | PromiseLike<StepMetrics> {
  const shards = network.cut(batch, plan.shards, plan.carryState);
  const computed = plan.pool.compute(shards);
  const finish = (results: PoolResult) => apply(network, results, shards.length, plan);
  return isPromise(computed) ? computed.then(finish) : finish(computed);
}

function apply(
  network: LockedNetwork,
  results: PoolResult,
  shards: number,
  { pool, optimizer, clipNorm, carryState }: StepPlan,
): StepMetrics {
  const facts = [...results.facts].sort((a, b) => a.index - b.index);
  let [loss, divisor, timeSteps] = [0, 0, 0];
  for (const fact of facts) {
    loss += fact.loss * fact.divisor;
    divisor += fact.divisor;
    timeSteps += fact.timeSteps;
  }
  divisor ||= 1; // a batch without weight has loss 0 and no gradient
  loss /= divisor;
  expectFinite(loss);
  const [{ sum }] = addNeighbours(results.nodes, shards) as [TreeNode];
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i] / divisor;
  const { learningRate } = optimizer;
  const state = carryState ? stateOf(facts) : undefined;
  if (state) network.reserveCarried(state); // before the update, because nothing may fail after it
  const gradientNorm = network.applyWhole(sum, optimizer, clipNorm);
  pool.update(sum, learningRate);
  if (state) network.carry(state);
  return { loss, gradientNorm, timeSteps };
}

/** Throws NOT_FINITE if a loss is NaN or infinite. */
export function expectFinite(loss: number): void {
  if (Number.isFinite(loss)) return;
  throw new BpttError("NOT_FINITE", "the loss is NaN or infinite", { parameter: "loss" });
}

/** Returns the states (L·D, B, H) of all rows from those of the shards. */
function stateOf(facts: readonly ShardFacts[]): State {
  const parts = facts.map(({ state }) => state);
  const join = (tensors: readonly { data: Float32Array; shape: number[] }[]) => {
    const [layers = 0, , width = 0] = tensors[0]?.shape ?? [];
    const rows = tensors.reduce((total, { shape }) => total + (shape[1] ?? 0), 0);
    const data = floats(layers * rows * width, "state");
    for (let layer = 0, to = 0; layer < layers; layer++) {
      for (const tensor of tensors) {
        const length = (tensor.shape[1] ?? 0) * width;
        data.set(tensor.data.subarray(layer * length, (layer + 1) * length), to);
        to += length;
      }
    }
    return { data, shape: [layers, rows, width] };
  };
  const h = join(parts.map((state) => ("h" in state ? state.h : state)));
  const c = parts.flatMap((state) => ("h" in state ? [state.c] : []));
  return c.length > 0 ? { h, c: join(c) } : h;
}
