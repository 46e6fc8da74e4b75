/** The options of a forecaster's methods. */

import { integer, number, record, seed } from "../../base/check.js";
import type { Path } from "../../base/errors.js";
import { count, type Declaration, type OptionsOf } from "../../base/options.js";
import type { Covariates, OneSeries, SeriesTable } from "./raw-series.js";

export const FORECAST = {
  /** The number of values to forecast. Default: the horizon of the model. More come from sampled paths. */
  horizon: { read: count, fallback: undefined },
  /** Covariates that are known ahead: for each name as many values as are forecast, those after the history. */
  future: { read: readCovariates, fallback: undefined },
  /** The number of paths beyond the horizon of the model, 2 … 10000. Default 200. */
  paths: {
    read: (value: unknown, path: Path) => integer(value, path, { min: 2, max: 10_000 }),
    fallback: 200,
  },
  /** Decides the sampled paths, 0 … 2³² − 1. Default 0. */
  seed: { read: seed, fallback: 0 },
} satisfies Declaration;

/** Options of {@link Forecaster#forecast}. */
export interface ForecastOptions extends OptionsOf<typeof FORECAST> {}

export const STREAM = {
  /**
   * Values that lie farther outside their band than this, in units of the band (`surprise.outside`), are read as missing, so that
   * one wrong value does not spoil the next forecasts. Default: none, and forecasts are those of `forecast`.
   */
  reject: { read: (value: unknown, path: Path) => number(value, path, { min: 0 }), fallback: undefined },
  /** After so many rejected values in a row the next one is read all the same: the series has changed. Default 8. */
  rejectAtMost: { read: count, fallback: 8 },
  /** The values before the first push: one series, or a table of one. Default: none. */
  history: {
    read: (value: unknown): OneSeries | SeriesTable => value as OneSeries | SeriesTable,
    fallback: undefined,
  },
  /** Covariates that are known ahead: for each name the values of the horizon after the history. */
  future: { read: readCovariates, fallback: undefined },
} satisfies Declaration;

/** Options of {@link Forecaster#stream}. */
export interface ForecastStreamOptions extends OptionsOf<typeof STREAM> {}

export const CALIBRATE = {
  /** The number of windows of each series, counted from its end; those with values that were trained on are left out. Default 5. */
  windows: { read: count, fallback: 5 },
  /** Steps from one window to the next. Default: the horizon. */
  every: { read: count, fallback: undefined },
} satisfies Declaration;

/** Options of {@link Forecaster#calibrate}. */
export interface CalibrateOptions extends OptionsOf<typeof CALIBRATE> {}

function readCovariates(value: unknown, path: Path): Covariates {
  return record(value, path) as Covariates;
}
