/**
 * The activity of hidden units while the model reads the beginning of a text: a part of the library's
 * `inspect`.
 */

import type { CharRnn } from "bptt";
import { correlation, TRAITS, type Trait } from "./traits.js";

/** Number of characters. */
const LONGEST = 320;
const SHORTEST = 24;
/** Parameters times characters that are read in about 20 ms, and in a somewhat longer time. */
export const QUICK = 20e6;
export const THOROUGH = 100e6;

export interface Reading {
  /** The T characters that were read. In a list model the start of each text is a line end. */
  characters: string[];
  /** U = L·H: the number of units of all layers, lowest first. */
  units: number;
  /** H: unit u is unit u mod H of layer ⌊u/H⌋. */
  hidden: number;
  /** States (U, T). */
  states: Float32Array;
  /** Probabilities (T) that the model gave to the actual character; NaN for the first. */
  predicted: Float32Array;
  /** True if the model is so large that less was read than fits on the page. */
  short: boolean;
}

/**
 * @param effort parameters times characters, which limits the characters for a large model
 * @throws RangeError for a character that is not in the vocabulary
 */
export function read(model: CharRnn, text: string, effort: number): Reading {
  const parameters = Object.values(model.rnn.parameters).reduce((sum, { data }) => sum + data.length, 0);
  const most = Math.max(SHORTEST, Math.min(LONGEST, Math.floor(effort / parameters)));
  const parts = passages(model, text, most).map((passage) => model.inspect(passage));
  const characters = parts.flatMap(({ tokens }) =>
    tokens.map((token) => (token === model.end ? "\n" : token)),
  );
  const T = characters.length;
  const { rnn } = model;
  const units = rnn.layers * rnn.hiddenSize;
  const states = new Float32Array(units * T);
  const predicted = new Float32Array(T);
  let at = 0;
  for (const { tokens, hidden, losses } of parts) {
    for (let t = 0; t < tokens.length; t++, at++) {
      for (let u = 0; u < units; u++) states[u * T + at] = hidden.data[t * units + u]!;
      predicted[at] = Math.exp(-(losses[t - 1] ?? NaN));
    }
  }
  const short = most < LONGEST && characters.join("").length < text.length;
  return { characters, units, hidden: rnn.hiddenSize, states, predicted, short };
}

/**
 * Returns the beginning of a text of about `most` characters; for a list model text by text, each with its
 * start.
 */
function passages({ kind }: CharRnn, text: string, most: number): string[] {
  const beginning = (text: string, most: number) => [...text.slice(0, 2 * most)].slice(0, most);
  if (kind === "text") return [beginning(text, most).join("")];
  const found: string[] = [];
  let left = most;
  for (const line of linesOf(text)) {
    if (left <= 1) break;
    const passage = beginning(line, left - 1);
    found.push(passage.join(""));
    left -= passage.length + 1;
  }
  return found;
}

/** Returns the texts of a list, one per line. */
export function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** Returns the states (T) of a unit. */
export function statesOf({ states, characters }: Reading, unit: number): Float32Array {
  return states.subarray(unit * characters.length, (unit + 1) * characters.length);
}

export interface Likeness {
  trait: Trait;
  /** Pearson's r. */
  r: number;
}

/** Returns the traits that a unit follows, the closest first. */
export function likenesses(reading: Reading, unit: number): Likeness[] {
  const states = statesOf(reading, unit);
  return TRAITS.map((trait) => ({ trait, r: correlation(states, trait.of(reading.characters)) })).sort(
    (a, b) => Math.abs(b.r) - Math.abs(a.r),
  );
}

/** Returns the unit that follows a trait most closely. */
export function closestUnit(reading: Reading, { of }: Trait): number {
  const wanted = of(reading.characters);
  let [best, most] = [0, -1];
  for (let unit = 0; unit < reading.units; unit++) {
    const r = Math.abs(correlation(statesOf(reading, unit), wanted));
    if (r > most) [best, most] = [unit, r];
  }
  return best;
}
