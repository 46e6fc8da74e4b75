/**
 * The options of `fit` and `resume` that all models share, their checks, and the settings that a run saves in
 * a file.
 */

import { seed, size } from "../../base/check.js";
import { typeError } from "../../base/errors.js";
import {
  count,
  merge,
  objectWith,
  pick,
  readOption,
  type Declaration,
  type NamesOf,
  type OptionsOf,
  type ValuesOf,
} from "../../base/options.js";
import { show } from "../../base/show.js";
import { readGivenOptimizer, readPatience, RUN, type FitOptions } from "../../fit/fit-options.js";
import { readClipNorm } from "../../optim/clip-norm.js";
import type { Optimizer } from "../../optim/optimizer.js";
import { readLearningRate } from "../../optim/schedule.js";
import {
  readWorkerOptions,
  RUNS_IN_WORKER,
  SHARDS_OF_SEVERAL,
  type WorkerOptions,
} from "../../worker/worker-options.js";

/**
 * Options of every model that determine a run. The values are plain data, and null if the data or the model
 * decides.
 */
export const MODEL_SETTINGS = {
  /** Number of passes over the data. Give either this or `steps`. */
  epochs: { read: count, fallback: null },
  /** Number of updates, over as many epochs as they take. */
  steps: { read: count, fallback: null },
  /** B: the number of sequences in a batch. */
  batchSize: { read: size, fallback: null },
  /** Step size, 0 … 1e30, or a schedule over the updates of this run. Default: the optimizer's, or 2e-3 without an optimizer. */
  learningRate: { read: readLearningRate, fallback: null },
  /** Largest norm of all gradients together, 1e-30 … 1e30; false for no clipping. Default 1. */
  clipNorm: { read: readClipNorm, fallback: 1 },
  /**
   * Number of parts that the rows of a batch are divided into, at most one for each row. Their gradients are
   * computed one by one and added in a fixed order; the result depends only on this number. Default 1, or 8
   * with several `workers`.
   */
  shards: { read: count, fallback: null },
  /** Number of steps between validations. Default: one validation at the end of each epoch. */
  validateEvery: { read: count, fallback: null },
  /**
   * Number of validations without an improvement after which the run stops; Infinity never stops. The model
   * has the weights of the best validation at the end of the run. Default: no early stopping, and the last
   * weights are kept.
   */
  patience: { read: readPatience, fallback: null },
  /** Seed of the order of the data and of the choice of validation data, 0 … 2³² − 1. Default: the model's. */
  seed: { read: seed, fallback: null },
} satisfies Declaration;

const OPTIMIZER = {
  /**
   * The optimizer. Default: a new Adam in PyTorch's form with ε 1e-8, whose moments are freed at the end of
   * the run.
   */
  optimizer: { read: readGivenOptimizer, fallback: undefined },
} satisfies Declaration;

const RESUME = /* @__PURE__ */ merge(RUN, RUNS_IN_WORKER);

/**
 * Options of a model's `resume`. They do not affect what is computed, except that the time limit may end the
 * run.
 */
export interface ResumeOptions extends OptionsOf<typeof RESUME> {}

/** Options that the `fit` of every model has. */
export interface ModelFitOptions
  extends OptionsOf<typeof MODEL_SETTINGS>, OptionsOf<typeof OPTIMIZER>, ResumeOptions {}

/** The settings of a run that all models share, as plain data. */
export interface ModelRunSettings extends Omit<
  ValuesOf<typeof MODEL_SETTINGS>,
  "batchSize" | "patience" | "seed" | "shards"
> {
  readonly batchSize: number;
  /** Null for 1. */
  readonly shards: number | null;
  /** A text if it is infinite, for JSON. */
  readonly patience: number | "Infinity" | null;
  readonly seed: number;
}

type EngineName = keyof typeof RUN;

/** Options that do not affect what is computed. */
export interface ReadResumeOptions<Names extends keyof FitOptions = EngineName> {
  /** Options of the engine. */
  readonly rest: Pick<FitOptions, Names>;
  /** Undefined for a run on this thread. */
  readonly worker: WorkerOptions | undefined;
}

