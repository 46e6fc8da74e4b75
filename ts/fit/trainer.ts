/**
 * The network of a run together with how it is trained: optimizer, learning rate, clipping, carried state. Does one
 * step or one evaluation at a time, and can go back to the last good weights.
 *
 * Good are weights that gave a finite loss. A step whose gradient is not finite changes nothing, so they stand; a loss
 * that is not finite condemns the weights it was computed with, so those before the last update are kept aside until
 * the next loss has been seen.
 */

import type { Batch } from "../data/batch.js";
import type { LockedNetwork } from "../rnn/locked-network.js";
import { record } from "../base/check.js";
import { at, BpttError, typeError } from "../base/errors.js";
import { show } from "../base/show.js";
import type { Optimizer } from "../optim/optimizer.js";
import type { OptimizerSnapshot } from "../rnn/optimizer-state.js";
import type { RunState } from "./run-state.js";
import type { State } from "../data/state.js";
import type { Tensor } from "../base/tensor.js";
import { isPromise } from "./batch-iterator.js";
import type { ShardPool } from "./shard-pool.js";
import { shardedStep, type ShardedOutcome } from "./sharded-step.js";
import { Warnings, type RunWarning } from "./warnings.js";

/** What a step says. */
export interface StepOutcome {
  /** Before the update, in nats. */
  loss: number;
  /** Before clipping. */
  gradientNorm: number;
  /** Time steps within the lengths. */
  timeSteps: number;
  /** With which the update was done. */
  learningRate: number;
  /** Training passes of the network that dropped, this one included. */
  dropoutStep: number;
}

/** With what a step of one's own is to train. */
export interface StepSettings {
  /** The run's optimizer, its learning rate set for this step. */
  optimizer: Optimizer;
  /** Largest norm of all gradients together; false for no clipping. */
  clipNorm: number | false;
}

/** What a step of one's own says. */
export interface OwnStepResult {
  /** Before the update. */
  loss: number;
  /** Before clipping, as `applyGradients` returns it. */
  gradientNorm: number;
}

/** How a network is trained. */
export interface Training {
  readonly optimizer: Optimizer;
  /** Whether the optimizer was made for this run alone. */
  readonly ownOptimizer: boolean;
  /** The learning rate after so many updates; undefined: the optimizer's own. */
  readonly rate: ((step: number) => number) | undefined;
  readonly clipNorm: number | false;
  readonly carryState: boolean;
  /** The number of pieces of a batch whose gradients are computed by themselves. */
  readonly shards: number;
  /** A step and a validation loss of the user's own making. */
  readonly trainStep: ((batch: Batch, settings: StepSettings) => OwnStepResult) | undefined;
  readonly evaluate: ((batch: Batch) => number) | undefined;
}

/** A network and how it is trained. */
export class Trainer {
  readonly #network: LockedNetwork;
  readonly #training: Training;
  readonly #pool: ShardPool;
  readonly #warnings = new Warnings();
  #kept: OptimizerSnapshot | undefined; // of an optimizer whose moments have gone with the run
  #proven: Float32Array | undefined; // weights that gave a finite loss
  #present: Float32Array | undefined; // a copy of those that the last step began with

  constructor(network: LockedNetwork, training: Training, pool: ShardPool) {
    this.#network = network;
    this.#pool = pool;
    this.#training = training;
  }

  /** Performs one update. `state` is the state of the run before it. Returns a promise where other threads compute. */
  step(batch: Batch, state: RunState): StepOutcome | PromiseLike<StepOutcome> {
    const { optimizer, rate } = this.#training;
    if (rate) optimizer.learningRate = rate(state.step);
    const { learningRate } = optimizer;
    const before = this.#network.copyWeights(this.#present);
    this.#present = before;
    const done = (outcome: ShardedOutcome): StepOutcome => {
      this.#present = this.#proven;
      this.#proven = before;
      return { ...outcome, learningRate, dropoutStep: this.#network.dropoutStep };
    };
    const outcome = this.#training.trainStep
      ? this.#ownStep(batch, this.#training.trainStep)
      : this.#plainStep(batch, state);
    return isPromise(outcome) ? outcome.then(done) : done(outcome);
  }

  #plainStep(batch: Batch, state: RunState): ShardedOutcome | PromiseLike<ShardedOutcome> {
    const { optimizer, clipNorm, carryState, shards } = this.#training;
    let given = batch;
    if (carryState && state.carried)
      given = { initialState: state.carried, ...batch }; // a batch's own goes before it
    else if (carryState && state.cursor === 0) this.#network.forgetCarriedState();
    const look = (outcome: ShardedOutcome) => {
      this.#warnings.look(state, outcome, clipNorm, () => this.#network.regressionScale);
      return outcome;
    };
    if (shards === 1) return look(this.#network.trainStep(given, optimizer, { clipNorm, carryState }));
    const plan = { pool: this.#pool, shards, optimizer, clipNorm, carryState };
    const outcome = shardedStep(this.#network, given, plan);
    return isPromise(outcome) ? outcome.then(look) : look(outcome);
  }

  #ownStep(batch: Batch, step: NonNullable<Training["trainStep"]>) {
    const { optimizer, clipNorm } = this.#training;
    const { result, timeSteps } = this.#network.change(() => step(batch, { optimizer, clipNorm }));
    const { loss, gradientNorm } = record(result, "trainStep()") as OwnStepResult;
    for (const [name, value] of Object.entries({ loss, gradientNorm })) {
      if (typeof value !== "number") throw typeError(at("trainStep()", name), "a number", show(value));
    }
    if (!Number.isFinite(loss)) {
      throw new BpttError("NOT_FINITE", "the loss is NaN or infinite", { parameter: "loss" });
    }
    return { loss, gradientNorm, timeSteps };
  }

  /** The warnings about the steps so far. */
  get warnings(): readonly RunWarning[] {
    return this.#warnings.list;
  }

  /** Puts the weights from before the last update back; false where there are none. */
  undo(): boolean {
    if (this.#proven === undefined) return false;
    this.#network.writeWeights(this.#proven);
    return true;
  }

  /** The loss of a batch, and what it was divided by. */
  evaluate(batch: Batch): { loss: number; divisor: number } {
    const { evaluate } = this.#training;
    if (!evaluate) return this.#network.evaluate(batch);
    const loss: unknown = evaluate(batch);
    if (typeof loss !== "number") throw typeError("evaluate()", "a number", show(loss));
    return { loss, divisor: 1 };
  }

  /** Copies of all parameters. */
  parameters(): Record<string, Tensor> {
    return this.#network.parameters();
  }

  /** Sets parameters. */
  setParameters(parameters: Record<string, Tensor>): void {
    this.#network.setParameters(parameters);
  }

  /** From which the next batch of an epoch starts; null where nothing is carried. */
  carried(state: RunState): State | null {
    if (!this.#training.carryState || state.cursor === 0) return null;
    return state.carried ?? this.#network.carriedState() ?? null;
  }

  /** The optimizer's state; after the run that of its end. */
  get optimizer(): OptimizerSnapshot {
    return this.#kept ?? this.#network.exportOptimizer(this.#training.optimizer);
  }

  /** The run has ended: everyone may change the network again. `resumable`: it may be gone on with. */
  release(resumable: boolean): void {
    if (resumable && this.#training.ownOptimizer) this.#kept = this.optimizer;
    if (this.#training.ownOptimizer) this.#network.forgetOptimizer(this.#training.optimizer);
    this.#pool.close();
    this.#network.release();
    this.#proven = this.#present = undefined;
  }
}
