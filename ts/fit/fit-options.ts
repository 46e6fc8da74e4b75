/** The options of `fit` and their checks. */

import { at, rangeError, typeError, type Path } from "../base/errors.js";
import { readClipNorm } from "../optim/clip-norm.js";
import { Adam } from "../optim/adam.js";
import type { Batch } from "../data/batch.js";
import { boolean, integer, number } from "../base/check.js";
import {
  count,
  func,
  merge,
  readOptions,
  unchecked,
  type Declaration,
  type OptionsOf,
  type ValuesOf,
} from "../base/options.js";
import { show } from "../base/show.js";
import { optimizerState, type Optimizer } from "../optim/optimizer.js";
import type { OptimizerSnapshot } from "../rnn/optimizer-state.js";
import { rateAt, readLearningRate } from "../optim/schedule.js";
import type { AbortSignalLike } from "./control.js";
import { countBatches, readBatches, walksOnce, type Batches } from "./batch-iterator.js";
import type { LockedNetwork } from "../rnn/locked-network.js";
import type { Plan } from "./plan.js";
import type { ShardPool } from "./shard-pool.js";
import type { Listener } from "./progress.js";
import type { Report } from "./reports.js";
import { readRunState, START, type RunState } from "./run-state.js";
import type { Tensor } from "../base/tensor.js";
import type { OwnStepResult, StepSettings, Training } from "./trainer.js";

/**
 * The result of `run.checkpoint()` without `snapshot`: everything that is needed to continue the run
 * elsewhere, as plain data and tensors.
 */
export interface RunCheckpoint {
  /** The state of the run. */
  state: RunState;
  /** Copies of the parameters, by name. */
  parameters: Record<string, Tensor>;
  /** The optimizer's settings, counts and moments. */
  optimizer: OptimizerSnapshot;
}

/** Options of a run that do not decide what it computes, except for its time limit. */
export const RUN = {
  /** Limit of the running time in seconds, without pauses, checked between two steps. Default: no limit. */
  timeLimitSeconds: { read: readTimeLimit, fallback: undefined },
  /** Reports every n-th step. There is also a report after each validation and at the end. Default 1. */
  every: { read: count, fallback: 1 },
  /**
   * Pauses automatically after each n-th step, before a validation that is due, as `run.pause()` does:
   * `run.paused` is true with the report of that step, and network and run stay at that step until
   * `run.resume()`. Use it for checkpoints and samples that are the same each time the run is repeated.
   * Default: never.
   */
  pauseEvery: { read: count, fallback: undefined },
  /** An `AbortSignal` that ends the run when it aborts. The promise of the run still resolves. */
  signal: { read: readSignal, fallback: undefined },
  /**
   * Function that is called with each report, between two steps. The run does not wait for a promise that it
   * returns. A promise that rejects ends the run with its error, as an exception does.
   */
  onProgress: { read: func<(report: Report) => unknown>, fallback: undefined },
} satisfies Declaration;

/** Options that decide what is computed. */
const TRAINING = {
  /**
   * Number of passes over the batches. Default 10, or 1 for batches that can be iterated only once. Give
   * either this or `steps`.
   */
  epochs: { read: count, fallback: undefined },
  /** Number of updates, over as many epochs as they take. */
  steps: { read: count, fallback: undefined },
  /** Step size, 0 … 1e30, or a schedule over the updates of this run. Default: the optimizer's, or 2e-3 without an optimizer. */
  learningRate: { read: readLearningRate, fallback: undefined },
  /**
   * The optimizer. Default: a new Adam in PyTorch's form with ε 1e-8, whose moments are freed at the end of
   * the run.
   */
  optimizer: { read: readGivenOptimizer, fallback: undefined },
  /** Largest norm of all gradients together, 1e-30 … 1e30; false for no clipping. Default 1. */
  clipNorm: { read: readClipNorm, fallback: 1 },
  /**
   * Starts each batch from the final state of the previous one, and the first batch of an epoch from zeros:
   * truncated BPTT. Default false.
   */
  carryState: { read: boolean, fallback: false },
  /**
   * Number of pieces that the rows of a batch are cut into, at most one for each row. Their gradients are computed one by
   * one and added in a fixed order; the result depends on this number alone. Default 1, or 8 with several `workers`.
   */
  shards: { read: count, fallback: 1 },
  /** Performs one update instead of `rnn.trainStep`: for custom losses, by `rnn.backward` and `rnn.applyGradients`. */
  trainStep: { read: func<NonNullable<Training["trainStep"]>>, fallback: undefined },
  /** Returns the loss of a validation batch instead of `rnn.evaluate`; every batch then counts the same. */
  evaluate: { read: func<(batch: Batch) => number>, fallback: undefined },
  /** Batches for validation. */
  validation: { read: readBatches, fallback: undefined },
  /**
   * Number of steps between validations. Default: one validation at the end of each epoch. There is always
   * one at the end of the run.
   */
  validateEvery: { read: count, fallback: undefined },
  /**
   * Number of validations without an improvement after which the run stops; Infinity never stops. The weights
   * of the best validation are kept, and the network has them at the end of the run. Default: no early
   * stopping, and the last weights are kept.
   */
  patience: { read: readPatience, fallback: undefined },
} satisfies Declaration;

