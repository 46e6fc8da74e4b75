/**
 * Computes the shards of a batch, on this thread or with replicas of the network in other threads. The
 * results depend only on the shards.
 */

import type { LockedNetwork } from "../rnn/locked-network.js";
import type { Shard, ShardResult } from "../rnn/shards.js";
import { addNeighbours, type TreeNode } from "./tree-sum.js";

/** The results of a shard besides its gradients. */
export type ShardFacts = Omit<ShardResult, "gradients">;

/** The results of some shards. */
export interface PoolResult {
  readonly facts: readonly ShardFacts[];
  /** The gradients, added as far as the tree permits. */
  readonly nodes: readonly TreeNode[];
}

/** Computes shards. */
export interface ShardPool {
  /** Computes all shards of a batch. */
  compute(shards: readonly Shard[]): PoolResult | PromiseLike<PoolResult>;
  /** Tells the replicas to update their parameters as this thread has just done. */
  update(gradients: Float32Array<ArrayBuffer>, learningRate: number): void;
  /** Ends the replicas with the run. */
  close(): void;
}

/** Computes shards on this thread. */
export function localPool(network: LockedNetwork): ShardPool {
  return {
    compute: (shards) => computeShards(network, shards, shards.length),
    update: () => undefined,
    close: () => undefined,
  };
}

/** Computes shards one after the other. `leaves` is the number of all shards of the batch. */
export function computeShards(network: LockedNetwork, shards: readonly Shard[], leaves: number): PoolResult {
  const facts: ShardFacts[] = [];
  let nodes: TreeNode[] = [];
  // Backwards, so that the network's record of its last pass is about the first shard, wherever the others
  // are computed.
  for (const shard of [...shards].reverse()) {
    const { gradients, ...rest } = network.shardGradients(shard);
    facts.push(rest);
    nodes = addNeighbours([...nodes, { level: 0, index: shard.index, sum: gradients }], leaves);
  }
  return { facts, nodes };
}
