/**
 * Temperature scaling (Guo et al. 2017, arXiv 1706.04599): divides the logits by the temperature that makes the
 * validation data the likeliest, so that probabilities mean what they say. It changes no decision.
 */

import { expNonPositive } from "../../base/float64.js";
import { labelLoss } from "./probabilities.js";

/** Bounds: beyond them a few right or wrong answers would decide alone. */
const LEAST = 0.25;
const MOST = 16;
const STEPS = 60;

/** Returns the temperature with the least loss, by golden-section search over its logarithm, which has one minimum. */
export function fitTemperature(logits: readonly ArrayLike<number>[], targets: ArrayLike<number>): number {
  const loss = (temperature: number) =>
    logits.reduce((sum, row, i) => sum + labelLoss(row, targets[i], temperature), 0);
  // temperature = MOST·eˣ with x in [ln(LEAST/MOST), 0]
  const at = (x: number) => MOST * expNonPositive(x);
  const golden = 0.6180339887498949;
  let [low, high] = [-4.1588830833596715, 0];
  let a = high - golden * (high - low);
  let b = low + golden * (high - low);
  let [lossA, lossB] = [loss(at(a)), loss(at(b))];
  for (let i = 0; i < STEPS; i++) {
    if (lossA <= lossB) {
      [high, b, lossB] = [b, a, lossA];
      a = high - golden * (high - low);
      lossA = loss(at(a));
    } else {
      [low, a, lossA] = [a, b, lossB];
      b = low + golden * (high - low);
      lossB = loss(at(b));
    }
  }
  const found = at((low + high) / 2);
  return Math.min(MOST, Math.max(LEAST, found));
}
