/** The ids of a text in the smallest kind of array that holds a vocabulary's: a byte each, for most texts. */

import { tagOf } from "../../base/typed-array.js";

/** Ids. */
export type IdArray = Uint8Array | Uint16Array | Int32Array;

/** Zeros for the ids of a vocabulary of this size. */
export function idArray(vocabularySize: number, length: number): IdArray {
  if (vocabularySize <= 2 ** 8) return new Uint8Array(length);
  return vocabularySize <= 2 ** 16 ? new Uint16Array(length) : new Int32Array(length);
}

/** Zeros of the same kind. */
export function alike(ids: IdArray, length: number): IdArray {
  const tag = tagOf(ids);
  if (tag === "Uint8Array") return new Uint8Array(length);
  return tag === "Uint16Array" ? new Uint16Array(length) : new Int32Array(length);
}
