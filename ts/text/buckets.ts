/**
 * A list of texts as batches of rows of similar length, so that little is padded; in another order each epoch.
 *
 * The texts are shuffled, taken in groups of 64 batches, sorted by length within a group (those of equal length stay
 * shuffled), cut into batches, and the batches shuffled. The order hangs on seed and epoch alone.
 */

import { alike, type IdArray } from "./id-array.js";
import { shuffle } from "./shuffle.js";
import type { Shape } from "./streams.js";
import { countWindows, type Row } from "./windows.js";

/** Batches that are sorted together: large enough to pad little, small enough that a batch is another each epoch. */
const GROUP = 64;

/** The rows of texts, each from the start token to the end token, which are the same: so they lie in one array, an end between any two. */
export function sequenceRows(parts: readonly IdArray[], end: number): Row[] {
  const ids = alike(
    parts[0],
    parts.reduce((sum, { length }) => sum + length + 1, 1),
  ).fill(end);
  let next = 0;
  return parts.map((part) => {
    const start = next;
    next += part.length + 1;
    ids.set(part, start + 1);
    return { ids, start, length: part.length + 1 };
  });
}

/** The batches of an epoch. A group is sorted when the first of its batches is asked for, so that none takes long to come. */
export function* buckets(
  rows: readonly Row[],
  batchSize: number,
  seed: number,
  epoch: number,
): Generator<Row[], void, undefined> {
  const order = shuffle([...rows], seed, epoch, 0);
  const places = shuffle(
    Array.from({ length: Math.ceil(rows.length / batchSize) }, (_, i) => i),
    seed,
    epoch,
    1,
  );
  const groups: Row[][][] = [];
  for (const place of places) {
    const group = Math.floor(place / GROUP);
    const start = group * GROUP * batchSize;
    groups[group] ??= byLength(order.slice(start, start + GROUP * batchSize), batchSize);
    yield groups[group][place % GROUP];
  }
}

/** The windows of all batches of an epoch, from the lengths alone. */
export function countSteps(
  rows: readonly Row[],
  { batchSize, sequenceLength }: Shape,
  seed: number,
  epoch: number,
): number {
  const lengths = shuffle(
    Int32Array.from(rows, ({ length }) => length),
    seed,
    epoch,
    0,
  );
  let steps = 0;
  for (let start = 0; start < lengths.length; start += GROUP * batchSize) {
    const group = lengths.subarray(start, start + GROUP * batchSize).sort();
    for (let at = batchSize; at < group.length + batchSize; at += batchSize) {
      steps += countWindows(group[Math.min(at, group.length) - 1], sequenceLength);
    }
  }
  return steps;
}

/** Batches of rows sorted by length, the shortest first. */
export function byLength(rows: readonly Row[], batchSize: number): Row[][] {
  const sorted = [...rows].sort((a, b) => a.length - b.length);
  const batches: Row[][] = [];
  for (let at = 0; at < sorted.length; at += batchSize) batches.push(sorted.slice(at, at + batchSize));
  return batches;
}
