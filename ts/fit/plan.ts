/**
 * The amount of work of a run: epochs or steps, the times of validations, and the progress of a state. The
 * functions are pure; throughput.ts adds the clock.
 */

import type { RunState } from "./run-state.js";

/** The extent of a run. */
export interface Plan {
  /** Number of passes over the batches; undefined if `steps` is given. */
  readonly epochs: number | undefined;
  /** Number of updates; undefined if `epochs` is given. */
  readonly steps: number | undefined;
  /** Number of batches per epoch, if it is known beforehand. It is used for progress only. */
  readonly stepsPerEpoch: number | undefined;
  /** True if there are validation batches. */
  readonly validates: boolean;
  /** Number of steps between validations; undefined for a validation at the end of each epoch. */
  readonly validateEvery: number | undefined;
  /**
   * Number of successive validations without an improvement after which the run ends; undefined if the best
   * weights are not kept.
   */
  readonly patience: number | undefined;
}

/** Returns true if `step` is a multiple of `every`, and false if `every` is undefined. */
export function isMultiple(step: number, every: number | undefined): boolean {
  return every !== undefined && step % every === 0;
}

/** Returns true if all work is done. */
export function isDone({ epochs, steps }: Plan, state: RunState): boolean {
  if (steps !== undefined) return state.step >= steps;
  return state.epoch > (epochs as number);
}

/** Returns true if the last improvement is too many validations ago. */
export function isStale({ patience }: Plan, state: RunState): boolean {
  return patience !== undefined && state.stale >= Math.max(1, patience);
}

/** Returns true if a validation has to be done now: one that is due, or the one at the end. */
export function shouldValidate(plan: Plan, state: RunState): boolean {
  if (!plan.validates) return false;
  return state.validationDue || (isDone(plan, state) && state.validation?.step !== state.step);
}

/** Returns the fraction of the work that is done, 0 … 1. */
export function fractionDone({ epochs, steps }: Plan, state: RunState, perEpoch: number | undefined): number {
  if (steps !== undefined) return Math.min(1, state.step / steps);
  const within = perEpoch === undefined ? 0 : Math.min(1, state.cursor / perEpoch);
  return Math.min(1, (state.epoch - 1 + within) / (epochs as number));
}

/** Returns the number of remaining steps, if it is known. */
export function stepsLeft(
  { epochs, steps }: Plan,
  state: RunState,
  perEpoch: number | undefined,
): number | undefined {
  if (steps !== undefined) return Math.max(0, steps - state.step);
  if (perEpoch === undefined) return undefined;
  return Math.max(0, ((epochs as number) - state.epoch + 1) * perEpoch - state.cursor);
}
