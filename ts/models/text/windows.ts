/**
 * Divides rows of tokens into windows along time. Truncated back-propagation processes the windows in order,
 * and each starts from the final state of the previous one. All rows begin together; a row that has ended is
 * masked.
 *
 *     row 0   a b c d | e f g h | i j k
 *     row 1   l m n o | p q r · | · · ·        inputs; the targets are one token further
 */

import type { ClassBatch } from "../../data/batch.js";
import type { StateInput } from "../../data/state.js";
import type { IdArray } from "./id-array.js";

/** The tokens from `start` on: `length` inputs, and as many targets, each one position later. */
export interface TokenRow {
  readonly ids: IdArray;
  readonly start: number;
  readonly length: number;
}

/** A window. It has an `initialState` only at the beginning of its rows. */
export type Window = ClassBatch & {
  readonly inputs: { readonly data: Int32Array; readonly shape: readonly [B: number, T: number] };
  readonly targets: { readonly data: Int32Array; readonly shape: readonly [B: number, T: number] };
  readonly sequenceLengths: Int32Array;
};

/** Returns the number of windows of rows whose longest has `longest` tokens. */
export function countWindows(longest: number, most: number): number {
  return Math.ceil(longest / most);
}

/**
 * Yields the windows of rows. They are as equal in length as possible, and none is longer than `most`.
 *
 * @param zeroState returns the state in which the rows begin
 */
export function* windows(
  rows: readonly TokenRow[],
  most: number,
  zeroState: (batch: number) => StateInput,
): Generator<Window, void, undefined> {
  const longest = rows.reduce((most, { length }) => Math.max(most, length), 0);
  const count = countWindows(longest, most);
  for (let n = 0; n < count; n++) {
    const from = Math.floor((n * longest) / count);
    const time = Math.floor(((n + 1) * longest) / count) - from;
    const shape = [rows.length, time] as const;
    const inputs = new Int32Array(rows.length * time);
    const targets = new Int32Array(rows.length * time);
    const sequenceLengths = new Int32Array(rows.length);
    rows.forEach(({ ids, start, length }, b) => {
      const own = Math.max(0, Math.min(time, length - from));
      const at = start + from;
      sequenceLengths[b] = own;
      inputs.set(ids.subarray(at, at + own), b * time);
      targets.set(ids.subarray(at + 1, at + own + 1), b * time);
    });
    const window = {
      inputs: { data: inputs, shape },
      targets: { data: targets, shape },
      sequenceLengths,
    };
    yield n === 0 ? { ...window, initialState: zeroState(rows.length) } : window;
  }
}
