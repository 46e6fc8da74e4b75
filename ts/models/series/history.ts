/** Histories to forecast from: series with what is known of the time after them. */

import { record } from "../../base/check.js";
import { at, rangeError, typeError, type Path } from "../../base/errors.js";
import { show } from "../../base/show.js";
import { readColumn } from "./covariates.js";
import { lengthOfArray, openSeries, type Covariates } from "./raw-series.js";
import { expectSeen, readSeries, type Series } from "./series.js";
import type { ForecasterSpec } from "./spec.js";

/** Histories, and whether it is one that does not lie in an array. */
export interface Histories {
  readonly series: readonly Series[];
  readonly isSingle: boolean;
}

/** Reads histories. `steps`: how many steps after them covariates must be known that are known ahead. */
export function readHistories(
  history: unknown,
  spec: ForecasterSpec,
  future: Covariates | undefined,
  steps: number,
): Histories {
  const { series: raws, isSingle } = openSeries(history, "history");
  if (future !== undefined && raws.length !== 1) {
    throw typeError(
      "future",
      "the future arrays of the histories themselves",
      "future with several histories",
    );
  }
  const series = raws.map((raw) => {
    const read = readSeries(raw, spec);
    expectSeen(read, 1, raw.pathOf("values"));
    return future === undefined ? expectFuture(read, spec, steps) : withFuture(read, spec, future, steps);
  });
  return { series, isSingle };
}

/** The series with covariates known ahead that were passed on their own. */
export function withFuture(series: Series, spec: ForecasterSpec, future: unknown, steps: number): Series {
  const columns = readFuture(spec, future, steps);
  const known = series.values.length;
  return {
    ...series,
    future: spec.future.map(({ name }, i) => {
      if (series.future[i].length > known) {
        throw typeError(
          at("future", name),
          "no values, as the history has its own after its last value",
          "both",
        );
      }
      return Float64Array.of(...series.future[i].subarray(0, known), ...columns[i]);
    }),
  };
}

/** Reads exactly `steps` values of each covariate that is known ahead. */
export function readFuture(spec: ForecasterSpec, future: unknown, steps: number): Float64Array[] {
  const given = record(future, "future") as Record<string, unknown>;
  for (const name of Object.keys(given)) {
    if (!spec.future.some((column) => column.name === name)) {
      throw typeError(at("future", name), "a covariate of the model that is known ahead", show(given[name]));
    }
  }
  return spec.future.map((column) => {
    const path: Path = at("future", column.name);
    const values = given[column.name];
    if (typeof values !== "object" || values === null || !("length" in values)) {
      if (values === undefined) throw missing(path, steps, 0);
      throw typeError(path, "an array", show(values));
    }
    const length = lengthOfArray(values as ArrayLike<unknown>);
    if (length !== steps) throw missing(path, steps, length);
    return readColumn(values as ArrayLike<unknown>, column, (t) => at(path, t));
  });
}

/** Throws unless the series has its own covariates for the steps after it. */
function expectFuture(series: Series, spec: ForecasterSpec, steps: number): Series {
  spec.future.forEach(({ name }, i) => {
    const known = series.future[i].length - series.values.length;
    if (known < steps) throw missing(at("future", name), steps, known);
  });
  return series;
}

function missing(path: Path, steps: number, received: number): Error {
  return rangeError(path, `${steps} values after the last of data`, String(received));
}
