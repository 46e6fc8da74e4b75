/** The losses of a training as points of a chart: a mean where many lie close together. */

import type { Validation } from "./session.js";

/** Most points of a curve: about one a pixel or two. */
const MOST_POINTS = 320;

export interface Curves {
  /** Steps, at the end of what each point is the mean of. */
  x: number[];
  training: number[];
  /** Where a validation lies between two points, the newest; a gap elsewhere, which the chart bridges. */
  validation: (number | null)[];
}

export function curvesOf(losses: readonly number[], validations: readonly Validation[]): Curves {
  const every = Math.max(1, Math.ceil(losses.length / MOST_POINTS));
  const count = Math.ceil(losses.length / every);
  const x = Array.from({ length: count }, (_, i) => Math.min((i + 1) * every, losses.length));
  const training = x.map((to, i) => mean(losses, i * every, to));
  const validation = new Array<number | null>(count).fill(null);
  for (const { step, loss } of validations) validation[Math.ceil(step / every) - 1] = loss;
  return { x, training, validation };
}

function mean(values: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]!;
  return sum / (to - from);
}
