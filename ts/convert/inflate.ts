/**
 * Decompression that stops at the size that was announced. fflate's `inflateSync` works through all of a stream, whose
 * thousandfold size only the end reveals; its streaming form is fed in pieces here, so that at most one piece too many
 * is decompressed.
 */

import { Inflate } from "fflate";

/** Bytes fed at once: 4 kB become 4 MB at most. */
const PIECE = 4096;

/** Bytes that all compressed parts of a file may grow to together: a fixed part and a multiple of the file's size. */
export class InflationBudget {
  #left: number;

  /** @param fileSize in bytes */
  constructor(fileSize: number) {
    this.#left = 2 ** 23 + 4 * fileSize;
  }

  /** @throws RangeError when `bytes` more are more than the file may grow to */
  spend(bytes: number): void {
    if (bytes > this.#left) throw new RangeError("it is compressed more than weights can be");
    this.#left -= bytes;
  }
}

/**
 * The bytes of a raw deflate stream.
 *
 * @param size how many there must be; `budget` allows them before memory is taken
 * @throws Error when the stream is damaged, and when it has more or fewer bytes
 */
export function inflate(stream: Uint8Array, size: number, budget: InflationBudget): Uint8Array {
  budget.spend(size);
  const bytes = new Uint8Array(size);
  let length = 0;
  const inflater = new Inflate((chunk) => {
    if (length + chunk.length > size) throw new RangeError(`more than ${size} bytes`);
    bytes.set(chunk, length);
    length += chunk.length;
  });
  for (let at = 0; at === 0 || at < stream.length; at += PIECE) {
    inflater.push(stream.subarray(at, at + PIECE), at + PIECE >= stream.length);
  }
  if (length !== size) throw new RangeError(`${length} bytes, expected ${size}`);
  return bytes;
}
