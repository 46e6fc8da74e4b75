/** The options of `fit`: what they are, and their checks. */

import { at, rangeError, typeError, type Path } from "../base/errors.js";
import { readClipNorm } from "../optim/clip-norm.js";
import { Adam } from "../optim/adam.js";
import type { Batch } from "../data/batch.js";
import { boolean, integer, number, optionsObject } from "../base/check.js";
import { show } from "../base/show.js";
import { optimizerState, type Optimizer } from "../optim/optimizer.js";
import type { OptimizerSnapshot } from "../rnn/optimizer-state.js";
import { evaluate, readLearningRate, type Schedule } from "../optim/schedule.js";
import type { AbortSignalLike } from "./control.js";
import { lengthOf, readBatches, walksOnce, type Batches } from "./batch-iterator.js";
import type { Plan } from "./plan.js";
import type { Listener } from "./progress.js";
import type { Report } from "./reports.js";
import { readRunState, START, type RunState } from "./run-state.js";
import type { Tensor } from "../base/tensor.js";
import type { OwnStepResult, StepSettings, Training } from "./trainer.js";

/**
 * What `run.checkpoint()` gives unless `snapshot` says otherwise: all it takes to go on elsewhere, as plain data and
 * tensors.
 */
export interface RunCheckpoint {
  /** Where the run stands. */
  state: RunState;
  /** By name, copied. */
  parameters: Record<string, Tensor>;
  /** Settings, counts and moments. */
  optimizer: OptimizerSnapshot;
}

/** Options of {@link fit}. `B`: what a batch is; anything but {@link Batch} needs `trainStep`, and `evaluate` to validate. */
export interface FitOptions<Checkpoint = RunCheckpoint, B = Batch> {
  /** Passes over the batches. Default 10; 1 where they can be walked but once. Either this or `steps`. */
  epochs?: number;
  /** Updates, over as many epochs as that takes. */
  steps?: number;
  /** Step size, 0 … 1e30, or a schedule over this run's updates. Default: what the optimizer has, 2e-3 without one. */
  learningRate?: number | Schedule;
  /** Default: an Adam of the run's own, in PyTorch's form with ε 1e-8, whose moments go when the run ends. */
  optimizer?: Optimizer;
  /** Largest norm of all gradients together, 1e-30 … 1e30; false for no clipping. Default 1. */
  clipNorm?: number | false;
  /** Each batch starts from the final state of the one before, an epoch's first from zeros: truncated BPTT. Default false. */
  carryState?: boolean;
  /** One update in place of `rnn.trainStep`: for a loss of one's own, by `rnn.backward` and `rnn.applyGradients`. */
  trainStep?: (batch: B, settings: StepSettings) => OwnStepResult;
  /** The loss of a validation batch in place of `rnn.evaluate`'s; each batch counts the same then. */
  evaluate?: (batch: B) => number;
  /** Batches that are evaluated, not trained on. */
  validation?: Batches<B>;
  /** Steps from one validation to the next. Default: one at the end of each epoch. There is always one at the end. */
  validateEvery?: number;
  /**
   * Ends after so many validations in a row without a better one; Infinity never does. With it the weights of the best
   * validation are kept, and the network has them when the run has ended. Default: neither.
   */
  patience?: number;
  /** Seconds of running time, pauses left out. Looked at between two steps. Default: no limit. */
  timeLimitSeconds?: number;
  /** A report each so many steps; there is also one after each validation and one at the end. Default 1. */
  every?: number;
  /**
   * Pauses by itself after each n-th step, as `run.pause()` would, before a validation that is due: with the report of that step
   * `run.paused` is true, and until `run.resume()` all that is asked of network and run is of just that step. For checkpoints and
   * samples that are to be the same at each repetition. Default: never.
   */
  pauseEvery?: number;
  /** An `AbortSignal`: ends the run when it aborts; the run's promise resolves all the same. */
  signal?: AbortSignalLike;
  /**
   * Called with each report, between two steps. The run does not wait for a promise that it returns; one that rejects
   * ends the run with its error, as an exception does.
   */
  onProgress?: (report: Report) => unknown;
  /** Batches of an epoch, for `fraction` and `etaSeconds` while they cannot be counted. */
  stepsPerEpoch?: number;
  /**
   * Goes on from where another run stood, with that run's batches and options; the result then has the same bits as if
   * it had never been interrupted. A checkpoint brings parameters and optimizer along, for a network of the same options
   * (with dropout of the same seed) and frozen parameters; with a state alone, network and `optimizer` must be as they
   * were.
   */
  resumeFrom?: RunCheckpoint | RunState;
  /** What `run.checkpoint()` gives, made of the state or of what it would be otherwise. Default: state, parameters and optimizer. */
  snapshot?: (state: RunState, checkpoint: () => RunCheckpoint) => Checkpoint;
}