/** Continuation, and what is known of batches that cannot be counted. */
const CONTINUATION = {
  /** Number of batches per epoch, for `fraction` and `etaSeconds` when the batches cannot be counted. */
  stepsPerEpoch: { read: count, fallback: undefined },
  /**
   * Continues another run, with the batches and options of that run. The result is bit-identical to a run
   * without interruption. A checkpoint includes parameters and optimizer, and requires a network with the
   * same options (with dropout, the same seed) and frozen parameters. With a state alone, the network and
   * `optimizer` must be as they were.
   */
  resumeFrom: { read: unchecked, fallback: undefined },
  /** Returns what `run.checkpoint()` resolves to. Default: state, parameters and optimizer. */
  snapshot: {
    read: func<(state: RunState, checkpoint: () => RunCheckpoint) => unknown>,
    fallback: undefined,
  },
} satisfies Declaration;

/** The options of `fit`. */
export const FIT = /* @__PURE__ */ merge(/* @__PURE__ */ merge(TRAINING, RUN), CONTINUATION);

/** Options that depend on the type of a batch or of a checkpoint. */
type Generic = "trainStep" | "evaluate" | "validation" | "resumeFrom" | "snapshot";

/**
 * Options of {@link fit}. `B` is the type of a batch. Types other than {@link Batch} need `trainStep`, and
 * also `evaluate` for validation.
 */
export interface FitOptions<Checkpoint = RunCheckpoint, B = Batch> extends Omit<
  OptionsOf<typeof FIT>,
  Generic
> {
  /** Performs one update instead of `rnn.trainStep`: for custom losses, by `rnn.backward` and `rnn.applyGradients`. */
  trainStep?: (batch: B, settings: StepSettings) => OwnStepResult;
  /** Returns the loss of a validation batch instead of `rnn.evaluate`; every batch then counts the same. */
  evaluate?: (batch: B) => number;
  /** Batches for validation. */
  validation?: Batches<B>;
  /**
   * Continues another run, with the batches and options of that run. The result is bit-identical to a run
   * without interruption. A checkpoint includes parameters and optimizer, and requires a network with the
   * same options (with dropout, the same seed) and frozen parameters. With a state alone, the network and
   * `optimizer` must be as they were.
   */
  resumeFrom?: RunCheckpoint | RunState;
  /** Returns what `run.checkpoint()` resolves to. Default: state, parameters and optimizer. */
  snapshot?: (state: RunState, checkpoint: () => RunCheckpoint) => Checkpoint;
}

type Values = ValuesOf<typeof FIT>;

/** The checked options, complete with defaults. */
export interface FitConfig<Checkpoint> {
  readonly batches: Batches;
  readonly validation: Batches | undefined;
  readonly plan: Plan;
  readonly training: Training;
  readonly timeLimitSeconds: number | undefined;
  readonly every: number;
  readonly pauseEvery: number | undefined;
  readonly signal: AbortSignalLike | undefined;
  readonly onProgress: Listener | undefined;
  readonly state: RunState;
  /** True if `state` comes from another run, which is to be continued. */
  readonly resumes: boolean;
  /** Parameters and optimizer of the run to resume, not checked yet. */
  readonly checkpoint: { readonly parameters: unknown; readonly optimizer: unknown } | undefined;
  readonly snapshot: (state: RunState, checkpoint: () => RunCheckpoint) => Checkpoint;
  /** Makes the pool that computes the shards. Default: on this thread. */
  readonly pool?: (network: LockedNetwork) => ShardPool;
}

