/**
 * What a run has of the network it trains: a network held by a run is read by everyone and changed by the run alone.
 *
 * Found by a brand, so that `fit` of one entry ("bptt") trains a network of another ("bptt/slim"). Not a guard of its
 * own: who may do what when is decided in network.ts.
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

/** Where a network hands out its network. */
export const LOCK: unique symbol = Symbol.for("bptt.lock");

/** A network in the hands of one run, until `release`. */
export class LockedNetwork {
  readonly #network: Network;
  readonly #length: number; // floats of the arena

  constructor(network: Network) {
    network.lock.hold("fit");
    this.#network = network;
    this.#length = network.table.reduce((end, { offset, length }) => Math.max(end, offset + length), 0);
  }

  /** A training step; `timeSteps` counts those within the lengths. */
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

  /** Magnitudes in the last training step of a regression: of the targets, and of the outputs before the update. */
  get regressionScale(): { targets: number; outputs: number } | undefined {
    return this.#network.regressionScale;
  }

  /** A step of the user's own making; `timeSteps` counts those of the network's last pass in it. */
  change<Result>(work: () => Result): { result: Result; timeSteps: number } {
    const result = this.#admit(work);
    return { result, timeSteps: this.#network.timeSteps };
  }

  /** Loss and metric of a batch; `divisor`: what its loss was divided by, to average over several. */
  evaluate(batch: Batch): AnyEvaluation & { divisor: number } {
    const evaluation = evaluate(this.#network, batch);
    return { ...evaluation, divisor: this.#network.divisor };
  }

  /** Copies of all parameters by name. */
  parameters(): Record<string, Tensor> {
    return this.#network.parameters;
  }

  /** Sets parameters by name. */
  setParameters(values: ParameterValues, path?: Path): void {
    this.#admit(() => this.#network.setParameters(values, path));
  }

  /** All parameters in one piece, into `into` where it is given. */
  copyWeights(into: Float32Array = floats(this.#length, "weights")): Float32Array {
    const { start } = this.#network.peek("fit").parametersPlace;
    into.set(f32().subarray(start, start + this.#length));
    return into;
  }

  /** Puts back what `copyWeights` gave. */
  writeWeights(weights: Float32Array): void {
    f32().set(weights, this.#parametersPlace().start);
  }

  /** The state that the last step with `carryState` kept. */
  carriedState(): State | undefined {
    return this.#network.carried;
  }

  /** The next step with `carryState` starts from zeros. */
  forgetCarriedState(): void {
    this.#network.forgetCarried();
  }

  /** Allocates the room that `carry` needs for this state. */
  reserveCarried(state: State): void {
    this.#admit(() => this.#network.reserveCarried(rowsOf(state)));
  }

  /** The next step with `carryState` starts from this state. */
  carry(state: State): void {
    this.#admit(() => this.#network.carry(state, "state", rowsOf(state)));
  }

  /** Training passes that dropped; 0 without dropout. */
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

  /** All there is to know of an optimizer. */
  exportOptimizer(optimizer: Optimizer): OptimizerSnapshot {
    return exportOptimizerState(this.#network, optimizer);
  }

  /** The optimizer of a snapshot: a new one, or `optimizer`, which has not stepped yet. */
  restoreOptimizer(snapshot: unknown, optimizer: Optimizer | undefined, path: Path): Optimizer {
    return this.#admit(() => restoreOptimizerState(this.#network, snapshot, optimizer, path));
  }

  /** Puts an optimizer of this network to where a snapshot of it, made elsewhere, says. */
  forwardOptimizer(snapshot: OptimizerSnapshot, optimizer: Optimizer): void {
    this.#admit(() => forwardOptimizerState(this.#network, snapshot, optimizer));
  }

  /** Gives the memory of an optimizer's moments back. */
  forgetOptimizer(optimizer: Optimizer): void {
    this.#network.slots.forget(optimizerState(optimizer));
  }

  /** The run was stopped and has yet to do its last step. */
  end(ending: PendingLastStep): void {
    this.#network.lock.end(ending);
  }

  /** The run has ended. */
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
