/** Errors of forecasts, each as its literature defines it. Steps whose actual value is missing do not count. */

import { at, rangeError, type Path } from "../../base/errors.js";
import { count } from "../../base/options.js";
import { number } from "../../base/check.js";
import { readValues, type SeriesValues } from "./values.js";

/**
 * Returns the mean absolute scaled error (Hyndman and Koehler, 2006): the mean absolute error of the forecast
 * divided by the mean absolute seasonal change of the known values.
 *
 * @param actual the actual values; missing values do not count
 * @param predicted the forecast, as many values
 * @param history the values that were known when the forecast was made
 * @param season the lag of the changes; 1 is used if there are no changes at that lag or all are 0. Default 1
 * @returns the error; NaN if the history never changes or no actual value is known
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when the lengths differ, a value is infinite or the season is not an integer of 1 or
 *   more
 *
 * @example
 * import { mase } from "bptt";
 *
 * console.log(mase([5, 7], [4, 7], [1, 2, 3, 4])); // 0.5
 */
export function mase(
  actual: SeriesValues,
  predicted: SeriesValues,
  history: SeriesValues,
  season = 1,
): number {
  const known = readValues(history, "history");
  const scale = changeScale(known, known.length, count(season, "season"));
  const error = meanOver(actual, predicted, (y, f) => Math.abs(y - f));
  return scale > 0 ? error / scale : NaN;
}

/**
 * Returns the symmetric mean absolute percentage error as the M competitions compute it: the mean of 200·|y −
 * f|/(|y| + |f|), where 0/0 is 0.
 *
 * @param actual the actual values; missing values do not count
 * @param predicted the forecast, as many values
 * @returns the error, 0 … 200; NaN if no actual value is known
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when the lengths differ or a value is infinite
 *
 * @example
 * import { smape } from "bptt";
 *
 * console.log(smape([100, 50], [100, 150])); // 50
 */
export function smape(actual: SeriesValues, predicted: SeriesValues): number {
  return meanOver(actual, predicted, smapeTerm);
}

/**
 * Returns the pinball loss of a forecast quantile: the mean of level·(y − f) for values above the forecast
 * and of (1 − level)·(f − y) for values below it.
 *
 * @param actual the actual values; missing values do not count
 * @param predicted the forecast quantile, as many values
 * @param level its level, between 0 and 1
 * @returns the loss; NaN if no actual value is known
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when the lengths differ, a value is infinite or the level is not between 0 and 1
 *
 * @example
 * import { pinball } from "bptt";
 *
 * console.log(pinball([10], [8], 0.75)); // 1.5
 */
export function pinball(actual: SeriesValues, predicted: SeriesValues, level: number): number {
  const tau = number(level, "level", { min: 0, max: 1 });
  return meanOver(actual, predicted, (y, f) => pinballTerm(y, f, tau));
}

/**
 * Returns the fraction of the values within a band, including its edges.
 *
 * @param actual the actual values; missing values do not count
 * @param lower the lower edge of the band, as many values
 * @param upper the upper edge
 * @returns the fraction, 0 … 1; NaN if no actual value is known
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when the lengths differ or a value is infinite
 *
 * @example
 * import { coverage } from "bptt";
 *
 * console.log(coverage([1, 5, 9], [0, 0, 0], [6, 6, 6]).toFixed(2)); // 0.67
 */
export function coverage(actual: SeriesValues, lower: SeriesValues, upper: SeriesValues): number {
  const high = readForecast(upper, "upper", actual);
  return meanOver(actual, lower, (y, low, k) => (y >= low && y <= high[k] ? 1 : 0), "lower");
}

/** Returns 200·|y − f|/(|y| + |f|). */
export function smapeTerm(y: number, f: number): number {
  const size = Math.abs(y) + Math.abs(f);
  return size === 0 ? 0 : (200 * Math.abs(y - f)) / size;
}

/** Returns the pinball loss of one value. */
export function pinballTerm(y: number, f: number, level: number): number {
  return y >= f ? level * (y - f) : (1 - level) * (f - y);
}

/**
 * Returns the mean |y_t − y_{t−m}| over the first `length` values of `known`. Lag 1 is used if that mean is 0
 * or there is no such value; the result is 0 if both are.
 */
export function changeScale(known: Float64Array, length: number, season: number): number {
  for (const lag of season === 1 ? [1] : [season, 1]) {
    let [sum, changes] = [0, 0];
    for (let t = lag; t < length; t++) {
      const change = Math.abs(known[t] - known[t - lag]);
      if (Number.isNaN(change)) continue;
      sum += change;
      changes++;
    }
    if (sum > 0) return sum / changes;
  }
  return 0;
}

/** Returns the mean of `term` over the steps whose actual value is known. */
function meanOver(
  actual: SeriesValues,
  predicted: SeriesValues,
  term: (y: number, f: number, k: number) => number,
  name = "predicted",
): number {
  const values = readValues(actual, "actual");
  const forecast = readForecast(predicted, name, values);
  let [sum, known] = [0, 0];
  values.forEach((y, k) => {
    if (Number.isNaN(y)) return;
    sum += term(y, forecast[k], k);
    known++;
  });
  return sum / known;
}

function readForecast(predicted: SeriesValues, path: Path, { length }: SeriesValues): Float64Array {
  const forecast = readValues(predicted, path);
  if (forecast.length !== length) {
    throw rangeError(path, `${length} values, as many as actual ones`, String(forecast.length));
  }
  const missing = forecast.findIndex((f) => Number.isNaN(f));
  if (missing >= 0) throw rangeError(at(path, missing), "a finite number", "a missing value");
  return forecast;
}
