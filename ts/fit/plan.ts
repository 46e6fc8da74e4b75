/**
 * How much work a run is: epochs or steps, when it validates, and how far along a state is. Pure; the clock's part of
 * progress is in throughput.ts.
 */

import type { RunState } from "./run-state.js";

/** The extent of a run. */
export interface Plan {
  /** Passes over the batches; undefined where steps count. */
  readonly epochs: number | undefined;
  /** Updates; undefined where epochs count. */
  readonly steps: number | undefined;
  /** Batches of an epoch, where that is known beforehand; for progress alone. */
  readonly stepsPerEpoch: number | undefined;
  /** Whether there are validation batches. */
  readonly validates: boolean;
  /** Steps from one validation to the next; undefined: at the end of each epoch. */
  readonly validateEvery: number | undefined;
  /** Validations in a row without a better one after which the run ends; undefined: the best weights are not kept. */
  readonly patience: number | undefined;
}

/** Whether a step is one of each so many; of undefined none is. */
export function isMultiple(step: number, every: number | undefined): boolean {
  return every !== undefined && step % every === 0;
}

/** Whether all the work is done. */
export function isDone({ epochs, steps }: Plan, state: RunState): boolean {
  if (steps !== undefined) return state.step >= steps;
  return state.epoch > (epochs as number);
}

/** Whether the best weights are too long ago. */
export function isStale({ patience }: Plan, state: RunState): boolean {
  return patience !== undefined && state.stale >= Math.max(1, patience);
}

/** Whether a validation is to be done now: one that is due, or the one at the end. */
export function shouldValidate(plan: Plan, state: RunState): boolean {
  if (!plan.validates) return false;
  return state.validationDue || (isDone(plan, state) && state.validation?.step !== state.step);
}

/** The share of the work that is done, 0 … 1. */
export function fractionDone({ epochs, steps }: Plan, state: RunState, perEpoch: number | undefined): number {
  if (steps !== undefined) return Math.min(1, state.step / steps);
  const within = perEpoch === undefined ? 0 : Math.min(1, state.cursor / perEpoch);
  return Math.min(1, (state.epoch - 1 + within) / (epochs as number));
}

/** Steps still to do, where that is known. */
export function stepsLeft(
  { epochs, steps }: Plan,
  state: RunState,
  perEpoch: number | undefined,
): number | undefined {
  if (steps !== undefined) return Math.max(0, steps - state.step);
  if (perEpoch === undefined) return undefined;
  return Math.max(0, ((epochs as number) - state.epoch + 1) * perEpoch - state.cursor);
}
