/**
 * Sequences cut into windows along time: rows that begin together, each window a batch. A network in one direction
 * carries its state from window to window; in two directions each window is read on its own.
 */

import { alike } from "../text/id-array.js";
import type { Sequences } from "./sequences.js";

/** Network steps of a window at most. */
export const LONGEST_WINDOW = 8192;

/** The inputs of a window. */
export interface InputWindow {
  readonly inputs: {
    readonly data: Float32Array | Int32Array | Uint8Array | Uint16Array;
    readonly shape: readonly number[];
  };
  readonly sequenceLengths: Int32Array;
  /** The first step of the window within its rows. */
  readonly from: number;
  /** T */
  readonly time: number;
}

/** Returns the number of windows of rows. */
export function inputWindowCount(longest: number): number {
  return Math.ceil(longest / LONGEST_WINDOW);
}

/** Yields the windows of rows, as equal in length as possible. */
export function* inputWindows(data: Sequences, rows: Int32Array): Generator<InputWindow, void, undefined> {
  const { values, width, starts } = data;
  const longest = rows.reduce((most, row) => Math.max(most, starts[row + 1] - starts[row]), 0);
  const count = inputWindowCount(longest);
  const size = Math.max(1, width);
  for (let n = 0; n < count; n++) {
    const from = Math.floor((n * longest) / count);
    const time = Math.floor(((n + 1) * longest) / count) - from;
    const length = rows.length * time * size;
    const into = values instanceof Float32Array ? new Float32Array(length) : alike(values, length);
    const sequenceLengths = new Int32Array(rows.length);
    rows.forEach((row, b) => {
      const start = starts[row] + from;
      const own = Math.max(0, Math.min(time, starts[row + 1] - start));
      sequenceLengths[b] = own;
      into.set(values.subarray(start * size, (start + own) * size), b * time * size);
    });
    const shape = width === 0 ? [rows.length, time] : [rows.length, time, width];
    yield { inputs: { data: into, shape }, sequenceLengths, from, time };
  }
}
