/**
 * Computes the shards of a run with replicas of its network in other workers. The worker of the run cuts each batch, sends the
 * replicas their shards, computes its own meanwhile, adds the gradients, and sends them the sum, with which every replica
 * makes the same update. Weights are never sent.
 *
 *     the run's worker                 a replica
 *     shards                     ►     computes their gradients
 *                                ◄     result: facts, and gradients added as far as the tree allows
 *     update: gradients, rate    ►     clips and applies them
 */

import { BpttError } from "../base/errors.js";
import { computeShards, type PoolResult, type ShardPool } from "../fit/shard-pool.js";
import type { LockedNetwork } from "../rnn/locked-network.js";
import type { Shard } from "../rnn/shards.js";
import { fromPortable } from "./portable-error.js";
import type { FromReplica, ToReplica } from "./protocol.js";

/** A pool whose replicas may be lost. */
export class ReplicaPool implements ShardPool {
  readonly #network: LockedNetwork;
  readonly #ports: readonly MessagePort[];
  #results: PoolResult[] = [];
  #waiting: { resolve: () => void; reject: (reason: unknown) => void } | undefined;
  #expected = 0;
  #lost: Error | undefined;
  #open = true;

  constructor(network: LockedNetwork, ports: readonly MessagePort[]) {
    this.#network = network;
    this.#ports = ports;
    for (const port of ports) port.onmessage = ({ data }) => this.#hear(data as FromReplica);
  }

  async compute(shards: readonly Shard[]): Promise<PoolResult> {
    if (this.#lost) throw this.#lost;
    const [leaves, workers] = [shards.length, this.#ports.length + 1];
    const share = (worker: number) =>
      shards.slice(Math.floor((worker * leaves) / workers), Math.floor(((worker + 1) * leaves) / workers));
    this.#results = [];
    this.#expected = 0;
    for (const [at, port] of this.#ports.entries()) {
      const part = share(at + 1);
      if (part.length === 0) continue;
      this.#expected++;
      const transfer = part.flatMap(({ contents }) => contents.map(([, { buffer }]) => buffer));
      port.postMessage({ shards: part, leaves } satisfies ToReplica, transfer);
    }
    const own = computeShards(this.#network, share(0), leaves);
    if (this.#expected > 0) {
      await new Promise<void>((resolve, reject) => (this.#waiting = { resolve, reject }));
    }
    const all = [own, ...this.#results];
    return { facts: all.flatMap(({ facts }) => facts), nodes: all.flatMap(({ nodes }) => nodes) };
  }

  update(gradients: Float32Array<ArrayBuffer>, learningRate: number): void {
    for (const [at, port] of this.#ports.entries()) {
      const copy = at === this.#ports.length - 1 ? gradients : gradients.slice();
      port.postMessage({ gradients: copy, learningRate } satisfies ToReplica, [copy.buffer]);
    }
  }

  /** Gives the replicas weights that were written while the run was paused. */
  setWeights(weights: Float32Array): void {
    for (const port of this.#ports) port.postMessage({ weights } satisfies ToReplica);
  }

  /** A replica is lost: the step in progress, or the next one, fails. */
  lose(message: string): void {
    this.#lost ??= new BpttError("WORKER_FAILED", message);
    this.#settle()?.reject(this.#lost);
  }

  /** Closes the pool. A step in progress never ends. */
  close(): void {
    this.#open = false;
    for (const port of this.#ports) port.close();
  }

  #hear(message: FromReplica): void {
    if (!this.#open) return;
    if ("error" in message) {
      this.#lost = fromPortable(message.error);
      return this.#settle()?.reject(this.#lost);
    }
    this.#results.push(message);
    if (this.#results.length === this.#expected) this.#settle()?.resolve();
  }

  #settle() {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
