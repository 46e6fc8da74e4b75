/**
 * Whether a text is the one that a run began with: 128 bits of its ids and of where its parts end. It guards against
 * mistakes, not against malice: four lanes of FNV-1a over 32-bit words with different offsets, finished by MurmurHash3's
 * mixer.
 */

import { countOf, lengthOf, type EncodedText } from "./encoded-text.js";
import type { IdArray } from "./id-array.js";
import { mix } from "./shuffle.js";

const OFFSETS = [0x811c9dc5, 0x9e3779b9, 0x7f4a7c15, 0xf39cc060] as const;
const PRIMES = [0x01000193, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f] as const;

/** The fingerprint of texts, as 32 hexadecimal digits. */
export function fingerprint(text: EncodedText): string {
  const { ids, starts } = text;
  const count = countOf(text);
  const hash = Int32Array.from(OFFSETS);
  const number = Int32Array.of(count);
  add(hash, number, 0, 1);
  for (let i = 0; i < count; i++) {
    number[0] = lengthOf(text, i);
    add(hash, number, 0, 1);
    add(hash, ids, starts[i], starts[i + 1]);
  }
  return Array.from(hash, (lane) => mix(lane).toString(16).padStart(8, "0")).join("");
}

/** Adds a range of words to all four lanes in one pass: side by side they take hardly longer than one. */
function add(hash: Int32Array, words: IdArray, start: number, end: number): void {
  const [p, q, r, s] = PRIMES;
  let a = hash[0];
  let b = hash[1];
  let c = hash[2];
  let d = hash[3];
  for (let i = start; i < end; i++) {
    const word = words[i];
    a = Math.imul(a ^ word, p);
    a ^= a >>> 15; // FNV alone would leave high bits out of the low ones
    b = Math.imul(b ^ word, q);
    b ^= b >>> 15;
    c = Math.imul(c ^ word, r);
    c ^= c >>> 15;
    d = Math.imul(d ^ word, s);
    d ^= d >>> 15;
  }
  hash[0] = a;
  hash[1] = b;
  hash[2] = c;
  hash[3] = d;
}
