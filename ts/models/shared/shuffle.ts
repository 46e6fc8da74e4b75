/**
 * Seeded order: a permutation that hangs on its keys alone, with the same result on every engine (integers only).
 *
 * Fisher–Yates with the finalizer of MurmurHash3 (Appleby, public domain) over (keys, counter) as source.
 */

/** Mixes 32 bits. */
export function mix(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** 0, 1, 2, …: what there is to be shuffled, by number. */
export function numbers(count: number): Int32Array {
  const all = new Int32Array(count);
  for (let i = 0; i < count; i++) all[i] = i;
  return all;
}

/** Shuffles `items` in place. `keys`: integers that decide the order. */
export function shuffle<T, Items extends { [place: number]: T; readonly length: number }>(
  items: Items,
  ...keys: readonly number[]
): Items {
  let key = 0;
  for (const part of keys) key = mix((key + 0x9e3779b9) ^ mix(part >>> 0));
  let counter = 0;
  for (let i = items.length - 1; i > 0; i--) {
    const n = i + 1;
    const limit = 2 ** 32 - (2 ** 32 % n); // below it every remainder is as likely
    let draw: number;
    do draw = mix(mix(key + Math.imul(++counter, 0x9e3779b9)) ^ key);
    while (draw >= limit);
    const j = draw % n;
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}
