/** Ids in the smallest typed array that a vocabulary permits, which is one byte per id for most texts. */

import { tagOf } from "../../base/typed-array.js";

/** The ids of a text. */
export type IdArray = Uint8Array | Uint16Array | Int32Array;

/** Returns an array of zeros for the ids of a vocabulary of this size. */
export function idArray(vocabularySize: number, length: number): IdArray {
  if (vocabularySize <= 2 ** 8) return new Uint8Array(length);
  return vocabularySize <= 2 ** 16 ? new Uint16Array(length) : new Int32Array(length);
}

/** Returns an array of zeros of the same type as `ids`. */
export function alike(ids: IdArray, length: number): IdArray {
  const tag = tagOf(ids);
  if (tag === "Uint8Array") return new Uint8Array(length);
  return tag === "Uint16Array" ? new Uint16Array(length) : new Int32Array(length);
}
