/** Ids in the smallest typed array that a vocabulary permits, which is one byte per id for most texts. */

import { allocated } from "../../base/tensor.js";

/** The ids of a text. */
export type IdArray = Uint8Array | Uint16Array | Int32Array;

/** Returns an array of zeros for the ids of a vocabulary of this size. */
export function idArray(vocabularySize: number, length: number): IdArray {
  return ofWidth(vocabularySize <= 2 ** 8 ? 1 : vocabularySize <= 2 ** 16 ? 2 : 4, length);
}

/** Returns an array of zeros of the same type as `ids`. */
export function alike(ids: IdArray, length: number): IdArray {
  return ofWidth(ids.BYTES_PER_ELEMENT, length);
}

function ofWidth(bytes: number, length: number): IdArray {
  const make = () =>
    bytes === 1 ? new Uint8Array(length) : bytes === 2 ? new Uint16Array(length) : new Int32Array(length);
  return allocated(bytes * length, "text", make);
}
