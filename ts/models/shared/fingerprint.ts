/**
 * The fingerprint of the data with which a run began: 128 bits, with which the data is recognized when the
 * run is resumed. It guards against mistakes, not against malice: four lanes of FNV-1a over 32-bit words with
 * different offsets, finished by MurmurHash3's mixer.
 */

import { mix } from "./shuffle.js";

const OFFSETS = [0x811c9dc5, 0x9e3779b9, 0x7f4a7c15, 0xf39cc060] as const;
const PRIMES = [0x01000193, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f] as const;

/** A fingerprint that grows word by word. */
export class Fingerprint {
  readonly #hash = Int32Array.from(OFFSETS);
  readonly #number = new Int32Array(1);

  /** Adds one word. */
  addNumber(word: number): void {
    this.#number[0] = word;
    this.add(this.#number, 0, 1);
  }

  /** Adds a range of words to all four lanes in one pass, which takes hardly longer than a single lane. */
  add(
    words: { readonly [place: number]: number; readonly length: number },
    start = 0,
    end = words.length,
  ): void {
    const [p, q, r, s] = PRIMES;
    const hash = this.#hash;
    let a = hash[0];
    let b = hash[1];
    let c = hash[2];
    let d = hash[3];
    for (let i = start; i < end; i++) {
      const word = words[i];
      a = Math.imul(a ^ word, p);
      a ^= a >>> 15; // with FNV alone, high bits would never affect low bits
      b = Math.imul(b ^ word, q);
      b ^= b >>> 15;
      c = Math.imul(c ^ word, r);
      c ^= c >>> 15;
      d = Math.imul(d ^ word, s);
      d ^= d >>> 15;
    }
    hash.set([a, b, c, d]);
  }

  /** Returns 32 hexadecimal digits. */
  toString(): string {
    return Array.from(this.#hash, (lane) => mix(lane).toString(16).padStart(8, "0")).join("");
  }
}
