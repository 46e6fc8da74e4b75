/**
 * Seeded permutations, which depend only on their keys and are the same on every engine because they use
 * integers only.
 *
 * The algorithm is Fisher–Yates with the finalizer of MurmurHash3 (Appleby, public domain) over (keys,
 * counter) as its source of random numbers.
 */

import { integers } from "../../base/tensor.js";

/** Mixes the bits of a 32-bit integer. */
export function mix(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Returns the indices 0, 1, 2, …, which can then be shuffled. */
export function numbers(count: number): Int32Array {
  const all = integers(count, "order");
  for (let i = 0; i < count; i++) all[i] = i;
  return all;
}

/** Shuffles `items` in place. The integers `keys` determine the order. */
export function shuffle<T, Items extends { [place: number]: T; readonly length: number }>(
  items: Items,
  ...keys: readonly number[]
): Items {
  let key = 0;
  for (const part of keys) key = mix((key + 0x9e3779b9) ^ mix(part >>> 0));
  let counter = 0;
  for (let i = items.length - 1; i > 0; i--) {
    const n = i + 1;
    const limit = 2 ** 32 - (2 ** 32 % n); // below the limit every remainder is equally likely
    let draw: number;
    do draw = mix(mix(key + Math.imul(++counter, 0x9e3779b9)) ^ key);
    while (draw >= limit);
    const j = draw % n;
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}
