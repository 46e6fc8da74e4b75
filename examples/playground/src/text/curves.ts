/** Converts the losses of a training to points of a chart: means of several losses if there are many. */

import type { Validation } from "./session.js";

/** Largest number of points of a curve: about one per pixel or two. */
const MOST_POINTS = 320;

export interface Curves {
  /** Steps. Each point is the mean of the steps up to it. */
  x: number[];
  training: number[];
  /** Straight lines between validations, constant after the last; null before the first. */
  validation: (number | null)[];
}

export function curvesOf(losses: readonly number[], validations: readonly Validation[]): Curves {
  const every = Math.max(1, Math.ceil(losses.length / MOST_POINTS));
  const count = Math.ceil(losses.length / every);
  const x = Array.from({ length: count }, (_, i) => Math.min((i + 1) * every, losses.length));
  const training = x.map((to, i) => mean(losses, i * every, to));
  return { x, training, validation: x.map((step) => between(validations, step)) };
}

function mean(values: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]!;
  return sum / (to - from);
}

function between(validations: readonly Validation[], step: number): number | null {
  const next = validations.findIndex((validation) => validation.step >= step);
  if (next < 0) return validations.at(-1)?.loss ?? null;
  const [before, after] = [validations[next - 1], validations[next]];
  if (!after || (!before && after.step > step)) return null;
  if (!before) return after.loss;
  const at = (step - before.step) / (after.step - before.step);
  return before.loss + at * (after.loss - before.loss);
}
