/**
 * Texts as ids in one array. A list may have millions of texts, and as many small arrays would be slow to
 * create, to iterate and to send to a worker, and would take several times the memory.
 */

import { integers } from "../../base/tensor.js";
import { alike, type IdArray } from "./id-array.js";

/** A long text, or the texts of a list. */
export interface EncodedText {
  /** The ids of all texts. */
  readonly ids: IdArray;
  /** The start of each text, followed by the end of the last one. */
  readonly starts: Int32Array;
}

/** Returns one text as an EncodedText. */
export const whole = (ids: IdArray): EncodedText => ({ ids, starts: Int32Array.of(0, ids.length) });

/**
 * Returns several texts as an EncodedText. Its memory is not shared, so it may be transferred to a worker.
 *
 * @param capacity the probable total number of ids
 * @param encode returns the ids of the `i`-th text
 */
export function joinTexts(count: number, capacity: number, encode: (i: number) => IdArray): EncodedText {
  const starts = integers(count + 1, "text");
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

/** Returns the number of texts. */
export const countOf = ({ starts }: EncodedText): number => starts.length - 1;

/** Returns the number of ids of the `i`-th text. */
export const idCount = ({ starts }: EncodedText, i: number): number => starts[i + 1] - starts[i];
