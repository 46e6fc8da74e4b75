/** Series as a model works with them: numbers only, checked, gaps filled with missing values. */

import { rangeError, type Path } from "../../base/errors.js";
import { show } from "../../base/show.js";
import { readColumns, type ColumnSpec } from "./covariates.js";
import { lengthOfArray, type RawSeries } from "./raw-series.js";
import { axisIndex, readTimes, type ReadTimes, type SeriesTimes, type TimeAxis } from "./times.js";
import { readValue } from "./values.js";

/** Largest absolute value of a series: sums of differences stay finite. */
const LARGEST = 1e100;

/** The facts that are needed to read a series. */
export interface SeriesSchema {
  readonly past: readonly ColumnSpec[];
  readonly future: readonly ColumnSpec[];
  readonly fixed: readonly ColumnSpec[];
  /** Null for a model without times. */
  readonly axis: TimeAxis | null;
  readonly gaps: "error" | "missing";
  readonly transform: "none" | "log";
}

/** A series that has been read. */
export interface Series {
  readonly id: string | undefined;
  /** (T) missing values are NaN. */
  readonly values: Float64Array;
  readonly times: SeriesTimes | undefined;
  /** The number of the first step, from which phases are counted. */
  readonly start: number;
  /** By covariate (T). */
  readonly past: readonly Float64Array[];
  /** By covariate (at least T). */
  readonly future: readonly Float64Array[];
  /** By covariate. */
  readonly fixed: readonly number[];
}

/** Reads a series. */
export function readSeries(raw: RawSeries, schema: SeriesSchema): Series {
  const length = lengthOfArray(raw.values);
  const read = new Float64Array(length);
  for (let t = 0; t < length; t++) {
    const path = raw.pathOf("values", undefined, t);
    const y = readValue(raw.values[t], path);
    if (Math.abs(y) > LARGEST) throw rangeError(path, `a number in ±${LARGEST}`, show(y));
    if (schema.transform === "log" && y <= 0)
      throw rangeError(path, "a number > 0, for its logarithm", show(y));
    read[t] = y;
  }
  const known = readKnownTimes(raw, length, schema);
  const lengths = { least: length, wanted: `${length} values, as many as values` };
  const past = readColumns(raw, "past", schema.past, lengths);
  const future = readColumns(raw, "future", schema.future, lengths);
  const fixed = readColumns(raw, "fixed", schema.fixed, lengths).map(([value]) => value);
  const { steps, times } = known ?? {};
  const start = times ? axisIndex(times) : 0;
  const series = { id: raw.id, values: read, times, start, past, future, fixed };
  return steps && steps[length - 1] >= length ? spread(series, steps) : series;
}

/** The number of values that are not missing. */
export function countSeen({ values }: Pick<Series, "values">): number {
  let seen = 0;
  for (const y of values) if (!Number.isNaN(y)) seen++;
  return seen;
}

/** Throws unless so many values are known. */
export function expectSeen(series: Pick<Series, "values">, least: number, path: Path): void {
  const seen = countSeen(series);
  const what = least === 1 ? "at least one value" : `at least ${least} values`;
  if (seen < least)
    throw rangeError(path, `${what} that ${least === 1 ? "is" : "are"} not missing`, show(seen));
}

function readKnownTimes(raw: RawSeries, length: number, { axis, gaps }: SeriesSchema): ReadTimes | undefined {
  if (raw.times === undefined) {
    if (axis === null) return undefined;
    throw rangeError(raw.pathOf("times"), "times, as in the data of the model", "none");
  }
  if (lengthOfArray(raw.times) !== length) {
    const received = String(lengthOfArray(raw.times));
    throw rangeError(raw.pathOf("times"), `${length} times, as many as values`, received);
  }
  if (axis === null) throw rangeError(raw.pathOf("times"), "no times, as in the data of the model", "times");
  if (length === 0) return undefined;
  return readTimes(raw.times, axis, gaps === "missing", (t) => raw.pathOf("times", undefined, t));
}

/** The series with missing values for the steps that were skipped; covariates keep their last value there. */
function spread(series: Series, steps: Int32Array): Series {
  const { values, past, future } = series;
  const length = steps[steps.length - 1] + 1;
  const from = new Int32Array(length); // the last value before each step
  steps.forEach((step, t) => from.fill(t, step));
  const all = new Float64Array(length).fill(NaN);
  steps.forEach((step, t) => (all[step] = values[t]));
  const known = (column: Float64Array) => Float64Array.from(from, (t) => column[t]);
  return {
    ...series,
    values: all,
    past: past.map(known),
    future: future.map((column) => Float64Array.of(...known(column), ...column.subarray(values.length))),
  };
}
