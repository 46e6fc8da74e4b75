/** The options of a text model's `fit`, and the settings of a run that its file keeps. */

import { size } from "../../base/check.js";
import { count, fraction, merge, readOption, type Declaration, type OptionsOf } from "../../base/options.js";
import {
  MODEL_SETTINGS,
  readModelSettings,
  type ModelFitOptions,
  type ModelRunSettings,
  type SettingsOf,
} from "../shared/fit-options.js";
import type { Cut } from "./batches.js";

/** Settings that only a text model has, or whose meaning depends on the text. */
const TEXT = {
  /**
   * Passes over the text. Either this or `steps`. Default 10, but at least as many as 1000 steps take, so that a text of a
   * few pages is read often enough to learn from.
   */
  epochs: { read: count, fallback: null },
  /** B: parts of a long text, or texts of a list, that are read in parallel. Default 32; fewer for a short text. */
  batchSize: { read: size, fallback: 32 },
  /** T: most tokens through which a gradient flows back; the state continues beyond. Default 64; fewer for a short text. */
  sequenceLength: { read: size, fallback: 64 },
  /** Share of the text to validate with, 0 ≤ x < 1: the last part of a long text, random texts of a list. Default 0. */
  validationFraction: { read: fraction, fallback: 0 },
} satisfies Declaration;

/** Options of {@link CharRnn#fit}. */
export interface TextFitOptions extends Omit<ModelFitOptions, keyof typeof TEXT>, OptionsOf<typeof TEXT> {}

/** The settings of a run on text, which decide it beside the text and the optimizer: plain data. */
export interface RunSettings extends ModelRunSettings, Cut {}

/** The settings of a run on text. */
export const TEXT_SETTINGS: SettingsOf<RunSettings> = {
  names: /* @__PURE__ */ merge(MODEL_SETTINGS, TEXT),
  read(given, seed) {
    const validationFraction = readOption(given, TEXT, "validationFraction");
    const validation = validationFraction === 0 ? "validationFraction" : undefined;
    return {
      ...readModelSettings(given, { seed, batchSize: TEXT.batchSize.fallback }, validation),
      sequenceLength: readOption(given, TEXT, "sequenceLength"),
      validationFraction,
    };
  },
};
