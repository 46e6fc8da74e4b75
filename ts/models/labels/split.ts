/**
 * Divides examples into a part to train with and a part to validate with, by a seeded draw: of each label the same
 * share, or whole groups.
 */

import { rangeError } from "../../base/errors.js";
import { show } from "../../base/show.js";
import { numbers, shuffle } from "../shared/shuffle.js";
import type { Dataset } from "./dataset.js";
import { sequenceCount } from "./sequences.js";

/** The numbers of the examples of both parts, in ascending order. */
export interface Split {
  readonly training: Int32Array;
  readonly validation: Int32Array;
}

/** The key of the draw: no epoch has number 0. */
const DRAW = 0;

/** Divides examples. `labels`: their names, for errors. */
export function splitExamples(
  data: Dataset,
  { validationFraction, seed }: { validationFraction: number; seed: number },
  labels: readonly string[],
): Split {
  const count = sequenceCount(data);
  if (validationFraction === 0) return { training: numbers(count), validation: new Int32Array(0) };
  const kept = new Uint8Array(count);
  const keep = (i: number) => (kept[i] = 1);
  if (data.groups) drawGroups(data.groups, validationFraction, seed).forEach(keep);
  else if (data.isTagged) {
    if (count < 2)
      throw rangeError("validationFraction", "0 with fewer than 2 examples", show(validationFraction));
    draw(numbers(count), validationFraction, seed, DRAW).forEach(keep);
  } else {
    labels.forEach((label, id) => {
      const own = numbers(count).filter((i) => data.targets[i] === id);
      if (own.length === 1) {
        throw rangeError("validationFraction", "at least 2 examples of each label", `1 of ${show(label)}`);
      }
      if (own.length > 0) draw(own, validationFraction, seed, DRAW, id).forEach(keep);
    });
  }
  const all = numbers(count);
  return { training: all.filter((i) => kept[i] === 0), validation: all.filter((i) => kept[i] === 1) };
}

/** Some of `items`: the share, but at least one and not all. */
function draw(items: Int32Array, fraction: number, ...keys: number[]): Int32Array {
  const share = Math.min(items.length - 1, Math.max(1, Math.round(items.length * fraction)));
  return shuffle(items, ...keys).subarray(0, share);
}

/** The examples of whole groups, until they are the share. */
function drawGroups(groups: Int32Array, fraction: number, seed: number): number[] {
  const count = groups.reduce((most, group) => Math.max(most, group), -1) + 1;
  if (count < 2) throw rangeError("validationGroups", "examples of at least 2 groups", String(count));
  const wanted = Math.max(1, Math.round(groups.length * fraction));
  const kept: number[] = [];
  const order = shuffle(numbers(count), seed, DRAW);
  for (const group of order.subarray(0, count - 1)) {
    if (kept.length >= wanted) break;
    groups.forEach((own, i) => {
      if (own === group) kept.push(i);
    });
  }
  return kept;
}
