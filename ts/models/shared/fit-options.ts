/** The options of `fit` and `resume` that all models have: what they are, their checks, and those that a run takes into a file. */

import { integer, seed, size } from "../../base/check.js";
import { typeError, type Path } from "../../base/errors.js";
import { count, objectWith, readOption, type Declaration, type NamesOf } from "../../base/options.js";
import { show } from "../../base/show.js";
import type { FitOptions } from "../../fit/fit-options.js";
import { readClipNorm } from "../../optim/clip-norm.js";
import type { Optimizer } from "../../optim/optimizer.js";
import { readLearningRate, type Schedule } from "../../optim/schedule.js";
import { readWorkerOptions, type RunsInWorker, type WorkerOptions } from "../../worker/worker-options.js";

/** Options of a model's `resume`: they do not decide what is computed, except for the time limit, which may end the run. */
export type ResumeOptions = Pick<
  FitOptions,
  "timeLimitSeconds" | "every" | "pauseEvery" | "signal" | "onProgress"
> &
  RunsInWorker;

/** Options that the `fit` of every model has. */
export interface ModelFitOptions extends ResumeOptions {
  /** Updates, over as many epochs as that takes. */
  steps?: number;
  /** Largest norm of all gradients together, 1e-30 … 1e30; false for no clipping. Default 1. */
  clipNorm?: number | false;
  /** Steps from one validation to the next. Default: one at the end of each epoch. */
  validateEvery?: number;
  /** Ends after so many validations in a row without a better one; the best weights are kept. Default: neither. */
  patience?: number;
}

/** The settings that a run of every model has: plain data. */
export interface ModelRunSettings {
  /** Where this and `steps` are null, the data decides. */
  readonly epochs: number | null;
  readonly steps: number | null;
  readonly batchSize: number;
  readonly learningRate: number | Schedule | null;
  readonly clipNorm: number | false;
  readonly validateEvery: number | null;
  /** As text where it is infinite, for JSON. */
  readonly patience: number | "Infinity" | null;
  readonly seed: number;
}

const ENGINE_NAMES = {
  timeLimitSeconds: true,
  every: true,
  pauseEvery: true,
  signal: true,
  onProgress: true,
} satisfies NamesOf<Omit<ResumeOptions, keyof RunsInWorker>>;
const WORKER_NAMES = { worker: true, snapshotsPerSecond: true } satisfies NamesOf<RunsInWorker>;
const RESUME_NAMES = { ...ENGINE_NAMES, ...WORKER_NAMES } satisfies NamesOf<ResumeOptions>;
const SETTINGS = {
  epochs: { read: count, fallback: null },
  steps: { read: count, fallback: null },
  batchSize: { read: size, fallback: 32 },
  learningRate: { read: readLearningRate, fallback: null },
  clipNorm: { read: readClipNorm, fallback: 1 },
  validateEvery: { read: count, fallback: null },
  patience: { read: readPatience, fallback: null },
  seed: { read: seed, fallback: 0 },
} satisfies Declaration & NamesOf<ModelRunSettings>;

type EngineName = keyof typeof ENGINE_NAMES;

/** Options that do not decide what is computed. */
export interface ReadResumeOptions<Names extends keyof FitOptions = EngineName> {
  /** The engine's. */
  readonly rest: Pick<FitOptions, Names>;
  /** Undefined for a run on this thread. */
  readonly worker: WorkerOptions | undefined;
}

/** The options of `fit`, read. */
export interface ReadFitOptions<Settings> extends ReadResumeOptions<EngineName> {
  readonly settings: Settings;
  readonly optimizer: Optimizer | undefined;
}

/** The settings of a model: their names, and the function that reads them. */
export interface SettingsOf<Settings> {
  readonly names: NamesOf<Settings>;
  /** Reads an object of these names; `seed`: the model's. */
  readonly read: (given: Readonly<Record<string, unknown>>, seed: number) => Settings;
}

