/** Sequences as a network reads them, one after the other in one array: plain data that can be sent to a worker. */

import type { IdArray } from "../text/id-array.js";

/** Encoded sequences. */
export interface Sequences {
  /** Features (N, I) of all N network steps, or their ids (N). */
  readonly values: Float32Array | IdArray;
  /** I; 0 for ids. */
  readonly width: number;
  /** The first network step of each sequence, and N. */
  readonly starts: Int32Array;
}

/** Returns the number of sequences. */
export const sequenceCount = ({ starts }: Pick<Sequences, "starts">): number => starts.length - 1;

/** Returns the lengths of all sequences, in network steps. */
export function lengthsInSteps({ starts }: Pick<Sequences, "starts">): Int32Array {
  return Int32Array.from({ length: starts.length - 1 }, (_, i) => starts[i + 1] - starts[i]);
}
