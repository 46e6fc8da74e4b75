/** The options of a text model's `fit`: what they are, their checks, and those of them that a run takes into a file. */

import { typeError } from "../../base/errors.js";
import { objectWith, type NamesOf } from "../../base/options.js";
import { show } from "../../base/show.js";
import { readClipNorm } from "../../optim/clip-norm.js";
import { integer, number, size } from "../../base/check.js";
import type { Optimizer } from "../../optim/optimizer.js";
import type { FitOptions } from "../../fit/fit-options.js";
import { readLearningRate, type Schedule } from "../../optim/schedule.js";
import { readWorkerOptions, type RunsInWorker, type WorkerOptions } from "../../worker/worker-options.js";
import type { Cut } from "./batches.js";

/** Options of {@link CharRnn#resume}: they do not decide what is computed, but for the time limit, which may end it. */
export type ResumeOptions = Pick<
  FitOptions,
  "timeLimitSeconds" | "every" | "pauseEvery" | "signal" | "onProgress"
> &
  RunsInWorker;

/** Options of {@link CharRnn#fit}. */
export interface TextFitOptions extends ResumeOptions {
  /**
   * Passes over the text. Either this or `steps`. Default 10; more where that comes to fewer than 1000 steps: a text of a few
   * pages is read often enough to learn from.
   */
  epochs?: number;
  /** Updates, over as many epochs as that takes. */
  steps?: number;
  /** B: parts of a long text, or texts of a list, that are read side by side. Default 32; fewer where a long text is short. */
  batchSize?: number;
  /** T: tokens through which a gradient flows back, at most; the state goes on beyond. Default 64; fewer where the text is short. */
  sequenceLength?: number;
  /** Step size, 0 … 1e30, or a schedule over this run's updates. Default: what the optimizer has, 2e-3 without one. */
  learningRate?: number | Schedule;
  /** Default: an Adam of the run's own, in PyTorch's form with ε 1e-8. */
  optimizer?: Optimizer;
  /** Largest norm of all gradients together, 1e-30 … 1e30; false for no clipping. Default 1. */
  clipNorm?: number | false;
  /** The share that is kept back to validate with, 0 ≤ x < 1: the last part of a long text, a seeded draw of a list. Default 0. */
  validationFraction?: number;
  /** Steps from one validation to the next. Default: one at the end of each epoch. */
  validateEvery?: number;
  /** Ends after so many validations in a row without a better one; the best weights are kept. Default: neither. */
  patience?: number;
  /** Decides the order of a list's batches and which texts validate, 0 … 2³² − 1. Default: the model's. */
  seed?: number;
}

/** What decides a run, beside the text: plain data. */
export interface RunSettings extends Cut {
  /** Where this and `steps` are null, the text decides: fit-plan.ts. */
  readonly epochs: number | null;
  readonly steps: number | null;
  readonly learningRate: number | Schedule | null;
  readonly clipNorm: number | false;
  readonly validateEvery: number | null;
  /** As text where it is infinite, for JSON. */
  readonly patience: number | "Infinity" | null;
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
const SETTING_NAMES = {
  epochs: true,
  steps: true,
  batchSize: true,
  sequenceLength: true,
  learningRate: true,
  clipNorm: true,
  validationFraction: true,
  validateEvery: true,
  patience: true,
  seed: true,
} satisfies NamesOf<RunSettings>;
const FIT_NAMES = { ...SETTING_NAMES, optimizer: true, ...RESUME_NAMES } satisfies NamesOf<TextFitOptions>;

type EngineName = keyof typeof ENGINE_NAMES;

/** Options that do not decide what is computed. */
export interface ReadResumeOptions<Names extends keyof FitOptions = EngineName> {
  /** The engine's. */
  readonly rest: Pick<FitOptions, Names>;
  /** Undefined for a run on this thread. */
  readonly worker: WorkerOptions | undefined;
}

/** The options of `fit`, each read once; `fit` of the engine checks what it is handed. */
export function readTextFitOptions(
  options: unknown,
  seed: number,
): ReadResumeOptions<"optimizer" | EngineName> & { readonly settings: RunSettings } {
  const given = objectWith(options, "options", FIT_NAMES) as TextFitOptions;
  const { optimizer } = given;
  const { rest, worker } = readResumeOptions(pick(given, RESUME_NAMES));
  return {
    settings: readSettings({ ...pick(given, SETTING_NAMES) }, seed),
    rest: { ...rest, ...(optimizer === undefined ? {} : { optimizer }) },
    worker,
  };
}

/** The options of `resume`. */
export function readResumeOptions(options: unknown): ReadResumeOptions {
  const given = objectWith(options, "options", RESUME_NAMES) as ResumeOptions;
  const rest = Object.entries(pick(given, ENGINE_NAMES)).filter(([, value]) => value !== undefined);
  return {
    rest: Object.fromEntries(rest),
    worker: readWorkerOptions(pick(given, WORKER_NAMES) as RunsInWorker),
  };
}

/** The settings in a file. */
export function readSavedSettings(value: unknown): RunSettings {
  const given = objectWith(value, "settings", SETTING_NAMES) as Record<string, unknown>;
  const some = Object.entries(given).filter(([, entry]) => entry !== null);
  const { patience, ...others } = Object.fromEntries(some);
  return readSettings({ ...others, patience: patience === "Infinity" ? Infinity : patience }, 0);
}

/** What the engine's `fit` is told. */
export function engineOptions(settings: RunSettings): Partial<FitOptions> {
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

function readSettings(given: Record<string, unknown>, modelSeed: number): RunSettings {
  const {
    batchSize = 32,
    sequenceLength = 64,
    clipNorm = 1,
    validationFraction = 0,
    seed = modelSeed,
  } = given;
  const { learningRate, patience } = given;
  const [steps, validateEvery] = [
    count(given["steps"], "steps"),
    count(given["validateEvery"], "validateEvery"),
  ];
  const epochs = count(given["epochs"], "epochs");
  if (steps !== null && epochs !== null) throw typeError("steps", "either epochs or steps", "both");
  const fraction = number(validationFraction, "validationFraction", { min: 0, below: 1 });
  for (const [name, value] of Object.entries({ validateEvery, patience: patience ?? null })) {
    if (value !== null && fraction === 0)
      throw typeError(name, "no value without a validationFraction above 0", show(value));
  }
  return {
    epochs,
    steps,
    batchSize: size(batchSize, "batchSize"),
    sequenceLength: size(sequenceLength, "sequenceLength"),
    learningRate: learningRate === undefined ? null : readLearningRate(learningRate, "learningRate"),
    clipNorm: readClipNorm(clipNorm),
    validationFraction: fraction,
    validateEvery,
    patience: readPatience(patience),
    seed: integer(seed, "seed", { min: 0, max: 2 ** 32 - 1 }),
  };
}

function readPatience(value: unknown): RunSettings["patience"] {
  if (value === undefined) return null;
  return value === Infinity ? "Infinity" : integer(value, "patience", { min: 0 });
}

function count(value: unknown, name: string): number | null {
  return value === undefined ? null : integer(value, name, { min: 1 });
}

/** The properties of an object that `names` has. */
function pick<Names extends object>(from: object, names: Names): Record<keyof Names, unknown> {
  const given = from as Record<string, unknown>;
  return Object.fromEntries(Object.keys(names).map((name) => [name, given[name]])) as Record<
    keyof Names,
    unknown
  >;
}
