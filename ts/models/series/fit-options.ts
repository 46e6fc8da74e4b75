/** The options of a forecaster's `fit`: what they are, their checks, and those that a run takes into a file. */

import { integer, number } from "../../base/check.js";
import { typeError } from "../../base/errors.js";
import type { NamesOf } from "../../base/options.js";
import type { Optimizer } from "../../optim/optimizer.js";
import type { Schedule } from "../../optim/schedule.js";
import {
  readModelSettings,
  type ModelFitOptions,
  type ModelRunSettings,
  type SettingsOf,
} from "../shared/fit-options.js";
import type { Series } from "./series.js";

/** Options of {@link Forecaster#fit}. */
export interface ForecasterFitOptions extends ModelFitOptions {
  /** Passes over the series. Either this or `steps`. Default 15; more where that comes to fewer than 400 steps. */
  epochs?: number;
  /** B: series that are read side by side. Default 32. */
  batchSize?: number;
  /** Step size, 0 … 1e30, or a schedule over the updates of this run. Default: a cosine from 5e-3 to 0. */
  learningRate?: number | Schedule;
  /** Default: a new Adam in PyTorch's form with ε 1e-8. */
  optimizer?: Optimizer;
  /** Values at the end of each series that are held out from training, to validate with. Default 0. */
  validationSteps?: number;
  /** The share of each series that is held out, 0 ≤ x < 1. Either this or `validationSteps`. Default 0. */
  validationFraction?: number;
  /** Decides the order of the batches, 0 … 2³² − 1. Default: the model's. */
  seed?: number;
}

/** The settings that decide a run, besides the series: plain data. */
export interface ForecasterRunSettings extends ModelRunSettings {
  readonly validationSteps: number;
  readonly validationFraction: number;
}

/** The settings of a run on series. */
export const SERIES_SETTINGS: SettingsOf<ForecasterRunSettings> = {
  names: {
    epochs: true,
    steps: true,
    batchSize: true,
    learningRate: true,
    clipNorm: true,
    validationSteps: true,
    validationFraction: true,
    validateEvery: true,
    patience: true,
    shards: true,
    seed: true,
  } satisfies NamesOf<ForecasterRunSettings>,
  read(given, seed) {
    const { validationSteps = 0, validationFraction = 0 } = given;
    const steps = integer(validationSteps, "validationSteps", { min: 0 });
    const fraction = number(validationFraction, "validationFraction", { min: 0, below: 1 });
    if (steps > 0 && fraction > 0) {
      throw typeError("validationFraction", "either validationSteps or validationFraction", "both");
    }
    const validation = steps > 0 || fraction > 0 ? undefined : "validationSteps";
    return {
      ...readModelSettings(given, { seed, batchSize: 32 }, validation),
      validationSteps: steps,
      validationFraction: fraction,
    };
  },
};

/** The number of values of a series that a run trains on. */
export function trainedLength({ values }: Series, settings: ForecasterRunSettings): number {
  const { validationSteps, validationFraction } = settings;
  const held = validationSteps > 0 ? validationSteps : Math.round(values.length * validationFraction);
  return Math.max(0, values.length - held);
}
