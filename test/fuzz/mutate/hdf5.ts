/** Damages the structures of an HDF5 file: wrong addresses, counts and sizes. */

import type { Random } from "../../support/random.js";
import { below, pick } from "../format.js";
import { mutateBytes, NUMBERS, write } from "./bytes.js";

const SIGNATURES = [
  "TREE",
  "SNOD",
  "HEAP",
  "GCOL",
  "OHDR",
  "OCHK",
  "FRHP",
  "FHDB",
  "FHIB",
  "BTHD",
  "BTLF",
  "BTIN",
];

/**
 * Returns the starts of structures: those with a signature, and headers of version 1, to which symbol tables
 * point.
 */
function structures(file: Uint8Array): number[] {
  const text = Buffer.from(file.buffer, file.byteOffset, file.length);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const found: number[] = [];
  for (const signature of SIGNATURES) {
    for (
      let at = text.indexOf(signature);
      at >= 0 && found.length < 5000;
      at = text.indexOf(signature, at + 1)
    ) {
      found.push(at);
      if (signature !== "SNOD") continue;
      for (let entry = at + 8; entry + 40 <= file.length && entry < at + 8 + 40 * 8; entry += 40) {
        const address = view.getUint32(entry + 8, true);
        if (address > 0 && address < file.length) found.push(address);
      }
    }
  }
  return found;
}

export function mutateHdf5(file: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  if (below(random, 4) === 0) return mutateBytes(file, random);
  const copy = file.slice() as Uint8Array<ArrayBuffer>;
  const places = structures(copy);
  if (places.length === 0) return mutateBytes(file, random);
  for (let changes = 1 + below(random, 3); changes > 0; changes--) {
    const at = pick(random, places) + below(random, pick(random, [16, 64, 400]));
    const width = pick(random, [1, 2, 4, 8, 8]);
    const aligned = at - (at % width);
    const value = pick(random, [0, 1, 2])
      ? pick(random, places) // another structure's address
      : pick(random, [...NUMBERS, copy.length, copy.length - 8, 12, 16, 17]);
    write(copy, aligned, below(random, 3) === 0 && width < 8 ? below(random, 32) : value, width);
  }
  return copy;
}