/** The options of `fit` after reading. */
export interface ReadFitOptions<Settings> extends ReadResumeOptions<EngineName> {
  readonly settings: Settings;
  readonly optimizer: Optimizer | undefined;
}

/** The settings of a model: their names, and the function that reads them. */
export interface SettingsOf<Settings> {
  readonly names: NamesOf<Settings>;
  /** Reads an object of these names. `seed` is the model's seed. */
  readonly read: (given: Readonly<Record<string, unknown>>, seed: number) => Settings;
}

/** Reads the options of `fit`, each once. The engine's `fit` checks the options that are passed to it. */
export function readModelFitOptions<Settings extends ModelRunSettings>(
  options: unknown,
  { names, read }: SettingsOf<Settings>,
  seed: number,
): ReadFitOptions<Settings> {
  const given = objectWith(options, "options", { ...names, ...OPTIMIZER, ...RESUME });
  const { optimizer } = given as { optimizer?: Optimizer };
  const resume = readResumeOptions(pick(given, RESUME));
  const settings = read(pick(given, names), seed);
  const several = (resume.worker?.count ?? 1) > 1 ? Math.min(SHARDS_OF_SEVERAL, settings.batchSize) : null;
  return { ...resume, settings: { ...settings, shards: settings.shards ?? several }, optimizer };
}

/** Reads the options of `resume`. */
export function readResumeOptions(options: unknown): ReadResumeOptions {
  const given = objectWith(options, "options", RESUME) as ResumeOptions;
  const rest = Object.entries(pick(given, RUN)).filter(([, value]) => value !== undefined);
  return {
    rest: Object.fromEntries(rest),
    worker: readWorkerOptions(pick(given, RUNS_IN_WORKER)),
  };
}

/** Reads the settings from a file. */
export function readSavedSettings<Settings>(value: unknown, { names, read }: SettingsOf<Settings>): Settings {
  const given = objectWith(value, "settings", names) as Record<string, unknown>;
  const some = Object.entries(given).filter(([, entry]) => entry !== null);
  const { patience, ...others } = Object.fromEntries(some);
  return read({ ...others, patience: patience === "Infinity" ? Infinity : patience }, 0);
}

/**
 * Reads the settings that all models share from an object whose names have been checked.
 *
 * @param given the options, or the settings of a file
 * @param defaults the defaults of this model
 * @param validation the option that is required for a validation, if it was not given
 */
export function readModelSettings(
  given: Readonly<Record<string, unknown>>,
  defaults: { readonly seed: number; readonly batchSize: number },
  validation: string | undefined,
): ModelRunSettings {
  const option = <K extends keyof typeof MODEL_SETTINGS>(name: K) => readOption(given, MODEL_SETTINGS, name);
  const [steps, validateEvery] = [option("steps"), option("validateEvery")];
  const epochs = option("epochs");
  if (steps !== null && epochs !== null) throw typeError("steps", "either epochs or steps", "both");
  const patience = option("patience");
  if (validation !== undefined) {
    for (const [name, value] of Object.entries({ validateEvery, patience })) {
      if (value !== null) throw typeError(name, `no value without a ${validation} above 0`, show(value));
    }
  }
  return {
    epochs,
    steps,
    batchSize: option("batchSize") ?? defaults.batchSize,
    learningRate: option("learningRate"),
    clipNorm: option("clipNorm"),
    shards: option("shards"),
    validateEvery,
    patience: patience === Infinity ? "Infinity" : patience,
    seed: option("seed") ?? defaults.seed,
  };
}

/** Returns the settings as options of the engine's `fit`. */
export function engineOptions(settings: ModelRunSettings): Partial<FitOptions> {
  const { epochs, steps, learningRate, clipNorm, shards, validateEvery, patience } = settings;
  return {
    ...(epochs === null ? {} : { epochs }),
    ...(steps === null ? {} : { steps }),
    ...(learningRate === null ? {} : { learningRate }),
    clipNorm,
    ...(shards === null ? {} : { shards }),
    ...(validateEvery === null ? {} : { validateEvery }),
    ...(patience === null ? {} : { patience: Number(patience) }),
  };
}
