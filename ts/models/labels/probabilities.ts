/** Probabilities of labels, with the same bits on every engine. */

import { expNonPositive, ln64 } from "../../base/float64.js";

/** A label and how likely it is. */
export interface LabelProbability {
  readonly label: string;
  readonly probability: number;
}

/** Returns softmax(logits / temperature). */
export function probabilitiesOf(logits: ArrayLike<number>, temperature: number): Float64Array {
  const p = new Float64Array(logits.length);
  const top = largest(logits);
  let sum = 0;
  for (let c = 0; c < p.length; c++) sum += p[c] = expNonPositive((logits[c] - top) / temperature);
  for (let c = 0; c < p.length; c++) p[c] /= sum;
  return p;
}

/** Returns −ln p of the right label, in nats. */
export function labelLoss(logits: ArrayLike<number>, target: number, temperature: number): number {
  const top = largest(logits);
  let sum = 0;
  for (let c = 0; c < logits.length; c++) sum += expNonPositive((logits[c] - top) / temperature);
  return ln64(sum) - (logits[target] - top) / temperature;
}

/** Returns the place of the largest number, the first of equals. */
export function likeliestOf(values: ArrayLike<number>): number {
  let best = 0;
  for (let c = 1; c < values.length; c++) if (values[c] > values[best]) best = c;
  return best;
}

/** Returns labels with their probabilities, the likeliest first, equal ones in the order of the labels. */
export function rankedLabels(p: Float64Array, labels: readonly string[]): LabelProbability[] {
  const all = labels.map((label, c) => ({ label, probability: p[c] }));
  return all.sort((a, b) => b.probability - a.probability);
}

function largest(values: ArrayLike<number>): number {
  let top = -Infinity;
  for (let c = 0; c < values.length; c++) top = Math.max(top, values[c]);
  return top;
}
