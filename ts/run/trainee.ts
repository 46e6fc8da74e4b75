/**
 * The network of a run together with how it is trained: optimizer, learning rate, clipping, carried state. Does one
 * step or one evaluation at a time, and can go back to the last good weights.
 *
 * Good are weights that gave a finite loss. A step whose gradient is not finite changes nothing, so they stand; a loss
 * that is not finite condemns the weights it was computed with, so those before the last update are kept aside until
 * the next loss has been seen.
 */

import type { Batch } from "../batch.js";
import type { Claim } from "../claim.js";
import type { Optimizer } from "./fit-options.js";
import type { RunState } from "./run-state.js";
import type { State } from "../state.js";
import type { Tensor } from "../tensor.js";

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
}

/** A network and how it is trained. */
export class Trainee {
  readonly #claim: Claim;
  readonly #training: Training;
  #proven: Float32Array | undefined; // weights that gave a finite loss
  #present: Float32Array | undefined; // a copy of those that the last step began with

  constructor(claim: Claim, training: Training) {
    this.#claim = claim;
    this.#training = training;
  }

  /** One update. `state`: where the run stands before it. */
  step(batch: Batch, state: RunState): StepOutcome {
    const { optimizer, rate, clipNorm, carryState } = this.#training;
    if (rate) optimizer.learningRate = rate(state.step);
    const { learningRate } = optimizer;
    let given = batch;
    if (carryState && state.carried) given = { ...batch, initialState: state.carried };
    else if (carryState && state.cursor === 0) this.#claim.forgetCarriedState();
    const before = this.#claim.copyWeights(this.#present);
    this.#present = before;
    const outcome = this.#claim.trainStep(given, optimizer, { clipNorm, carryState });
    this.#present = this.#proven;
    this.#proven = before;
    return { ...outcome, learningRate };
  }

  /** Puts the weights from before the last update back; false where there are none. */
  undo(): boolean {
    if (this.#proven === undefined) return false;
    this.#claim.writeWeights(this.#proven);
    return true;
  }

  /** The loss of a batch, and what it was divided by. */
  evaluate(batch: Batch): { loss: number; divisor: number } {
    return this.#claim.evaluate(batch);
  }

  /** Copies of all parameters. */
  parameters(): Record<string, Tensor> {
    return this.#claim.parameters();
  }

  /** Sets parameters. */
  setParameters(parameters: Record<string, Tensor>): void {
    this.#claim.setParameters(parameters);
  }

  /** From which the next batch of an epoch starts; null where nothing is carried. */
  carried(state: RunState): State | null {
    if (!this.#training.carryState || state.cursor === 0) return null;
    return state.carried ?? this.#claim.carriedState() ?? null;
  }

  /** The run has ended: everyone may change the network again. */
  release(): void {
    if (this.#training.ownOptimizer) this.#claim.forgetOptimizer(this.#training.optimizer);
    this.#claim.release();
    this.#proven = this.#present = undefined;
  }
}
