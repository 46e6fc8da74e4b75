/** The bytes of a file as users pass them: a typed array of any realm, a Buffer, or a buffer. */

import { typeError } from "./errors.js";
import { show } from "./show.js";
import { typedArrayLength, tagOf } from "./typed-array.js";

/**
 * Returns a view of the bytes as a Uint8Array of this realm. A Buffer is converted because its `slice` does
 * not copy.
 *
 * @throws TypeError when it is no Uint8Array, ArrayBuffer or SharedArrayBuffer
 */
export function fileBytes(bytes: unknown): Uint8Array {
  if (tagOf(bytes) === "Uint8Array") {
    const { buffer, byteOffset } = bytes as Uint8Array;
    return new Uint8Array(buffer, byteOffset, typedArrayLength(bytes as Uint8Array));
  }
  const kind = Object.prototype.toString.call(bytes).slice(8, -1);
  if (kind === "ArrayBuffer" || kind === "SharedArrayBuffer") return new Uint8Array(bytes as ArrayBuffer);
  throw typeError("bytes", "the bytes of a file (a Uint8Array or an ArrayBuffer)", show(bytes));
}
