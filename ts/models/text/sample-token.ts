/**
 * The next token of each row: top-k and top-p leave some logits, the core draws among them.
 *
 * Which are left follows from logits and options alone; the coin is the core's, by (seed, step, row). A temperature of 0
 * takes the largest. Nothing here is drawn from what training draws from.
 */

import { sample } from "../../data/sample.js";
import { argmax } from "./evaluate.js";
import type { GenerateConfig } from "./generate-options.js";
import { ranked, softmax } from "./softmax.js";

/** Far below any logit: stands where a row has fewer candidates than another. */
const NOTHING = -1e30;

/** Draws an id for each row of logits (B, V). */
export function draw(
  logits: Float32Array,
  rows: number,
  step: number,
  { temperature, topK, topP, seed }: GenerateConfig,
): number[] {
  const classes = logits.length / rows;
  const row = (b: number) => logits.subarray(b * classes, (b + 1) * classes);
  if (temperature === 0) return Array.from({ length: rows }, (_, b) => argmax(row(b)));
  const options = { temperature, seed, step };
  if (topK >= classes && topP === 1) {
    return Array.from(sample({ data: logits, shape: [rows, classes] }, options));
  }
  const left = Array.from({ length: rows }, (_, b) => candidates(row(b), temperature, topK, topP));
  const width = Math.max(...left.map(({ length }) => length));
  const data = new Float32Array(rows * width).fill(NOTHING);
  left.forEach((ids, b) => ids.forEach((id, i) => (data[b * width + i] = row(b)[id])));
  const drawn = sample({ data, shape: [rows, width] }, options);
  // rounding may let a coin close to 1 fall behind the last candidate
  return left.map((ids, b) => ids[Math.min(drawn[b], ids.length - 1)]);
}

/** The ids that are left, in their order. */
function candidates(logits: Float32Array, temperature: number, topK: number, topP: number): number[] {
  const probabilities = softmax(logits, temperature);
  const order = ranked(probabilities);
  let sum = 0;
  let count = 0;
  while (count < Math.min(topK, order.length) && (count === 0 || sum < topP)) {
    sum += probabilities[order[count]];
    count++;
  }
  return order.slice(0, count).sort((a, b) => a - b);
}
