/** Seeded normal deviates with the same bits on every engine: Marsaglia's polar method over the hash of shuffle.ts. */

import { ln64 } from "../../base/float64.js";
import { mix } from "./shuffle.js";

const TWO_32 = 4294967296;

/** A sequence of normal deviates that depends on its keys alone. */
export class Gaussian {
  readonly #key: number;
  #counter = 0;
  #spare: number | undefined;

  /** @param keys integers that decide the sequence */
  constructor(...keys: readonly number[]) {
    let key = 0;
    for (const part of keys) key = mix((key + 0x9e3779b9) ^ mix(part >>> 0));
    this.#key = key;
  }

  /** The next deviate, of mean 0 and variance 1. */
  next(): number {
    const spare = this.#spare;
    if (spare !== undefined) {
      this.#spare = undefined;
      return spare;
    }
    let x: number;
    let y: number;
    let square: number;
    do {
      x = 2 * this.#uniform() - 1;
      y = 2 * this.#uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const factor = Math.sqrt((-2 * ln64(square)) / square);
    this.#spare = y * factor;
    return x * factor;
  }

  /** The next number of 0 … 1, in steps of 2⁻³². */
  #uniform(): number {
    return (mix(mix(this.#key + Math.imul(++this.#counter, 0x9e3779b9)) ^ this.#key) + 0.5) / TWO_32;
  }
}
