/**
 * The state of a run between two pieces of work: plain data that determines how the run continues, and the
 * pure functions from one state to the next. It contains no clock, no duration and no reports, so that equal
 * work gives equal states.
 *
 * With the parameters, the optimizer's moments and the same batches, a run that is resumed from it gives the
 * same bits as a run without interruption.
 */

import { boolean, integer, number, record } from "../base/check.js";
import { at, rangeError, typeError, type Path } from "../base/errors.js";
import { show } from "../base/show.js";
import type { State } from "../data/state.js";
import { readShape, type Tensor } from "../base/tensor.js";
import { FLOATS, typedArrayKind, typedArrayLength } from "../base/typed-array.js";

/** The reason for the end of a run. */
export type Stopped = "finished" | "stopped" | "aborted" | "early" | "timeLimit" | "diverged";

/** The last step. */
export interface LastStep {
  /** Its epoch. */
  epoch: number;
  /** Loss of its batch before the update, in nats. */
  loss: number;
  /** Norm of all gradients together, before clipping. */
  gradientNorm: number;
  /** Learning rate of the update. */
  learningRate: number;
}

/** A loss on the validation batches. */
export interface ValidationLoss {
  /** Number of updates done when it was measured. */
  step: number;
  /** Loss over all validation batches, in nats. */
  loss: number;
}

/** The best weights so far. */
export interface BestWeights extends ValidationLoss {
  /** Copies of the parameters, by name. */
  parameters: Record<string, Tensor>;
}

/** The state of a run: plain data that can be saved and passed to `fit` as `resumeFrom`. */
export interface RunState {
  /** Number of updates done. */
  step: number;
  /** Current epoch, counted from 1; after the last epoch, the number of epochs plus 1. */
  epoch: number;
  /** Number of batches of the current epoch that have been trained on. */
  cursor: number;
  /** The last step; null before the first. */
  last: LastStep | null;
  /** True if a validation must be done before the next step. */
  validationDue: boolean;
  /** The last validation. */
  validation: ValidationLoss | null;
  /** The best validation and its weights, with patience only. */
  best: BestWeights | null;
  /** Number of validations since the best one. */
  stale: number;
  /** The state from which the next batch starts, with `carryState`; null for zeros. */
  carried: State | null;
  /**
   * Number of training passes with dropout, which determines the values that dropout drops next; 0 without
   * dropout.
   */
  dropoutStep: number;
  /** The parameters at `step`, if the network was given earlier ones at the end of the run. */
  parameters: Record<string, Tensor> | null;
  /** The reason for the end; null during the run. */
  stopped: Stopped | null;
}

/** The state before the first step. */
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

/** Returns the state after an update. */
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

/**
 * Returns the state after the last batch of an epoch. `validates` is true if a validation follows an epoch.
 */
export function afterEpoch(state: RunState, validates: boolean): RunState {
  return { ...state, epoch: state.epoch + 1, cursor: 0, validationDue: validates, carried: null };
}

/** Returns the state after a validation. `keep` returns the weights, if the best ones are kept. */
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

/** Returns true if a run that ended for this reason can be resumed. */
export function isUnfinished(stopped: Stopped): boolean {
  return stopped === "stopped" || stopped === "aborted" || stopped === "timeLimit";
}

/**
 * Reads a state from a user or a file, as far as the run itself needs it. The shapes and values of its tensors are
 * checked when the network takes them.
 */
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
            parameters: readTensors(best.parameters, at(path, "best", "parameters")),
          },
    stale: integer(given.stale, at(path, "stale"), { min: 0 }),
    carried: carried === null ? null : readCarried(carried, at(path, "carried")),
    dropoutStep: integer(given.dropoutStep, at(path, "dropoutStep"), { min: 0 }),
    parameters: parameters === null ? null : readTensors(parameters, at(path, "parameters")),
    stopped: null,
  };
}

function readTensors(value: unknown, path: Path): Record<string, Tensor> {
  const entries = Object.entries(record(value, path));
  return Object.fromEntries(entries.map(([name, tensor]) => [name, readTensor(tensor, at(path, name))]));
}

function readCarried(value: State, path: Path): State {
  const { h, c } = record(value, path) as { h?: unknown; c?: unknown };
  if (h === undefined && c === undefined) return readTensor(value, path);
  return { h: readTensor(h, at(path, "h")), c: readTensor(c, at(path, "c")) };
}

function readTensor(value: unknown, path: Path): Tensor {
  const { data, shape } = record(value, path) as Partial<Tensor>;
  if (data === undefined || typedArrayKind(data) !== FLOATS)
    throw typeError(at(path, "data"), "a Float32Array", show(data));
  return { data, shape: readShape(shape, at(path, "shape"), typedArrayLength(data)) };
}

function readLast({ epoch, loss, gradientNorm, learningRate }: LastStep, path: Path): LastStep {
  return {
    epoch: integer(epoch, at(path, "epoch"), { min: 1 }),
    loss: number(loss, at(path, "loss")),
    gradientNorm: number(gradientNorm, at(path, "gradientNorm")),
    learningRate: number(learningRate, at(path, "learningRate")),
  };
}

/** Reads a validation from a file or from a user. */
export function readValidation({ step, loss }: ValidationLoss, path: Path): ValidationLoss {
  return { step: integer(step, at(path, "step"), { min: 0 }), loss: number(loss, at(path, "loss")) };
}
