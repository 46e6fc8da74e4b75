/**
 * Makes batches of texts of similar length from a list, so that there is little padding. Their order differs
 * in each epoch.
 *
 * The texts are shuffled, divided into groups of 64 batches, sorted by length within a group (texts of equal
 * length stay shuffled), and cut into batches, which are shuffled. The order depends only on the seed and the
 * epoch.
 */

import { countOf, idCount, type EncodedText } from "./encoded-text.js";
import { alike } from "./id-array.js";
import { numbers, shuffle } from "../shared/shuffle.js";
import type { Shape } from "./contiguous-rows.js";
import { countWindows, type TokenRow } from "./windows.js";

/**
 * Number of batches that are sorted together: large enough for little padding, small enough that the batches
 * differ between epochs.
 */
const GROUP = 64;

/**
 * Texts as rows, each with the start token before it and the end token after it. Both are the same token, so
 * one token separates two texts.
 */
export type SequenceRows = EncodedText;

/** Returns the rows of the texts in `order`. */
export function sequenceRows(text: EncodedText, order: Int32Array, end: number): SequenceRows {
  const starts = new Int32Array(order.length + 1);
  order.forEach((which, i) => (starts[i + 1] = starts[i] + 1 + idCount(text, which)));
  const ids = alike(text.ids, starts[order.length] + 1).fill(end);
  order.forEach((which, i) => {
    let to = starts[i] + 1;
    for (let at = text.starts[which]; at < text.starts[which + 1]; at++) ids[to++] = text.ids[at];
  });
  return { ids, starts };
}

/**
 * Yields the batches of an epoch. A group is sorted when its first batch is requested, so that no single
 * request takes long.
 */
export function* buckets(
  rows: SequenceRows,
  batchSize: number,
  seed: number,
  epoch: number,
): Generator<TokenRow[], void, undefined> {
  const order = shuffle(numbers(countOf(rows)), seed, epoch, 0);
  const places = shuffle(numbers(Math.ceil(order.length / batchSize)), seed, epoch, 1);
  const groups: Int32Array[] = [];
  for (const place of places) {
    const group = Math.floor(place / GROUP);
    const start = group * GROUP * batchSize;
    const sorted = (groups[group] ??= byLength(rows, order.subarray(start, start + GROUP * batchSize)));
    yield batchOf(rows, sorted, (place % GROUP) * batchSize, batchSize);
  }
}

/** Returns the number of windows of all batches of an epoch, from the lengths alone. */
export function countSteps(
  rows: SequenceRows,
  { batchSize, sequenceLength }: Shape,
  seed: number,
  epoch: number,
): number {
  const lengths = numbers(countOf(rows)).map((row) => idCount(rows, row));
  shuffle(lengths, seed, epoch, 0);
  let steps = 0;
  for (let start = 0; start < lengths.length; start += GROUP * batchSize) {
    const group = lengths.subarray(start, start + GROUP * batchSize).sort();
    for (let end = batchSize; end < group.length + batchSize; end += batchSize) {
      steps += countWindows(group[Math.min(end, group.length) - 1], sequenceLength);
    }
  }
  return steps;
}

/** Returns all rows in batches, the shortest first. */
export function batchesByLength(rows: SequenceRows, batchSize: number): TokenRow[][] {
  const sorted = byLength(rows, numbers(countOf(rows)));
  const count = Math.ceil(sorted.length / batchSize);
  return Array.from({ length: count }, (_, i) => batchOf(rows, sorted, i * batchSize, batchSize));
}

/**
 * Sorts rows by length and keeps the order of rows of equal length. It is a counting sort, because there are
 * many rows of few lengths.
 */
function byLength(rows: SequenceRows, order: Int32Array): Int32Array {
  const counts = new Map<number, number>();
  for (const row of order) {
    const length = idCount(rows, row);
    counts.set(length, (counts.get(length) ?? 0) + 1);
  }
  let next = 0;
  const places = new Map<number, number>(); // place of the next row, by length
  for (const [length, count] of [...counts].sort(([a], [b]) => a - b)) {
    places.set(length, next);
    next += count;
  }
  const sorted = new Int32Array(order.length);
  for (const row of order) {
    const length = idCount(rows, row);
    const place = places.get(length) as number;
    sorted[place] = row;
    places.set(length, place + 1);
  }
  return sorted;
}

function batchOf(rows: SequenceRows, order: Int32Array, start: number, size: number): TokenRow[] {
  return Array.from(order.subarray(start, start + size), (row) => {
    return { ids: rows.ids, start: rows.starts[row], length: idCount(rows, row) };
  });
}
