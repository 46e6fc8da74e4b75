/**
 * Whether a text is the one that a run began with: 128 bits of its ids and of where its parts end. It guards against
 * mistakes, not against malice: four lanes of FNV-1a over 32-bit words with different offsets, finished by MurmurHash3's
 * mixer.
 */

import { mix } from "./shuffle.js";

const OFFSETS = [0x811c9dc5, 0x9e3779b9, 0x7f4a7c15, 0xf39cc060] as const;
const PRIMES = [0x01000193, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f] as const;

/** The fingerprint of texts, as 32 hexadecimal digits. */
export function fingerprint(parts: readonly Int32Array[]): string {
  return OFFSETS.map((offset, lane) => {
    const prime = PRIMES[lane] as number;
    let hash: number = offset;
    const add = (word: number) => {
      hash = Math.imul(hash ^ word, prime);
      hash ^= hash >>> 15; // FNV alone would leave high bits out of the low ones
    };
    add(parts.length);
    for (const ids of parts) {
      add(ids.length);
      for (const id of ids) add(id);
    }
    return mix(hash).toString(16).padStart(8, "0");
  }).join("");
}
