/** The options of `generate` and `stream`: what they are, and their checks. */

import { expected, integer, number, optionsObject } from "../check.js";

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
  readonly stop: string | undefined;
  readonly seed: number;
  readonly count: number;
}

const STREAM_NAMES = ["prompt", "length", "temperature", "topK", "topP", "stop", "seed"] as const;
const NAMES: ReadonlySet<string> = new Set([...STREAM_NAMES, "count"] satisfies (keyof GenerateOptions)[]);
const WITHOUT_COUNT: ReadonlySet<string> = new Set(STREAM_NAMES);
/** Texts at once: memory for their states is asked for in one piece. */
const MOST_TEXTS = 65536;

/** Reads the options, each once. */
export function readGenerateOptions(options: unknown, counts: boolean): GenerateConfig {
  const given = optionsObject(options, "options", counts ? NAMES : WITHOUT_COUNT) as GenerateOptions;
  const { prompt = "", length = 200, temperature = 1, topK, topP = 1, stop, seed = 0, count = 1 } = given;
  if (typeof prompt !== "string") throw new TypeError(expected("prompt", "a string", prompt));
  if (stop !== undefined) {
    if (typeof stop !== "string") throw new TypeError(expected("stop", "a non-empty string", stop));
    if (stop === "") throw new RangeError(expected("stop", "a non-empty string", stop));
  }
  number(topP, "topP", { min: 0, max: 1 });
  if (topP === 0) throw new RangeError(expected("topP", "a number above 0", topP));
  return {
    prompt,
    length: integer(length, "length", { min: 0 }),
    temperature: number(temperature, "temperature", { min: 0, max: 1e30 }),
    topK: topK === undefined ? Infinity : integer(topK, "topK", { min: 1 }),
    topP,
    stop,
    seed: integer(seed, "seed", { min: 0, max: 2 ** 32 - 1 }),
    count: integer(count, "count", { min: 1, max: MOST_TEXTS }),
  };
}
