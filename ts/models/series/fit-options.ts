/** The options of a forecaster's `fit`: what they are, their checks, and those that a run takes into a file. */

import { integer, size } from "../../base/check.js";
import { typeError, type Path } from "../../base/errors.js";
import { count, fraction, merge, readOption, type Declaration, type OptionsOf } from "../../base/options.js";
import { readLearningRate } from "../../optim/schedule.js";
import {
  MODEL_SETTINGS,
  readModelSettings,
  type ModelFitOptions,
  type ModelRunSettings,
  type SettingsOf,
} from "../shared/fit-options.js";
import type { Series } from "./series.js";

/** Settings that only a forecaster has, or whose default differs. */
const SERIES = {
  /** Passes over the series. Either this or `steps`. Default 15; more where that comes to fewer than 400 steps. */
  epochs: { read: count, fallback: null },
  /** B: series that are read side by side. Default 32. */
  batchSize: { read: size, fallback: 32 },
  /** Step size, 0 … 1e30, or a schedule over the updates of this run. Default: a cosine from 5e-3 to 0. */
  learningRate: { read: readLearningRate, fallback: null },
  /** Values at the end of each series that are held out from training, to validate with. Default 0. */
  validationSteps: { read: (value: unknown, path: Path) => integer(value, path, { min: 0 }), fallback: 0 },
  /** The share of each series that is held out, 0 ≤ x < 1. Either this or `validationSteps`. Default 0. */
  validationFraction: { read: fraction, fallback: 0 },
} satisfies Declaration;

/** Options of {@link Forecaster#fit}. */
export interface ForecasterFitOptions
  extends Omit<ModelFitOptions, keyof typeof SERIES>, OptionsOf<typeof SERIES> {}

/** The settings that decide a run, besides the series: plain data. */
export interface ForecasterRunSettings extends ModelRunSettings {
  readonly validationSteps: number;
  readonly validationFraction: number;
}

/** The settings of a run on series. */
export const SERIES_SETTINGS: SettingsOf<ForecasterRunSettings> = {
  get names() {
    return merge(MODEL_SETTINGS, SERIES);
  },
  read(given, seed) {
    const validationSteps = readOption(given, SERIES, "validationSteps");
    const validationFraction = readOption(given, SERIES, "validationFraction");
    if (validationSteps > 0 && validationFraction > 0) {
      throw typeError("validationFraction", "either validationSteps or validationFraction", "both");
    }
    const validation = validationSteps > 0 || validationFraction > 0 ? undefined : "validationSteps";
    return {
      ...readModelSettings(given, { seed, batchSize: SERIES.batchSize.fallback }, validation),
      validationSteps,
      validationFraction,
    };
  },
};

/** The number of values of a series that a run trains on. */
export function trainedLength({ values }: Series, settings: ForecasterRunSettings): number {
  const { validationSteps, validationFraction } = settings;
  const held = validationSteps > 0 ? validationSteps : Math.round(values.length * validationFraction);
  return Math.max(0, values.length - held);
}
