/** The options of a text model's `fit`: what they are, their checks, and those of them that a run takes into a file. */

import { number, size } from "../../base/check.js";
import type { NamesOf } from "../../base/options.js";
import type { Optimizer } from "../../optim/optimizer.js";
import type { Schedule } from "../../optim/schedule.js";
import {
  readModelSettings,
  type ModelFitOptions,
  type ModelRunSettings,
  type SettingsOf,
} from "../shared/fit-options.js";
import type { Cut } from "./batches.js";

/** Options of {@link CharRnn#fit}. */
export interface TextFitOptions extends ModelFitOptions {
  /**
   * Passes over the text. Either this or `steps`. Default 10; more where that comes to fewer than 1000 steps: a text of a few
   * pages is read often enough to learn from.
   */
  epochs?: number;
  /** B: parts of a long text, or texts of a list, that are read side by side. Default 32; fewer where a long text is short. */
  batchSize?: number;
  /** T: tokens through which a gradient flows back, at most; the state goes on beyond. Default 64; fewer where the text is short. */
  sequenceLength?: number;
  /** Step size, 0 … 1e30, or a schedule over this run's updates. Default: what the optimizer has, 2e-3 without one. */
  learningRate?: number | Schedule;
  /** Default: an Adam of the run's own, in PyTorch's form with ε 1e-8. */
  optimizer?: Optimizer;
  /** The share that is kept back to validate with, 0 ≤ x < 1: the last part of a long text, a seeded draw of a list. Default 0. */
  validationFraction?: number;
  /** Decides the order of a list's batches and which texts validate, 0 … 2³² − 1. Default: the model's. */
  seed?: number;
}

/** What decides a run, beside the text: plain data. */
export interface RunSettings extends ModelRunSettings, Cut {}

/** The settings of a run on text. */
export const TEXT_SETTINGS: SettingsOf<RunSettings> = {
  names: {
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
  } satisfies NamesOf<RunSettings>,
  read(given, seed) {
    const { sequenceLength = 64, validationFraction = 0 } = given;
    const fraction = number(validationFraction, "validationFraction", { min: 0, below: 1 });
    const validation = fraction === 0 ? "validationFraction" : undefined;
    return {
      ...readModelSettings(given, { seed, batchSize: 32 }, validation),
      sequenceLength: size(sequenceLength, "sequenceLength"),
      validationFraction: fraction,
    };
  },
};
