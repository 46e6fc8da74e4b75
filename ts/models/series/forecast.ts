/** A forecast as users see it. */

import type { Bands, Decoding } from "./predict.js";
import type { Series } from "./series.js";
import { formatTime, timeAt, type TimeValue } from "./times.js";

/** The values of one forecast quantile. */
export interface ForecastQuantile {
  /** The level, between 0 and 1. */
  level: number;
  /** (horizon) */
  values: Float64Array;
}

/** A forecast. */
export interface Forecast {
  /** (horizon) the times of the values, in the form in which the history has its own; absent for a series without times. */
  times?: TimeValue[];
  /** (horizon) the quantile of level 0.5. */
  median: Float64Array;
  /** All quantiles, ascending in level; at each step their values ascend as well. */
  quantiles: ForecastQuantile[];
  /** True if steps lie beyond the horizon that the model was trained for: those come from sampled paths. */
  extended: boolean;
}

/** The forecast after the first `length` values of a series. */
export function forecastOf(
  { quantiles }: Pick<Decoding, "quantiles">,
  bands: Bands,
  { times }: Pick<Series, "times">,
  length: number,
  extended = false,
): Forecast {
  const all = quantiles.map((level, q) => ({ level, values: bands[q] }));
  const { values: median } = all[quantiles.indexOf(0.5)];
  const forecast = { median, quantiles: all, extended };
  if (times === undefined) return forecast;
  const written = Array.from(median, (_, k) => formatTime(times, timeAt(times, length + k)));
  return { times: written, ...forecast };
}
