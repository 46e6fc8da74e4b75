/** The options of a classifier or tagger and their checks. */

import { boolean, oneOf, seed, size } from "../../base/check.js";
import type { Path } from "../../base/errors.js";
import { count, fraction, merge, type Declaration } from "../../base/options.js";
import { CELLS } from "../../data/rnn-options.js";
import { readTokenRule } from "../text/tokens.js";
import { SCALES } from "./feature-reader.js";
import { READOUTS } from "./readout.js";

/** The options that both models have. */
export const LABEL_MODEL = {
  /** Division of text into tokens. Default "characters": code points. */
  tokens: { read: readTokenRule, fallback: undefined },
  /** Number of the most frequent tokens to keep, for text; all others are read as unknown. Default: all tokens. */
  maxTokens: { read: count, fallback: undefined },
  /**
   * "standard": from each feature its mean in the training data is subtracted, and the result is divided by its standard
   * deviation; "none": features are read as they are. Default "standard".
   */
  scale: { read: (value: unknown, path: Path) => oneOf(value, path, SCALES), fallback: "standard" },
  /**
   * True for a network that reads a sequence in both directions, which is more accurate for complete sequences. `stream`
   * requires one direction. Default true.
   */
  bidirectional: { read: boolean, fallback: true },
  /** The recurrent cell. Default "gru". */
  cell: { read: (value: unknown, path: Path) => oneOf(value, path, CELLS), fallback: "gru" },
  /** H: the width of the hidden state of each direction. Default 64. */
  hiddenSize: { read: size, fallback: 64 },
  /** L: the number of layers. Default 1. */
  layers: { read: size, fallback: 1 },
  /** Probability of dropout between layers in training; requires at least two layers. Default 0. */
  dropout: { read: fraction, fallback: 0 },
  /** Seed of the initial weights, the dropout masks, the order of batches and the augmentation, 0 … 2³² − 1. Default 0. */
  seed: { read: seed, fallback: 0 },
  /** The examples; read by the model. */
  data: { read: (value: unknown) => value },
} satisfies Declaration;

/** The options that only a classifier has. */
const OWN = {
  /**
   * Consecutive time steps that are joined into one network step, so that long recordings are read in few steps. "auto": the
   * median length of the examples divided by 16, at least 1. Text is never joined. Default "auto".
   */
  patch: { read: readPatch, fallback: undefined },
  /**
   * Combination of the answers of the steps: "mean" averages their log-probabilities, "last" takes the last step's.
   * Default "mean".
   */
  readout: { read: (value: unknown, path: Path) => oneOf(value, path, READOUTS), fallback: "mean" },
} satisfies Declaration;

/** Returns the declaration of a classifier's options: a function, since bundlers keep a call that is made at once. */
export const classifierOptions = () => merge(LABEL_MODEL, OWN);

function readPatch(value: unknown, path: Path): number | "auto" {
  return typeof value === "string" ? oneOf(value, path, ["auto"] as const) : size(value, path);
}