const NAMES: ReadonlySet<string> = new Set([
  "epochs",
  "steps",
  "learningRate",
  "optimizer",
  "clipNorm",
  "carryState",
  "trainStep",
  "evaluate",
  "validation",
  "validateEvery",
  "patience",
  "timeLimitSeconds",
  "every",
  "pauseEvery",
  "signal",
  "onProgress",
  "stepsPerEpoch",
  "resumeFrom",
  "snapshot",
] satisfies (keyof FitOptions)[]);

/** The options, checked and complete. */
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
  /** Whether it is another run's, to be gone on with. */
  readonly resumes: boolean;
  /** Parameters and optimizer of the run to resume, not looked at yet. */
  readonly checkpoint: { readonly parameters: unknown; readonly optimizer: unknown } | undefined;
  readonly snapshot: (state: RunState, checkpoint: () => RunCheckpoint) => Checkpoint;
}

/** Reads the options, each once. The type of a checkpoint is the caller's to say, because `options` are not typed here. */
export function readFitOptions(batches: unknown, options: unknown): FitConfig<unknown> {
  const source = readBatches(batches, "batches");
  const given = optionsObject(options, "options", NAMES) as FitOptions<unknown>;
  const { resumeFrom, onProgress, snapshot, signal, validation } = given;
  const checkpoint = readCheckpoint(resumeFrom);
  const state =
    resumeFrom === undefined
      ? START
      : readRunState(checkpoint ? checkpoint.state : resumeFrom, statePath(checkpoint));
  const training = readTraining(given, resumeFrom !== undefined && !checkpoint);
  return {
    batches: source,
    validation: validation === undefined ? undefined : readBatches(validation, "validation"),
    plan: readPlan(given, source, validation !== undefined),
    training,
    timeLimitSeconds: readOptional(given.timeLimitSeconds, (n) =>
      number(n, "timeLimitSeconds", { min: 0.001 }),
    ),
    every: readCount(given.every, "every") ?? 1,
    pauseEvery: readCount(given.pauseEvery, "pauseEvery"),
    signal: readSignal(signal),
    onProgress: readFunction(onProgress, "onProgress"),
    state,
    resumes: resumeFrom !== undefined,
    checkpoint,
    snapshot: readFunction(snapshot, "snapshot") ?? ((_state, checkpoint) => checkpoint()),
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

function readPlan(given: FitOptions<unknown>, batches: Batches, validates: boolean): Plan {
  const { patience } = given;
  const steps = readCount(given.steps, "steps");
  let epochs = readCount(given.epochs, "epochs");
  if (steps !== undefined && epochs !== undefined) {
    throw typeError("steps", "either epochs or steps", "both");
  }
  if (steps === undefined) {
    const once = walksOnce(batches);
    epochs ??= once ? 1 : 10;
    if (once && epochs > 1) {
      throw rangeError("epochs", "1, since these batches can be walked once only", String(epochs), {
        hint: "an array or a function that gives them can be walked any number of times",
      });
    }
  }
  const validateEvery = readCount(given.validateEvery, "validateEvery");
  for (const [name, value] of Object.entries({ validateEvery, patience })) {
    if (value !== undefined && !validates)
      throw typeError(name, "no value without validation batches", show(value));
  }
  return {
    epochs,
    steps,
    stepsPerEpoch: readCount(given.stepsPerEpoch, "stepsPerEpoch") ?? lengthOf(batches),
    validates,
    validateEvery,
    patience:
      patience === Infinity ? patience : readOptional(patience, (n) => integer(n, "patience", { min: 0 })),
  };
}

function readTraining(given: FitOptions<unknown>, needsOptimizer: boolean): Training {
  const { optimizer, learningRate, clipNorm = 1 } = given;
  if (optimizer !== undefined) optimizerState(optimizer);
  else if (needsOptimizer) throw typeError("optimizer", "the optimizer of the run to resume", "undefined");
  const trainStep = readFunction(given.trainStep, "trainStep");
  const carryState = boolean(given.carryState, "carryState", false);
  if (carryState && trainStep) throw typeError("carryState", "false with a trainStep", "true");
  const rate = readOptional(learningRate, (value) => readLearningRate(value, "learningRate"));
  return {
    optimizer: optimizer ?? new Adam({ learningRate: 2e-3, epsilonMode: "torch" }),
    ownOptimizer: optimizer === undefined,
    rate: rate === undefined ? undefined : (step) => evaluate(rate, step),
    clipNorm: readClipNorm(clipNorm),
    carryState,
    trainStep,
    evaluate: readFunction(given.evaluate, "evaluate"),
  };
}

function readOptional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

function readCount(value: unknown, path: Path): number | undefined {
  return readOptional(value, (n) => integer(n, path, { min: 1 }));
}

function readFunction<F>(value: F | undefined, path: Path): F | undefined {
  if (value === undefined || typeof value === "function") return value;
  throw typeError(path, "a function", show(value));
}

function readSignal(value: unknown): AbortSignalLike | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value) {
    return value as AbortSignalLike;
  }
  throw typeError("signal", "an AbortSignal", show(value));
}
