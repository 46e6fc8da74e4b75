/** Computes probabilities from logits in float64, with the same bits on every engine. */

import { expNonPositive } from "../../base/float64.js";

/** Returns p_v = exp(l_v/temperature) / Σ exp(l/temperature). */
export function softmax(logits: Float32Array, temperature = 1): Float64Array {
  const top = logits.reduce((most, x) => Math.max(most, x), -Infinity);
  const p = Float64Array.from(logits, (x) => expNonPositive((x - top) / temperature));
  const sum = p.reduce((total, x) => total + x, 0);
  return p.map((x) => x / sum);
}

/** Returns the indices of probabilities, the largest first, equal ones in their order. */
export function ranked(probabilities: Float64Array): number[] {
  return Array.from(probabilities.keys()).sort((a, b) => probabilities[b] - probabilities[a] || a - b);
}
