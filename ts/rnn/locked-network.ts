/**
 * The methods that a run uses on the network that it trains. While a run holds a network, everyone may read
 * it and only the run may change it.
 *
 * The network is found by a brand, so that `fit` of one entry ("bptt") trains a network of another
 * ("bptt/slim"). This class adds no guard: network.ts and lock.ts decide on access.
 */

import type { Path } from "../base/errors.js";
import type { Batch } from "../data/batch.js";
import type { PendingLastStep } from "./lock.js";
import type { Network } from "./network.js";
import { optimizerState, type Optimizer } from "../optim/optimizer.js";
import {
  exportOptimizerState,
  forwardOptimizerState,
  restoreOptimizerState,
  type OptimizerSnapshot,
} from "./optimizer-state.js";
import type { ParameterValues } from "../data/parameters.js";
import { evaluate } from "./forward-backward.js";
import type { AnyEvaluation, TrainStepOptions, TrainStepResult } from "./rnn-types.js";
import type { State } from "../data/state.js";
import { floats, type Tensor } from "../base/tensor.js";
import { applyWhole, cutBatch, shardGradients, type Shard, type ShardResult } from "./shards.js";
import { trainStep } from "./train-step.js";
import { RawBuffer } from "../wasm/enumerations.js";
import { f32, type BufferPlace } from "../wasm/memory.js";

/** The key of the method by which a network is locked for a run. */
export const LOCK: unique symbol = Symbol.for("bptt.lock");

/** A network that is locked by one run until `release`. */
export class LockedNetwork {
  readonly #network: Network;
  readonly #length: number; // length of the arena in floats

  constructor(network: Network) {
    network.lock.hold("fit");
    this.#network = network;
    this.#length = network.table.reduce((end, { offset, length }) => Math.max(end, offset + length), 0);
  }

  /** Performs a training step. `timeSteps` counts the steps within the sequence lengths. */
  trainStep(
    batch: Batch,
    optimizer: Optimizer,
    options: TrainStepOptions,
  ): TrainStepResult & { timeSteps: number } {
    const network = this.#network;
    network.lock.admitted = true;
    try {
      return { ...trainStep(network, batch, optimizer, options), timeSteps: network.timeSteps };
    } finally {
      network.lock.admitted = false;
    }
  }

  /** Cuts a batch into shards. */
  cut(batch: Batch, count: number, carry: boolean): Shard[] {
    return this.#admit(() => cutBatch(this.#network, batch, count, carry));
  }

  /** The gradients of a shard. */
  shardGradients(shard: Shard): ShardResult {
    return this.#admit(() => shardGradients(this.#network, shard, this.#length));
  }

  /** Updates the parameters from gradients of the whole batch. Returns their norm before clipping. */
  applyWhole(gradients: Float32Array, optimizer: Optimizer, clipNorm: number | false): number {
    return this.#admit(() => applyWhole(this.#network, gradients, optimizer, clipNorm));
  }

  /**
   * The magnitudes of the targets and of the outputs before the update in the last training step of a
   * regression.
   */
  get regressionScale(): { targets: number; outputs: number } | undefined {
    return this.#network.regressionScale;
  }

  /** Runs a custom training step. `timeSteps` counts the steps of the network's last pass in it. */
  change<Result>(work: () => Result): { result: Result; timeSteps: number } {
    const result = this.#admit(work);
    return { result, timeSteps: this.#network.timeSteps };
  }

  /**
   * Returns the loss and metric of a batch. `divisor` is the divisor of its loss, for averages over several
   * batches.
   */
  evaluate(batch: Batch): AnyEvaluation & { divisor: number } {
    const evaluation = evaluate(this.#network, batch);
    return { ...evaluation, divisor: this.#network.divisor };
  }

  /** Returns copies of all parameters by name. */
  parameters(): Record<string, Tensor> {
    return this.#network.parameters;
  }

  /** True if the run is paused, which allows others to write weights. */
  set paused(paused: boolean) {
    this.#network.lock.paused = paused;
  }

  /** Returns whether weights were written during the pause, and forgets it. */
  takeRewritten(): boolean {
    const { lock } = this.#network;
    const { rewritten } = lock;
    lock.rewritten = false;
    return rewritten;
  }

  /** Sets parameters by name. */
  setParameters(values: ParameterValues, path?: Path): void {
    this.#admit(() => this.#network.setParameters(values, path));
  }

  /** Copies all parameters as one block, into `into` if it is given. */
  copyWeights(into: Float32Array = floats(this.#length, "weights")): Float32Array {
    const { start } = this.#network.peek("fit").parametersPlace;
    into.set(f32().subarray(start, start + this.#length));
    return into;
  }

  /** Writes weights that `copyWeights` returned. */
  writeWeights(weights: Float32Array): void {
    f32().set(weights, this.#parametersPlace().start);
  }

  /** Returns the state that the last step with `carryState` kept. */
  carriedState(): State | undefined {
    return this.#network.carried;
  }

  /** Makes the next step with `carryState` start from zeros. */
  forgetCarriedState(): void {
    this.#network.forgetCarried();
  }

  /** Allocates the room that `carry` needs for this state. */
  reserveCarried(state: State): void {
    this.#admit(() => this.#network.reserveCarried(rowsOf(state)));
  }

  /** Makes the next step with `carryState` start from this state. */
  carry(state: State): void {
    this.#admit(() => this.#network.carry(state, "state", rowsOf(state)));
  }

  /** Number of training passes with dropout; 0 without dropout. */
  get dropoutStep(): number {
    return this.#network.drops;
  }

  set dropoutStep(step: number) {
    this.#network.drops = step;
  }

  /** Refuses an optimizer that belongs to another network. */
  checkOptimizer(optimizer: Optimizer): void {
    this.#network.slots.expectOwn(optimizerState(optimizer));
  }

  /** Returns the complete state of an optimizer. */
  exportOptimizer(optimizer: Optimizer): OptimizerSnapshot {
    return exportOptimizerState(this.#network, optimizer);
  }

  /**
   * Restores the optimizer of a snapshot: a new one, or `optimizer`, which must not have updated anything
   * yet.
   */
  restoreOptimizer(snapshot: unknown, optimizer: Optimizer | undefined, path: Path): Optimizer {
    return this.#admit(() => restoreOptimizerState(this.#network, snapshot, optimizer, path));
  }

  /** Advances an optimizer of this network to a snapshot of it that was made elsewhere. */
  forwardOptimizer(snapshot: OptimizerSnapshot, optimizer: Optimizer): void {
    this.#admit(() => forwardOptimizerState(this.#network, snapshot, optimizer));
  }

  /** Frees the memory of an optimizer's moments. */
  forgetOptimizer(optimizer: Optimizer): void {
    this.#network.slots.forget(optimizerState(optimizer));
  }

  /** Records that the run was stopped and must still finish its last step. */
  end(ending: PendingLastStep): void {
    this.#network.lock.end(ending);
  }

  /** Releases the network at the end of the run. */
  release(): void {
    this.#network.lock.release();
  }

  #parametersPlace(): BufferPlace {
    return this.#network.peek("fit").place(RawBuffer.Parameters);
  }

  #admit<Result>(work: () => Result): Result {
    this.#network.lock.admitted = true;
    try {
      return work();
    } finally {
      this.#network.lock.admitted = false;
    }
  }
}

/** The number of rows of a state (L·D, B, H). */
function rowsOf(state: State): number {
  const [, rows] = ("h" in state ? state.h : state).shape as [number, number, number];
  return rows;
}
