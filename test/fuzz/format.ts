/** A file format under test: undamaged files, ways to damage them, and the readers that must withstand it. */

import type { Random } from "../support/random.js";

export interface Format {
  readonly name: string;
  /** Files that are read without an error. */
  readonly seeds: readonly Uint8Array<ArrayBuffer>[];
  /** Returns a damaged copy. */
  readonly mutate: (file: Uint8Array<ArrayBuffer>, random: Random) => Uint8Array<ArrayBuffer>;
  /** Reads the file within the bounds of time and memory. Returns the argument of `use`. */
  readonly read: (file: Uint8Array<ArrayBuffer>, random: Random) => unknown;
  /** Uses and frees the result. Errors must be typed here as well. */
  readonly use?: (result: unknown, file: Uint8Array<ArrayBuffer>) => Promise<void>;
}

/** Returns an integer from 0 to `n` − 1. */
export function below(random: Random, n: number): number {
  return Math.floor(random() * n);
}

/** Returns one of `values`. */
export function pick<T>(random: Random, values: readonly T[]): T {
  return values[below(random, values.length)]!;
}