/** Reads the options of `fit`, each once; `fit` of the engine checks the options that it receives. */
export function readModelFitOptions<Settings>(
  options: unknown,
  { names, read }: SettingsOf<Settings>,
  seed: number,
): ReadFitOptions<Settings> {
  const given = objectWith(options, "options", { ...names, optimizer: true, ...RESUME_NAMES });
  const { optimizer } = given as { optimizer?: Optimizer };
  return {
    ...readResumeOptions(pick(given, RESUME_NAMES)),
    settings: read(pick(given, names), seed),
    optimizer,
  };
}

/** Reads the options of `resume`. */
export function readResumeOptions(options: unknown): ReadResumeOptions {
  const given = objectWith(options, "options", RESUME_NAMES) as ResumeOptions;
  const rest = Object.entries(pick(given, ENGINE_NAMES)).filter(([, value]) => value !== undefined);
  return {
    rest: Object.fromEntries(rest),
    worker: readWorkerOptions(pick(given, WORKER_NAMES) as RunsInWorker),
  };
}

/** Reads the settings in a file. */
export function readSavedSettings<Settings>(value: unknown, { names, read }: SettingsOf<Settings>): Settings {
  const given = objectWith(value, "settings", names) as Record<string, unknown>;
  const some = Object.entries(given).filter(([, entry]) => entry !== null);
  const { patience, ...others } = Object.fromEntries(some);
  return read({ ...others, patience: patience === "Infinity" ? Infinity : patience }, 0);
}

/**
 * Reads the settings that every model has from an object whose names have been checked.
 *
 * @param given the options, or the settings of a file
 * @param defaults of this model
 * @param validation the option without which there is nothing to validate with, where it is not given
 */
export function readModelSettings(
  given: Readonly<Record<string, unknown>>,
  defaults: { readonly seed: number; readonly batchSize: number },
  validation: string | undefined,
): ModelRunSettings {
  const option = <K extends keyof ModelRunSettings>(name: K) => readOption(given, SETTINGS, name);
  const [steps, validateEvery] = [option("steps"), option("validateEvery")];
  const epochs = option("epochs");
  if (steps !== null && epochs !== null) throw typeError("steps", "either epochs or steps", "both");
  const patience: unknown = given["patience"];
  if (validation !== undefined) {
    for (const [name, value] of Object.entries({ validateEvery, patience: patience ?? null })) {
      if (value !== null) throw typeError(name, `no value without a ${validation} above 0`, show(value));
    }
  }
  return {
    epochs,
    steps,
    batchSize: given["batchSize"] === undefined ? defaults.batchSize : option("batchSize"),
    learningRate: option("learningRate"),
    clipNorm: option("clipNorm"),
    validateEvery,
    patience: option("patience"),
    seed: given["seed"] === undefined ? defaults.seed : option("seed"),
  };
}

/** The settings as options of the engine's `fit`. */
export function engineOptions(settings: ModelRunSettings): Partial<FitOptions> {
  const { epochs, steps, learningRate, clipNorm, validateEvery, patience } = settings;
  return {
    ...(epochs === null ? {} : { epochs }),
    ...(steps === null ? {} : { steps }),
    ...(learningRate === null ? {} : { learningRate }),
    clipNorm,
    ...(validateEvery === null ? {} : { validateEvery }),
    ...(patience === null ? {} : { patience: Number(patience) }),
  };
}

function readPatience(value: unknown, path: Path): number | "Infinity" {
  return value === Infinity ? "Infinity" : integer(value, path, { min: 0 });
}

/** The properties of an object that `names` has. */
function pick<Names extends object>(from: object, names: Names): Record<keyof Names, unknown> {
  const given = from as Record<string, unknown>;
  return Object.fromEntries(Object.keys(names).map((name) => [name, given[name]])) as Record<
    keyof Names,
    unknown
  >;
}
