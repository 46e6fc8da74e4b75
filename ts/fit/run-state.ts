/**
 * Where a run stands between two pieces of work: plain data that says how it goes on, and the pure steps from one such
 * state to the next. No clock, no duration and nothing of reporting is in it, so that equal work gives equal states.
 *
 * With the parameters, the optimizer's moments and the same batches a run resumed from it gives the same bits as one
 * that was never interrupted.
 */

import { boolean, integer, number, record } from "../base/check.js";
import { at, rangeError, type Path } from "../base/errors.js";
import { show } from "../base/show.js";
import type { State } from "../data/state.js";
import type { Tensor } from "../base/tensor.js";

/** Why a run has ended. */
export type Stopped = "finished" | "stopped" | "aborted" | "early" | "timeLimit" | "diverged";

/** What a step was. */
export interface LastStep {
  /** Its epoch. */
  epoch: number;
  /** Of its batch before the update, in nats. */
  loss: number;
  /** Of all gradients together, before clipping. */
  gradientNorm: number;
  /** With which the update was done. */
  learningRate: number;
}

/** A loss on the validation batches. */
export interface ValidationLoss {
  /** Updates done when it was measured. */
  step: number;
  /** In nats, over all validation batches. */
  loss: number;
}

/** The best weights so far. */
export interface BestWeights extends ValidationLoss {
  /** By name. */
  parameters: Record<string, Tensor>;
}

/** Where a run stands: plain data, to be kept and handed to `fit` as `resumeFrom`. */
export interface RunState {
  /** Updates done. */
  step: number;
  /** The epoch under way, counted from 1; one more than there are when all are done. */
  epoch: number;
  /** Batches of that epoch that have been trained on. */
  cursor: number;
  /** The last step; null before the first. */
  last: LastStep | null;
  /** A validation is to be done before the next step. */
  validationDue: boolean;
  /** The last validation. */
  validation: ValidationLoss | null;
  /** With patience: the best validation and its weights. */
  best: BestWeights | null;
  /** Validations since the best one. */
  stale: number;
  /** With `carryState`: the state from which the next batch starts; null for zeros. */
  carried: State | null;
  /** Training passes that dropped, on which hangs what dropout drops next; 0 without dropout. */
  dropoutStep: number;
  /** The parameters at `step`, where the network itself was given back earlier ones when the run ended. */
  parameters: Record<string, Tensor> | null;
  /** Why the run has ended; null while it goes on. */
  stopped: Stopped | null;
}

/** Before the first step. */
export const START: RunState = {
  step: 0,
  epoch: 1,
  cursor: 0,
  last: null,
  validationDue: false,
  validation: null,
  best: null,
  stale: 0,
  carried: null,
  dropoutStep: 0,
  parameters: null,
  stopped: null,
};

/** An update has been done. */
export function afterStep(
  state: RunState,
  { loss, gradientNorm, learningRate, dropoutStep }: Omit<LastStep, "epoch"> & Pick<RunState, "dropoutStep">,
  validateEvery: number | undefined,
): RunState {
  const step = state.step + 1;
  const validationDue = validateEvery !== undefined && step % validateEvery === 0;
  const last = { epoch: state.epoch, loss, gradientNorm, learningRate };
  return { ...state, step, cursor: state.cursor + 1, last, validationDue, carried: null, dropoutStep };
}

/** The epoch's batches have come to their end. `validates`: whether its end asks for a validation. */
export function afterEpoch(state: RunState, validates: boolean): RunState {
  return { ...state, epoch: state.epoch + 1, cursor: 0, validationDue: validates, carried: null };
}

/** A validation has been done. `keep`: the weights, where the best are kept. */
export function afterValidation(
  state: RunState,
  loss: number,
  keep: (() => Record<string, Tensor>) | undefined,
): RunState {
  const validation = { step: state.step, loss };
  const next = { ...state, validationDue: false, validation };
  if (keep === undefined) return next;
  if (state.best !== null && !(loss < state.best.loss)) return { ...next, stale: state.stale + 1 };
  return { ...next, best: { ...validation, parameters: keep() }, stale: 0 };
}

/** Returns a copy that shares no memory with `state`. */
export function copyRunState(state: RunState): RunState {
  const { last, validation, best, carried, parameters } = state;
  return {
    ...state,
    last: last && { ...last },
    validation: validation && { ...validation },
    best: best && { ...best, parameters: copyTensors(best.parameters) },
    carried:
      carried &&
      ("h" in carried ? { h: copyTensor(carried.h), c: copyTensor(carried.c) } : copyTensor(carried)),
    parameters: parameters && copyTensors(parameters),
  };
}

function copyTensors(tensors: Record<string, Tensor>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, copyTensor(tensor)]));
}

function copyTensor({ data, shape }: Tensor): Tensor {
  return { data: data.slice(), shape: [...shape] };
}

/** Whether a run that ended so can be resumed. */
export function isUnfinished(stopped: Stopped): boolean {
  return stopped === "stopped" || stopped === "aborted" || stopped === "timeLimit";
}

/** A state that a user hands in: looked at as far as the run itself rests on it. Its tensors are checked when they are put to use. */
export function readRunState(value: unknown, path: Path): RunState {
  const given = record(value, path) as RunState;
  const { last, validation, best, carried, parameters, stopped, validationDue } = given;
  if (stopped !== null && !isUnfinished(stopped)) {
    throw rangeError(at(path, "stopped"), "a run that is not finished", show(stopped));
  }
  for (const [key, part] of Object.entries({ last, validation, best, carried, parameters })) {
    if (part !== null) record(part, at(path, key));
  }
  return {
    step: integer(given.step, at(path, "step"), { min: 0 }),
    epoch: integer(given.epoch, at(path, "epoch"), { min: 1 }),
    cursor: integer(given.cursor, at(path, "cursor"), { min: 0 }),
    last: last === null ? null : readLast(last, at(path, "last")),
    validationDue: boolean(validationDue, at(path, "validationDue")),
    validation: validation === null ? null : readValidation(validation, at(path, "validation")),
    best:
      best === null
        ? null
        : {
            ...readValidation(best, at(path, "best")),
            parameters: record(best.parameters, at(path, "best", "parameters")) as Record<string, Tensor>,
          },
    stale: integer(given.stale, at(path, "stale"), { min: 0 }),
    carried,
    dropoutStep: integer(given.dropoutStep, at(path, "dropoutStep"), { min: 0 }),
    parameters,
    stopped: null,
  };
}

function readLast({ epoch, loss, gradientNorm, learningRate }: LastStep, path: Path): LastStep {
  return {
    epoch: integer(epoch, at(path, "epoch"), { min: 1 }),
    loss: number(loss, at(path, "loss")),
    gradientNorm: number(gradientNorm, at(path, "gradientNorm")),
    learningRate: number(learningRate, at(path, "learningRate")),
  };
}

/** A validation out of a file or a user's hands. */
export function readValidation({ step, loss }: ValidationLoss, path: Path): ValidationLoss {
  return { step: integer(step, at(path, "step"), { min: 0 }), loss: number(loss, at(path, "loss")) };
}
