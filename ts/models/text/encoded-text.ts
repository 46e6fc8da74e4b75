/**
 * Texts as ids, one behind the other: of a list there may be millions, and so many small arrays would be slow to make, to
 * go through and to send to a worker, and take several times the memory.
 */

import { alike, type IdArray } from "./id-array.js";

/** A long text, or the texts of a list. */
export interface EncodedText {
  /** All ids. */
  readonly ids: IdArray;
  /** Where each text begins, and behind them where a next one would. */
  readonly starts: Int32Array;
}

/** One text. */
export const whole = (ids: IdArray): EncodedText => ({ ids, starts: Int32Array.of(0, ids.length) });

/**
 * Several; the memory is theirs alone, so that it may be handed over to a worker.
 *
 * @param capacity how many ids they probably have in all
 * @param encode the ids of the `i`-th
 */
export function joinTexts(count: number, capacity: number, encode: (i: number) => IdArray): EncodedText {
  const starts = new Int32Array(count + 1);
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
    starts[i + 1] = length = end;
  }
  return { ids: length === ids.length ? ids : ids.slice(0, length), starts };
}

/** How many texts there are. */
export const countOf = ({ starts }: EncodedText): number => starts.length - 1;

/** How many ids the `i`-th has. */
export const idCount = ({ starts }: EncodedText, i: number): number => starts[i + 1] - starts[i];
