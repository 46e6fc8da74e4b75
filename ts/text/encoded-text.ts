/**
 * Texts as ids, one behind the other: of a list there may be millions, and so many small arrays would be slow to make, to
 * go through and to send to a worker, and take several times the memory.
 */

import { alike, type IdArray } from "./id-array.js";

/** A long text, or the texts of a list; without start and end tokens. */
export interface EncodedText {
  /** All ids. */
  readonly ids: IdArray;
  /** Where each text ends, which is where the next one begins. */
  readonly ends: Int32Array;
}

/** One text. */
export const whole = (ids: IdArray): EncodedText => ({ ids, ends: Int32Array.of(ids.length) });

/**
 * Several.
 *
 * @param capacity how many ids they probably have in all
 * @param encode the ids of the `i`-th
 */
export function joined(count: number, capacity: number, encode: (i: number) => IdArray): EncodedText {
  const ends = new Int32Array(count);
  let ids: IdArray = new Uint8Array();
  let length = 0;
  for (let i = 0; i < count; i++) {
    const text = encode(i);
    const end = length + text.length;
    if (i === 0 || end > ids.length) {
      const larger = alike(text, Math.max(capacity, end, 2 * length));
      larger.set(ids.subarray(0, length));
      ids = larger;
    }
    ids.set(text, length);
    ends[i] = length = end;
  }
  return { ids: length === ids.length ? ids : ids.slice(0, length), ends };
}

/** Where the `i`-th text begins. */
export const startOf = ({ ends }: EncodedText, i: number): number => (i === 0 ? 0 : ends[i - 1]);

/** 0, 1, 2, …: texts, or rows, in their order. */
export function numbers(count: number): Int32Array {
  const all = new Int32Array(count);
  for (let i = 0; i < count; i++) all[i] = i;
  return all;
}
