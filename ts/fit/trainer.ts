/**
 * Trains the network of a run with its optimizer, learning rate, clipping and carried state. It does one step
 * or one evaluation at a time, and it can restore the last good weights.
 *
 * Weights are good if they gave a finite loss. A step whose gradient is not finite changes nothing, so its
 * weights remain. A loss that is not finite condemns the weights that it was computed with, so the weights
 * before the last update are kept until the next loss is known.
 */

import type { Batch } from "../data/batch.js";
import type { LockedNetwork } from "../rnn/locked-network.js";
import { record } from "../base/check.js";
import { at, typeError } from "../base/errors.js";
import { show } from "../base/show.js";
import type { Optimizer } from "../optim/optimizer.js";
import type { OptimizerSnapshot } from "../rnn/optimizer-state.js";
import type { RunState } from "./run-state.js";
import type { State } from "../data/state.js";
import type { Tensor } from "../base/tensor.js";
import { isPromise } from "./batch-iterator.js";
import type { ShardPool } from "./shard-pool.js";
import { expectFinite, shardedStep, type StepMetrics } from "./sharded-step.js";
import { Warnings, type RunWarning } from "./warnings.js";

/** The outcome of a step. */
export interface StepOutcome extends StepMetrics {
  /** Learning rate of the update. */
  learningRate: number;
  /** Number of training passes of the network with dropout, including this one. */
  dropoutStep: number;
}

/** The settings for a custom training step. */
export interface StepSettings {
  /** The run's optimizer, with the learning rate of this step. */
  optimizer: Optimizer;
  /** Largest norm of all gradients together; false for no clipping. */
  clipNorm: number | false;
}

/** The result of a custom training step. */
export interface OwnStepResult {
  /** Loss before the update. */
  loss: number;
  /** Norm of the gradients before clipping, as `applyGradients` returns it. */
  gradientNorm: number;
}

/** The settings of a training. */
export interface Training {
  readonly optimizer: Optimizer;
  /** True if the optimizer was created for this run. */
  readonly ownOptimizer: boolean;
  /** Returns the learning rate after `step` updates; undefined if the optimizer's own rate is used. */
  readonly rate: ((step: number) => number) | undefined;
  readonly clipNorm: number | false;
  readonly carryState: boolean;
  /** The number of pieces of a batch whose gradients are computed by themselves. */
  readonly shards: number;
  /** A custom step and a custom validation loss. */
  readonly trainStep: ((batch: Batch, settings: StepSettings) => OwnStepResult) | undefined;
  readonly evaluate: ((batch: Batch) => number) | undefined;
}

/** A network and the settings of its training. */
export class Trainer {
  readonly #network: LockedNetwork;
  readonly #training: Training;
  readonly #pool: ShardPool;
  readonly #warnings = new Warnings();
  #kept: OptimizerSnapshot | undefined; // state of an optimizer whose moments were freed with the run
  #proven: Float32Array | undefined; // weights that gave a finite loss
  #present: Float32Array | undefined; // a copy of the weights before the last step

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
    const done = (outcome: StepMetrics): StepOutcome => {
      this.#present = this.#proven;
      this.#proven = before;
      return { ...outcome, learningRate, dropoutStep: this.#network.dropoutStep };
    };
    const outcome = this.#training.trainStep
      ? this.#ownStep(batch, this.#training.trainStep)
      : this.#plainStep(batch, state);
    return isPromise(outcome) ? outcome.then(done) : done(outcome);
  }

  #plainStep(batch: Batch, state: RunState): StepMetrics | PromiseLike<StepMetrics> {
    const { optimizer, clipNorm, carryState, shards } = this.#training;
    let given = batch;
    if (carryState && state.carried)
      given = { initialState: state.carried, ...batch }; // a batch's own initial state takes precedence
    else if (carryState && state.cursor === 0) this.#network.forgetCarriedState();
    const look = (outcome: StepMetrics) => {
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
    expectFinite(loss);
    return { loss, gradientNorm, timeSteps };
  }

  /** The warnings about the steps so far. */
  get warnings(): readonly RunWarning[] {
    return this.#warnings.list;
  }

  /** The run is paused: weights may be written from outside. */
  pause(): void {
    this.#network.paused = true;
  }

  /** The run continues, with the weights that were written meanwhile. */
  resume(): void {
    this.#network.paused = false;
    if (this.#network.takeRewritten()) this.#proven = undefined; // they did not lead to these weights
  }

  /** Restores the weights from before the last update. Returns false if there are none. */
  undo(): boolean {
    if (this.#proven === undefined) return false;
    this.#network.writeWeights(this.#proven);
    return true;
  }

  /** Returns the loss of a batch and the divisor of its average. */
  evaluate(batch: Batch): { loss: number; divisor: number } {
    const { evaluate } = this.#training;
    if (!evaluate) return this.#network.evaluate(batch);
    const loss: unknown = evaluate(batch);
    if (typeof loss !== "number") throw typeError("evaluate()", "a number", show(loss));
    return { loss, divisor: 1 };
  }

  /** Returns copies of all parameters. */
  parameters(): Record<string, Tensor> {
    return this.#network.parameters();
  }

  /** Sets parameters. */
  setParameters(parameters: Record<string, Tensor>): void {
    this.#network.setParameters(parameters);
  }

  /** Returns the state from which the next batch of an epoch starts, or null if none is carried. */
  carried(state: RunState): State | null {
    if (!this.#training.carryState || state.cursor === 0) return null;
    return state.carried ?? this.#network.carriedState() ?? null;
  }

  /** The optimizer's state; after the run, its state at the end. */
  get optimizer(): OptimizerSnapshot {
    return this.#kept ?? this.#network.exportOptimizer(this.#training.optimizer);
  }

  /** Releases the network at the end of the run. If `resumable` is true, the run may be continued. */
  release(resumable: boolean): void {
    if (resumable && this.#training.ownOptimizer) this.#kept = this.optimizer;
    if (this.#training.ownOptimizer) this.#network.forgetOptimizer(this.#training.optimizer);
    this.#pool.close();
    this.#network.release();
    this.#proven = this.#present = undefined;
  }
}
