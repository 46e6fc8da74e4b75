/**
 * Divides one long text into rows that are read side by side: row b is the b-th part of the text, and the
 * parts are as equal in length as possible. Of N tokens, N − 1 are inputs, each once, and N − 1 are targets.
 */

import type { IdArray } from "./id-array.js";
import type { TokenRow } from "./windows.js";

/** The number of rows and the length of a window. */
export interface Shape {
  readonly batchSize: number;
  readonly sequenceLength: number;
}

/** Returns the shape that a text of `tokens` tokens can fill: first fewer rows, then shorter windows. */
export function fitShape(tokens: number, { batchSize, sequenceLength }: Shape): Shape {
  const steps = tokens - 1;
  return {
    batchSize: Math.max(1, Math.min(batchSize, Math.floor(steps / sequenceLength))),
    sequenceLength: Math.min(sequenceLength, steps),
  };
}

/** Returns the text as `count` rows. */
export function streams(ids: IdArray, count: number): TokenRow[] {
  const steps = ids.length - 1;
  return Array.from({ length: count }, (_, b) => {
    const start = Math.floor((b * steps) / count);
    return { ids, start, length: Math.floor(((b + 1) * steps) / count) - start };
  });
}