/**
 * Reads the options, each once. The caller knows the type of a checkpoint, because `options` have no type
 * here.
 */
export function readFitOptions(batches: unknown, options: unknown): FitConfig<unknown> {
  const source = readBatches(batches, "batches");
  const values = readOptions(options, FIT);
  const { resumeFrom, validation, timeLimitSeconds, every, pauseEvery, signal, onProgress } = values;
  const checkpoint = readCheckpoint(resumeFrom);
  const state =
    resumeFrom === undefined
      ? START
      : readRunState(checkpoint ? checkpoint.state : resumeFrom, statePath(checkpoint));
  const training = readTraining(values, resumeFrom !== undefined && !checkpoint);
  return {
    batches: source,
    validation,
    plan: readPlan(values, source),
    training,
    timeLimitSeconds,
    every,
    pauseEvery,
    signal,
    onProgress,
    state,
    resumes: resumeFrom !== undefined,
    checkpoint,
    snapshot: values.snapshot ?? ((_state, checkpoint) => checkpoint()),
  };
}

/** The place of the run's state in the options. */
export function statePath(checkpoint: unknown): Path {
  return checkpoint === undefined ? "resumeFrom" : at("resumeFrom", "state");
}

function readCheckpoint(value: unknown): RunCheckpoint | undefined {
  return typeof value === "object" && value !== null && "state" in value
    ? (value as RunCheckpoint)
    : undefined;
}

function readPlan({ steps, epochs, ...values }: Values, batches: Batches): Plan {
  const { validateEvery, patience, stepsPerEpoch } = values;
  const validates = values.validation !== undefined;
  if (steps !== undefined && epochs !== undefined) {
    throw typeError("steps", "either epochs or steps", "both");
  }
  const isIteratedOnce = steps === undefined && walksOnce(batches);
  if (isIteratedOnce && epochs !== undefined && epochs > 1) {
    throw rangeError("epochs", "1, since these batches can be iterated only once", String(epochs), {
      hint: "pass an array, or a function that returns them, to iterate several times",
    });
  }
  for (const [name, value] of Object.entries({ validateEvery, patience })) {
    if (value !== undefined && !validates)
      throw typeError(name, "no value without validation batches", show(value));
  }
  return {
    epochs: steps === undefined ? (epochs ?? (isIteratedOnce ? 1 : 10)) : undefined,
    steps,
    stepsPerEpoch: stepsPerEpoch ?? countBatches(batches),
    validates,
    validateEvery,
    patience,
  };
}

function readTraining(values: Values, needsOptimizer: boolean): Training {
  const { optimizer, learningRate: rate, clipNorm, carryState, shards, trainStep } = values;
  if (optimizer === undefined && needsOptimizer)
    throw typeError("optimizer", "the optimizer of the run to resume", "undefined");
  if (shards > 1 && trainStep) throw rangeError("shards", "1 with a trainStep", String(shards));
  if (carryState && trainStep) throw typeError("carryState", "false with a trainStep", "true");
  return {
    optimizer: optimizer ?? new Adam({ learningRate: 2e-3, epsilonMode: "torch" }),
    ownOptimizer: optimizer === undefined,
    rate: rate === undefined ? undefined : (step) => rateAt(rate, step),
    clipNorm,
    carryState,
    shards,
    trainStep,
    evaluate: values.evaluate,
  };
}

/** Checks an optimizer. */
export function readGivenOptimizer(value: unknown): Optimizer {
  optimizerState(value);
  return value as Optimizer;
}

/** Checks a number of validations, which can be infinite. */
export function readPatience(value: unknown, path: Path): number {
  return value === Infinity ? value : integer(value, path, { min: 0 });
}

function readTimeLimit(value: unknown, path: Path): number {
  return number(value, path, { min: 0.001 });
}

function readSignal(value: unknown, path: Path): AbortSignalLike {
  if (typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value) {
    return value as AbortSignalLike;
  }
  throw typeError(path, "an AbortSignal", show(value));
}
