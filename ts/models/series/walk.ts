/** Walks through a series from its start, step by step, and writes features, targets and weights of each step. */

import { ln64 } from "../../base/float64.js";
import { covariateCount, Encoder } from "./encoder.js";
import type { Series } from "./series.js";
import type { ForecasterSpec } from "./spec.js";

/** Targets are that far from their anchor at most, in units of the scale: the pinball loss has the same gradient beyond. */
const FARTHEST = 1e6;
/** Largest weight of an error, so that all weights are float32 numbers. */
const HEAVIEST = 1e6;

/** A walk through one series. */
export class Walk {
  readonly encoder: Encoder;
  /** Steps done. */
  length: number;
  readonly #series: Series;
  readonly #spec: ForecasterSpec;
  #values: Float64Array | undefined; // as targets have them: logarithms with that transform
  readonly #covariates: Float64Array;

  /** `from`: a walk through the beginning of the series, which is continued. */
  constructor(series: Series, spec: ForecasterSpec, from?: Walk) {
    this.encoder = from?.encoder.fork() ?? new Encoder(spec);
    this.length = from?.length ?? 0;
    this.#series = series;
    this.#spec = spec;
    this.#covariates = new Float64Array(covariateCount(spec));
  }

  /** Reads the next value and writes its features. */
  step(into: Float32Array, place: number): void {
    const t = this.length++;
    const { values, start } = this.#series;
    fillCovariates(this.#series, t, this.#spec.horizon, this.#covariates);
    this.encoder.push(values[t], start + t, this.#covariates, into, place);
  }

  /**
   * Writes the targets of the steps ahead of the present one, and their weights.
   *
   * @param bounds targets are the values from the first to before the second index; others have weight 0
   * @param finalScale the scale at the end of the series, in which errors are counted; undefined if it never changes
   */
  writeTargets(
    { from, end }: { readonly from: number; readonly end: number },
    finalScale: number | undefined,
    [targets, weights]: readonly [targets: Float32Array, weights: Float32Array],
    place: number,
  ): void {
    const { encoder, length } = this;
    const values = (this.#values ??= this.#targetValues());
    const { scale, measured } = encoder;
    const weight = finalScale === undefined ? 1 : measured ? Math.min(HEAVIEST, scale / finalScale) : 0;
    for (let k = 1; k <= this.#spec.horizon; k++) {
      const t = length - 1 + k;
      const target = t >= from && t < end ? (values[t] - encoder.anchor(k)) / scale : NaN;
      const counts = target === target && weight > 0;
      targets[place + k - 1] = counts ? Math.max(-FARTHEST, Math.min(FARTHEST, target)) : 0;
      weights[place + k - 1] = counts ? weight : 0;
    }
  }

  #targetValues(): Float64Array {
    const { values } = this.#series;
    return this.#spec.transform === "log" ? values.map(ln64) : values;
  }
}

/** Fills in the covariates of step `t`. Those that are not known yet are the last ones known. */
export function fillCovariates(
  { past, future, fixed }: Pick<Series, "past" | "future" | "fixed">,
  t: number,
  horizon: number,
  into: Float64Array,
): void {
  let to = 0;
  for (const column of past) into[to++] = column[Math.min(t, column.length - 1)];
  for (const column of future) {
    for (let k = 0; k <= horizon; k++) into[to++] = column[Math.min(t + k, column.length - 1)];
  }
  for (const value of fixed) into[to++] = value;
}

/** The scale after the first `length` values; undefined where they never change. */
export function scaleAfter(series: Series, spec: ForecasterSpec, length: number): number | undefined {
  const walk = new Walk(series, spec);
  const features = new Float32Array(walk.encoder.inputSize);
  for (let t = 0; t < length; t++) walk.step(features, 0);
  return walk.encoder.measured ? walk.encoder.scale : undefined;
}
