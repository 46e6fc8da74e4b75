/**
 * Batches of rows of similar length, so that little is padded, in another order each epoch.
 *
 * The rows are shuffled, taken in groups of batches, sorted by length within a group (those of equal length stay
 * shuffled), cut into batches, and the batches shuffled. The order depends on seed and epoch alone.
 */

import { numbers, shuffle } from "./shuffle.js";

/** How rows become batches. */
export interface Bucketing {
  readonly batchSize: number;
  readonly seed: number;
  /** Batches that are sorted together: large enough to pad little, small enough that a batch is another each epoch. */
  readonly group: number;
}

/** Yields the row numbers of the batches of an epoch. A group is sorted when its first batch is asked for. */
export function* lengthBuckets(
  lengths: Int32Array,
  { batchSize, seed, group: groupSize }: Bucketing,
  epoch: number,
): Generator<Int32Array, void, undefined> {
  const order = shuffle(numbers(lengths.length), seed, epoch, 0);
  const places = shuffle(numbers(Math.ceil(order.length / batchSize)), seed, epoch, 1);
  const groups: Int32Array[] = [];
  for (const place of places) {
    const group = Math.floor(place / groupSize);
    const start = group * groupSize * batchSize;
    const sorted = (groups[group] ??= byLength(
      lengths,
      order.subarray(start, start + groupSize * batchSize),
    ));
    const first = (place % groupSize) * batchSize;
    yield sorted.subarray(first, first + batchSize);
  }
}

/** Returns all rows in batches, the shortest first. */
export function batchesFromShortest(
  lengths: Int32Array,
  batchSize: number,
  rows = numbers(lengths.length),
): Int32Array[] {
  const sorted = byLength(lengths, rows);
  const count = Math.ceil(sorted.length / batchSize);
  return Array.from({ length: count }, (_, i) => sorted.subarray(i * batchSize, (i + 1) * batchSize));
}

/** Rows sorted by length; those of equal length stay in their order. By counting: there are many rows of few lengths. */
function byLength(lengths: Int32Array, order: Int32Array): Int32Array {
  const counts = new Map<number, number>();
  for (const row of order) counts.set(lengths[row], (counts.get(lengths[row]) ?? 0) + 1);
  let next = 0;
  const places = new Map<number, number>(); // by length, of the next row
  for (const [length, count] of [...counts].sort(([a], [b]) => a - b)) {
    places.set(length, next);
    next += count;
  }
  const sorted = new Int32Array(order.length);
  for (const row of order) {
    const place = places.get(lengths[row]) as number;
    sorted[place] = row;
    places.set(lengths[row], place + 1);
  }
  return sorted;
}
