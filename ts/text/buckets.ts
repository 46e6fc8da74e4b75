/**
 * A list of texts as batches of rows of similar length, so that little is padded; in another order each epoch.
 *
 * The texts are shuffled, taken in groups of 64 batches, sorted by length within a group (those of equal length stay
 * shuffled), cut into batches, and the batches shuffled. The order hangs on seed and epoch alone.
 */

import { shuffle } from "./shuffle.js";
import type { Row } from "./windows.js";

/** Batches that are sorted together: large enough to pad little, small enough that a batch is another each epoch. */
const GROUP = 64;

/** A text's row: from the start token to the end token, which are the same. */
export function sequenceRow(ids: Int32Array, end: number): Row {
  const row = new Int32Array(ids.length + 2).fill(end);
  row.set(ids, 1);
  return { ids: row, start: 0, length: ids.length + 1 };
}

/** The batches of an epoch. */
export function buckets(rows: readonly Row[], batchSize: number, seed: number, epoch: number): Row[][] {
  const order = shuffle([...rows], seed, epoch, 0);
  const batches: Row[][] = [];
  for (let at = 0; at < order.length; at += GROUP * batchSize) {
    batches.push(...byLength(order.slice(at, at + GROUP * batchSize), batchSize));
  }
  return shuffle(batches, seed, epoch, 1);
}

/** Batches of rows sorted by length, the shortest first. */
export function byLength(rows: readonly Row[], batchSize: number): Row[][] {
  const sorted = [...rows].sort((a, b) => a.length - b.length);
  const batches: Row[][] = [];
  for (let at = 0; at < sorted.length; at += batchSize) batches.push(sorted.slice(at, at + batchSize));
  return batches;
}
