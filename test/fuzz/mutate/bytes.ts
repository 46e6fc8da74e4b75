/** Damages any file: bits, bytes, pieces inserted, removed and repeated, a missing end. */

import type { Random } from "../../support/random.js";
import { below, pick } from "../format.js";

/** Numbers that break counts and sizes. */
export const NUMBERS = [
  0,
  1,
  2,
  3,
  8,
  255,
  256,
  0x7fff,
  0xffff,
  0x10000,
  1e6,
  2 ** 27,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 40,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
];

/** Returns the file without `remove` bytes at `at`, and with others there. */
export function splice(
  file: Uint8Array,
  at: number,
  remove: number,
  insert: ArrayLike<number> = [],
): Uint8Array<ArrayBuffer> {
  const end = Math.min(at + remove, file.length);
  const changed = new Uint8Array(file.length - (end - at) + insert.length);
  changed.set(file.subarray(0, at));
  changed.set(insert, at);
  changed.set(file.subarray(end), at + insert.length);
  return changed;
}

/** Writes a number little-endian, of 1, 2, 4 or 8 bytes, as far as the file extends. */
export function write(file: Uint8Array, at: number, value: number, width: number): void {
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)));
  for (let k = 0; k < width && at + k < file.length; k++, rest >>= 8n) file[at + k] = Number(rest & 255n);
}

export function mutateBytes(file: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const copy = file.slice() as Uint8Array<ArrayBuffer>;
  if (copy.length === 0) return copy;
  const at = below(random, copy.length);
  switch (below(random, 8)) {
    case 0:
      copy[at]! ^= 1 << below(random, 8);
      return copy;
    case 1:
      copy[at] = pick(random, [0, 1, 127, 128, 254, 255]);
      return copy;
    case 2:
      write(copy, at, pick(random, NUMBERS), pick(random, [2, 4, 8]));
      return copy;
    case 3:
      write(copy, at - (at % 8), pick(random, [...NUMBERS, copy.length, at]), 8);
      return copy;
    case 4: // the end is missing
      return copy.subarray(0, at).slice();
    case 5: // a piece is removed
      return splice(copy, at, 1 + below(random, 64));
    case 6: {
      // a piece is repeated elsewhere
      const from = below(random, copy.length);
      return splice(copy, at, 0, copy.subarray(from, from + 1 + below(random, 128)));
    }
    default: {
      // a piece replaces another
      const from = below(random, copy.length);
      const piece = copy.slice(from, from + 1 + below(random, 64));
      copy.set(piece.subarray(0, copy.length - at), at);
      return copy;
    }
  }
}
