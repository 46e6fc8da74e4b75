/** The options of `generate` and `stream`: what they are, and their checks. */

import { boolean, nonEmpty, number, seed, string } from "../../base/check.js";
import { at, rangeError, typeError, type Path } from "../../base/errors.js";
import { integerIn, numberIn, or, readOptions, type Readers } from "../../base/options.js";
import { show } from "../../base/show.js";

/** Options of {@link CharRnn#stream}. */
export interface StreamOptions {
  /** What the text begins with; it is not in what is returned. Default: nothing, for which the model must be one of a list of texts. */
  prompt?: string;
  /** Most tokens (characters, unless the model's are others), 0 or more. Default 200. */
  length?: number;
  /** Below 1 the likely becomes likelier; 0 always takes the likeliest. 0 … 1e30, default 1. */
  temperature?: number;
  /** Draws among so many likeliest tokens. Default: all. */
  topK?: number;
  /** Draws among the fewest likeliest tokens whose probabilities, at that temperature, come to this; 0 < p ≤ 1. Default: all. */
  topP?: number;
  /** Tokens that are never written; with the end token of a list, texts do not end by themselves. Default: none. */
  exclude?: readonly string[];
  /** Whether the unknown token may be written. Default false. */
  allowUnknown?: boolean;
  /** Ends before this text. */
  stop?: string;
  /** Decides the draws, 0 … 2³² − 1. Default 0. */
  seed?: number;
}

/** Options of {@link CharRnn#generate}. */
export interface GenerateOptions extends StreamOptions {
  /** So many texts at once; the result is an array then. */
  count?: number;
}

/** The options, checked and complete. */
export interface GenerateConfig {
  readonly prompt: string;
  readonly length: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly exclude: readonly string[];
  readonly allowUnknown: boolean;
  readonly stop: string | undefined;
  readonly seed: number;
  readonly count: number;
}

/** Texts at once: memory for their states is asked for in one piece. */
const MOST_TEXTS = 65536;

/** Reads the options, each once. */
export function readGenerateOptions(options: unknown, counts: boolean): GenerateConfig {
  const stream = {
    prompt: or("", string),
    length: or(200, integerIn({ min: 0 })),
    temperature: or(1, numberIn({ min: 0, max: 1e30 })),
    topK: or(Infinity, integerIn({ min: 1 })),
    topP: or(1, aboveZero),
    exclude: or([], readExclude),
    allowUnknown: or(false, boolean),
    stop: or(undefined, nonEmpty),
    seed: or(0, seed),
  } satisfies Readers<StreamOptions>;
  const count = or(1, integerIn({ min: 1, max: MOST_TEXTS }));
  return counts ? readOptions(options, { ...stream, count }) : { ...readOptions(options, stream), count: 1 };
}

function readExclude(value: unknown, path: Path): string[] {
  if (!Array.isArray(value)) throw typeError(path, "an array of tokens", show(value));
  return Array.from(value as unknown[], (token, i) => nonEmpty(token, at(path, i)));
}

function aboveZero(value: unknown, path: Path): number {
  const share = number(value, path, { min: 0, max: 1 });
  if (share === 0) throw rangeError(path, "a number above 0", "0");
  return share;
}
