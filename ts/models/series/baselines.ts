/** Forecasts that need no model. The error of a model says little without theirs next to it. */

import { count } from "../../base/options.js";
import { rangeError } from "../../base/errors.js";
import { readValues, type SeriesValues } from "./values.js";

/**
 * Forecasts that the last value does not change.
 *
 * @param values the known values, the newest last; missing values are skipped
 * @param horizon the number of values to forecast
 * @returns (horizon) the last value that is not missing, repeated
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when no value is known or `horizon` is not an integer of 1 or more
 *
 * @example
 * import { naive } from "bptt";
 *
 * console.log(naive([3, 1, 4], 2)); // Float64Array [4, 4]
 */
export function naive(values: SeriesValues, horizon: number): Float64Array {
  const known = readValues(values, "values");
  return seasonalNaiveOf(known, known.length, count(horizon, "horizon"), 1);
}

/**
 * Forecasts that the last season repeats.
 *
 * @param values the known values, the newest last; a missing value is replaced by that of the season before
 * @param horizon the number of values to forecast
 * @param season the number of values after which the series repeats
 * @returns (horizon) the values of the last season, or the last value where none is known
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when no value is known or a number is not an integer of 1 or more
 *
 * @example
 * import { seasonalNaive } from "bptt";
 *
 * console.log(seasonalNaive([1, 2, 3, 4, 5, 6], 4, 3)); // Float64Array [4, 5, 6, 4]
 */
export function seasonalNaive(values: SeriesValues, horizon: number, season: number): Float64Array {
  const known = readValues(values, "values");
  return seasonalNaiveOf(known, known.length, count(horizon, "horizon"), count(season, "season"));
}

/**
 * Forecasts that the series continues along the line from its first to its last value.
 *
 * @param values the known values, the newest last; missing values are skipped
 * @param horizon the number of values to forecast
 * @returns (horizon) the values of the line, or the only known value
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when no value is known or `horizon` is not an integer of 1 or more
 *
 * @example
 * import { drift } from "bptt";
 *
 * console.log(drift([1, 4, 5], 2)); // Float64Array [7, 9]
 */
export function drift(values: SeriesValues, horizon: number): Float64Array {
  const known = readValues(values, "values");
  const steps = count(horizon, "horizon");
  const last = lastSeen(known, known.length);
  const first = known.findIndex((y) => y === y);
  const slope = last === first ? 0 : (known[last] - known[first]) / (last - first);
  return Float64Array.from({ length: steps }, (_, k) => known[last] + slope * (known.length - last + k));
}

/** Returns the seasonal naive forecast after the first `length` values of `known`. */
export function seasonalNaiveOf(
  known: Float64Array,
  length: number,
  horizon: number,
  season: number,
): Float64Array {
  const last = known[lastSeen(known, length)];
  return Float64Array.from({ length: horizon }, (_, k) => {
    let t = length - season + (k % season);
    while (t >= 0 && Number.isNaN(known[t])) t -= season;
    return t >= 0 ? known[t] : last;
  });
}

/** Returns the index of the last of the first `length` values that is not missing. */
function lastSeen(known: Float64Array, length: number): number {
  for (let t = length - 1; t >= 0; t--) if (!Number.isNaN(known[t])) return t;
  throw rangeError("values", "at least one value that is not missing", "none");
}
