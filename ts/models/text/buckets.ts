/** Makes batches of texts of similar length from a list; see shared/length-buckets.ts. */

import { integers } from "../../base/tensor.js";
import { batchesFromShortest, lengthBuckets } from "../shared/length-buckets.js";
import { numbers, shuffle } from "../shared/shuffle.js";
import { countOf, idCount, type EncodedText } from "./encoded-text.js";
import { alike } from "./id-array.js";
import type { Shape } from "./contiguous-rows.js";
import { countWindows, type TokenRow } from "./windows.js";

/** Number of batches that are sorted together. */
const GROUP = 64;

/**
 * Texts as rows, each with the start token before it and the end token after it. Both are the same token, so
 * one token separates two texts.
 */
export type SequenceRows = EncodedText;

/** Returns the rows of the texts in `order`. */
export function sequenceRows(text: EncodedText, order: Int32Array, end: number): SequenceRows {
  const starts = integers(order.length + 1, "text");
  order.forEach((which, i) => (starts[i + 1] = starts[i] + 1 + idCount(text, which)));
  const ids = alike(text.ids, starts[order.length] + 1).fill(end);
  order.forEach((which, i) => {
    let to = starts[i] + 1;
    for (let at = text.starts[which]; at < text.starts[which + 1]; at++) ids[to++] = text.ids[at];
  });
  return { ids, starts };
}

/** Yields the batches of an epoch. */
export function* buckets(
  rows: SequenceRows,
  batchSize: number,
  seed: number,
  epoch: number,
): Generator<TokenRow[], void, undefined> {
  const batches = lengthBuckets(rowLengths(rows), { batchSize, seed, group: GROUP }, epoch);
  for (const batch of batches) yield batchOf(rows, batch);
}

/** Returns the number of windows of all batches of an epoch, from the lengths alone. */
export function countSteps(
  rows: SequenceRows,
  { batchSize, sequenceLength }: Shape,
  seed: number,
  epoch: number,
): number {
  const lengths = rowLengths(rows);
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
  return batchesFromShortest(rowLengths(rows), batchSize).map((batch) => batchOf(rows, batch));
}

function rowLengths(rows: SequenceRows): Int32Array {
  return numbers(countOf(rows)).map((row) => idCount(rows, row));
}

function batchOf(rows: SequenceRows, batch: Int32Array): TokenRow[] {
  return Array.from(batch, (row) => {
    return { ids: rows.ids, start: rows.starts[row], length: idCount(rows, row) };
  });
}
