/** Forecasts of what is already known: at several places of each series, compared with the values that came. */

import { boolean } from "../../base/check.js";
import { rangeError } from "../../base/errors.js";
import { count, readOptions, type Declaration, type OptionsOf } from "../../base/options.js";
import type { Rnn } from "../../rnn/rnn.js";
import { predict, type Bands, type Decoding, type Query } from "./predict.js";
import { ReportBuilder, type ForecastReport } from "./report.js";
import type { Series } from "./series.js";
import { seasonLength } from "./spec.js";
import type { TrainedParts } from "./trained-part.js";

export const BACKTEST = {
  /** The number of windows of each series, counted from its end; shorter series have fewer. Default 5. */
  windows: { read: count, fallback: 5 },
  /** Steps from one window to the next. Default: the horizon. */
  every: { read: count, fallback: undefined },
  /** True trains a new model on the values before the first window. Default false. */
  refit: { read: boolean, fallback: false },
} satisfies Declaration;

/** Options of {@link Forecaster#backtest}. */
export interface BacktestOptions extends OptionsOf<typeof BACKTEST> {}

/** Places of windows. */
export interface Windows {
  readonly windows: number;
  readonly every: number | undefined;
}

/** A forecast whose values are known: `bands` are those of the steps after the first `length` values. */
export interface KnownForecast {
  readonly series: Series;
  readonly length: number;
  readonly bands: Bands;
}

/** The places of the windows of each series, all within its values. */
export function windowsOf(
  series: readonly Series[],
  { horizon }: { readonly horizon: number },
  { windows, every = horizon }: Windows,
): Query[] {
  const queries = series.map((one) => {
    const first = one.values.findIndex((y) => y === y);
    const lengths: number[] = [];
    for (let w = windows - 1; w >= 0; w--) {
      const length = one.values.length - horizon - w * every;
      if (first >= 0 && length > first + 1) lengths.push(length);
    }
    return { series: one, lengths };
  });
  if (queries.every(({ lengths }) => lengths.length === 0)) {
    const longest = series.reduce((most, { values }) => Math.max(most, values.length), 0);
    throw rangeError(
      "data",
      `a series of at least ${horizon + 2} values, for a window`,
      `${longest} in the longest`,
    );
  }
  return queries;
}

/** Forecasts of all windows. */
export function* forecasts(
  rnn: Rnn,
  decoding: Decoding,
  queries: readonly Query[],
): Generator<KnownForecast> {
  const results = predict(rnn, decoding, queries);
  for (const [q, { series, lengths }] of queries.entries()) {
    for (const [w, length] of lengths.entries()) yield { series, length, bands: results[q][w] };
  }
}

/** The report of windows. */
export function reportOf(
  rnn: Rnn,
  decoding: Decoding,
  queries: readonly Query[],
  trained: TrainedParts,
): ForecastReport {
  const { horizon, quantiles } = decoding;
  const report = new ReportBuilder(horizon, seasonLength(decoding), quantiles);
  for (const { series, length, bands } of forecasts(rnn, decoding, queries)) {
    report.add(series.values, length, bands, trained.count(series) > length);
  }
  return report.result;
}

/** Reads the options of a backtest; the others are of `fit`. */
export function readBacktestOptions(options: object): {
  places: Windows;
  refit: boolean;
  others: Record<string, unknown>;
} {
  const { windows, every, refit, ...others } = options as Record<string, unknown>;
  const read = readOptions({ windows, every, refit }, BACKTEST);
  return { places: read, refit: read.refit, others };
}

/** The first `length` values of a series; covariates that are known ahead stay known for `ahead` more steps. */
export function beginningOf(series: Series, length: number, ahead: number): Series {
  return {
    ...series,
    values: series.values.subarray(0, length),
    past: series.past.map((column) => column.subarray(0, length)),
    future: series.future.map((column) => column.subarray(0, length + ahead)),
  };
}
