/** Series for tests, from seeds. */

import { numbers, shuffle } from "../../ts/models/shared/shuffle.js";

/** Numbers from −1 to 1 that look random. */
export function noise(length: number, seed: number): number[] {
  const order = shuffle(numbers(length), seed);
  return Array.from(order, (place) => (2 * place) / Math.max(1, length - 1) - 1);
}

/** A series with a level, a trend, a season and noise. */
export function seasonal(
  length: number,
  { season = 12, level = 50, trend = 0.1, size = 8, noisy = 1, seed = 1 } = {},
): number[] {
  const random = noise(length, seed);
  return random.map((x, t) => level + trend * t + size * Math.sin((2 * Math.PI * t) / season) + noisy * x);
}
