/** The options of a text model's `fit`, and the settings that a run saves in a file. */

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
   * Number of passes over the text. Give either this or `steps`. Default 10, or more if that is fewer than
   * 1000 steps, so that a text of a few pages is read often enough.
   */
  epochs: { read: count, fallback: null },
  /**
   * B: the number of parts of a long text, or of texts of a list, that are read in parallel. Default 32;
   * fewer for a short text.
   */
  batchSize: { read: size, fallback: 32 },
  /**
   * T: the largest number of tokens through which a gradient flows back. The state is carried beyond them.
   * Default 64; fewer for a short text.
   */
  sequenceLength: { read: size, fallback: 64 },
  /**
   * Fraction of the text for validation, 0 ≤ x < 1: the last part of a long text, or a random choice of a
   * list's texts. Default 0.
   */
  validationFraction: { read: fraction, fallback: 0 },
} satisfies Declaration;

/** Options of {@link CharRnn#fit}. */
export interface TextFitOptions extends Omit<ModelFitOptions, keyof typeof TEXT>, OptionsOf<typeof TEXT> {}

/** The settings that determine a run on text, besides the text and the optimizer, as plain data. */
export interface RunSettings extends ModelRunSettings, Cut {}

/** The settings of a run on text. */
export const TEXT_SETTINGS: SettingsOf<RunSettings> = {
  get names() {
    return merge(MODEL_SETTINGS, TEXT);
  },
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
