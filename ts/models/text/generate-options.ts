/** The options of `generate` and `stream`. */

import { boolean, integer, nonEmpty, number, seed, string } from "../../base/check.js";
import { at, rangeError, typeError, type Path } from "../../base/errors.js";
import {
  count,
  merge,
  readOptions,
  type Declaration,
  type OptionsOf,
  type ValuesOf,
} from "../../base/options.js";
import { show } from "../../base/show.js";

/** Largest number of texts at once. The memory for their states is allocated in one piece. */
const MOST_TEXTS = 65536;

const STREAM = {
  /**
   * The beginning of the text, which is not part of the result. Default: empty, which requires a model of a
   * list of texts.
   */
  prompt: { read: string, fallback: "" },
  /** Largest number of tokens (characters, unless the model has other tokens), 0 or more. Default 200. */
  length: { read: (value: unknown, path: Path) => integer(value, path, { min: 0 }), fallback: 200 },
  /** Values below 1 make likely tokens more likely; 0 always takes the most likely one. 0 … 1e30, default 1. */
  temperature: {
    read: (value: unknown, path: Path) => number(value, path, { min: 0, max: 1e30 }),
    fallback: 1,
  },
  /** Samples from this many of the most likely tokens. Default: all. */
  topK: { read: count, fallback: Infinity },
  /**
   * Samples from the smallest set of most likely tokens whose probabilities, at that temperature, add up to
   * this value; 0 < p ≤ 1. Default 1.
   */
  topP: { read: aboveZero, fallback: 1 },
  /**
   * Tokens that are never written. If the end token of a list is among them, texts do not end by themselves.
   * Default: none.
   */
  exclude: { read: readExclude, fallback: [] },
  /** Allows the unknown token to be written. Default false. */
  allowUnknown: { read: boolean, fallback: false },
  /** Text before which the result ends. Default: none. */
  stop: { read: nonEmpty, fallback: undefined },
  /** Seed of the sampling, 0 … 2³² − 1. Default 0. */
  seed: { read: seed, fallback: 0 },
} satisfies Declaration;

const GENERATE = /* @__PURE__ */ merge(STREAM, {
  /** Number of texts to generate at once; the result is then an array. */
  count: {
    read: (value: unknown, path: Path) => integer(value, path, { min: 1, max: MOST_TEXTS }),
    fallback: 1,
  },
} satisfies Declaration);

/** Options of {@link CharRnn#stream}. */
export interface StreamOptions extends OptionsOf<typeof STREAM> {}

/** Options of {@link CharRnn#generate}. */
export interface GenerateOptions extends OptionsOf<typeof GENERATE> {}

/** The checked options, complete with defaults. */
export interface GenerateConfig extends ValuesOf<typeof GENERATE> {}

/** Reads the options, each once. If `counts` is true, they may have a `count`. */
export function readGenerateOptions(options: unknown, counts: boolean): GenerateConfig {
  return counts ? readOptions(options, GENERATE) : { ...readOptions(options, STREAM), count: 1 };
}

function readExclude(value: unknown, path: Path): readonly string[] {
  if (!Array.isArray(value)) throw typeError(path, "an array of tokens", show(value));
  return Array.from(value as unknown[], (token, i) => nonEmpty(token, at(path, i)));
}

function aboveZero(value: unknown, path: Path): number {
  const share = number(value, path, { min: 0, max: 1 });
  if (share === 0) throw rangeError(path, "a number above 0", "0");
  return share;
}
