/**
 * Conformal calibration of bands: how much farther from the median, or nearer to it, each quantile should have been for values that
 * the model was not trained on. The factor of a quantile is an order statistic of (y − median)/(quantile − median) over those values,
 * as in split conformal prediction; relative to the width of the band it is the same at each step.
 */

import { rangeError } from "../../base/errors.js";
import { ln64 } from "../../base/float64.js";
import type { KnownForecast } from "./backtest.js";
import type { Decoding } from "./predict.js";

/** Returns the factors of all quantiles; 1 for the median. */
export function calibrationOf(
  { quantiles, transform }: Pick<Decoding, "quantiles" | "transform">,
  known: Iterable<KnownForecast>,
): number[] {
  const middle = quantiles.indexOf(0.5);
  const scores: number[][] = quantiles.map(() => []);
  const seen = transform === "log" ? ln64 : (y: number) => y;
  let values = 0;
  for (const { series, length, bands } of known) {
    bands[middle].forEach((center, k) => {
      const y = seen(series.values[length + k]);
      if (!(y === y)) return; // missing, or past the end
      values++;
      const median = seen(center);
      quantiles.forEach((_, q) => {
        const score = (y - median) / (seen(bands[q][k]) - median);
        if (q !== middle && Number.isFinite(score)) scores[q].push(score);
      });
    });
  }
  if (values === 0) {
    throw rangeError("data", "values after those that the model was trained on", "none", {
      hint: "hold some out with fit(data, { validationSteps })",
    });
  }
  return quantiles.map((level, q) => (q === middle ? 1 : factorOf(scores[q], level)));
}

/** The factor below which a share of the scores lies: `level` above the median, 1 − `level` below it. */
function factorOf(scores: readonly number[], level: number): number {
  if (scores.length === 0) return 1;
  const sorted = Float64Array.from(scores).sort();
  const share = Math.max(level, 1 - level);
  const rank = Math.min(sorted.length, Math.ceil((sorted.length + 1) * share));
  return Math.max(0, sorted[rank - 1]);
}
