/**
 * Decompression that stops at the announced size. fflate's `inflateSync` decompresses a whole stream, which
 * may be a thousand times as large as its input, before the size is known. Its streaming form is fed in small
 * pieces here, so that at most one piece too many is decompressed.
 */

import { Inflate } from "fflate";
import { isCheckError, rangeError } from "../base/errors.js";

/** Number of bytes that are fed at once: 4 kB become 4 MB at most. */
const PIECE = 4096;

/**
 * The number of bytes to which all compressed parts of a file may expand together: a fixed part and a
 * multiple of the file's size.
 */
export class InflationBudget {
  #left: number;

  /** @param fileSize the size of the file in bytes */
  constructor(fileSize: number) {
    this.#left = 2 ** 23 + 4 * fileSize;
  }

  /** @throws RangeError when `bytes` exceed the rest of the budget */
  spend(bytes: number): void {
    if (bytes > this.#left)
      throw rangeError("file", `at most ${this.#left} further bytes of decompressed weights`, `${bytes}`);
    this.#left -= bytes;
  }
}

/**
 * Decompresses a raw deflate stream.
 *
 * @param size the exact size of the result; `budget` must allow it before memory is allocated
 * @throws RangeError about "file" when the stream is damaged or has another size
 */
export function inflate(stream: Uint8Array, size: number, budget: InflationBudget): Uint8Array {
  budget.spend(size);
  const bytes = new Uint8Array(size);
  let length = 0;
  const inflater = new Inflate((chunk) => {
    if (length + chunk.length > size) throw wrongSize(size, "more");
    bytes.set(chunk, length);
    length += chunk.length;
  });
  for (let at = 0; at === 0 || at < stream.length; at += PIECE) {
    try {
      inflater.push(stream.subarray(at, at + PIECE), at + PIECE >= stream.length);
    } catch (cause) {
      if (isCheckError(cause)) throw cause;
      throw rangeError("file", "a deflate stream", "damaged bytes", { cause });
    }
  }
  if (length !== size) throw wrongSize(size, `${length}`);
  return bytes;
}

function wrongSize(expected: number, received: string): RangeError {
  return rangeError("file", `a stream that decompresses to ${expected} bytes`, received);
}
