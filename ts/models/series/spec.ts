/**
 * The options of a forecaster, and what a model knows besides its weights: plain data, which a file keeps and a worker
 * receives.
 */

import { boolean, integer, number, oneOf, seed, size } from "../../base/check.js";
import { at, rangeError, typeError, type Path } from "../../base/errors.js";
import {
  fraction,
  readOptions,
  type Declaration,
  type OptionsOf,
  type ValuesOf,
} from "../../base/options.js";
import { show } from "../../base/show.js";
import { CELLS, type RnnOptions } from "../../data/rnn-options.js";
import { describeColumns, readColumnSpec, widthOf, type ColumnSpec } from "./covariates.js";
import { LAGS, lagsOf } from "./lags.js";
import { lengthOfArray, openSeries, type RawSeries, type SeriesData } from "./raw-series.js";
import { countSeen, expectSeen, readSeries, type Series, type SeriesSchema } from "./series.js";
import { readAxis, readTimes, seasonOf, type TimeAxis } from "./times.js";

const ANCHORS = ["seasonal", "last", "none"] as const;
const SCALES = ["change", "level", "none"] as const;
const TRANSFORMS = ["none", "log"] as const;
const GAPS = ["error", "missing"] as const;
const AUTO = ["auto"] as const;
const MAX_HORIZON = 4096;
/** Longer seasons would need a buffer of that length for each series. */
const MAX_SEASON = 1_000_000;

const FORECASTER = {
  /** The series: they decide the time step, the covariates and their categories. Training reads them again. */
  data: { read: (value: unknown): SeriesData => value as SeriesData },
  /** The number of values to forecast, 1 … 4096. */
  horizon: { read: readHorizon },
  /**
   * The number of steps after which the series repeats, or several such numbers; the first one, an integer, is the season
   * of the anchor and of the baselines. "auto": the season that goes with the step of `times`, such as 12 of months, 7 of
   * days, 24 of hours. Default: none.
   */
  season: { read: readSeason, fallback: undefined },
  /** The levels of the forecast quantiles, ascending, with 0.5 among them. Default [0.1, 0.5, 0.9]. */
  quantiles: { read: readQuantiles, fallback: [0.1, 0.5, 0.9] },
  /**
   * The value that forecasts are relative to: the last one of the same season ("seasonal"), the last one ("last"), or 0
   * ("none"). Default "seasonal" with a season, "last" without.
   */
  anchor: { read: readAnchor, fallback: undefined },
  /**
   * The unit that forecasts are in: the mean absolute seasonal change so far ("change"), the mean absolute value of the last
   * season ("level"), or 1 ("none"). Default "change".
   */
  scale: { read: readScale, fallback: "change" },
  /** "log": the network sees logarithms, for values above 0 that change by factors. Default "none". */
  transform: { read: readTransform, fallback: "none" },
  /** Skipped times are an error ("error") or missing values ("missing"). Default "error". */
  gaps: { read: readGaps, fallback: "error" },
  /** Default "gru". */
  cell: { read: (value: unknown, path: Path) => oneOf(value, path, CELLS), fallback: "gru" },
  /** H: the width of the hidden state. Default 64. */
  hiddenSize: { read: size, fallback: 64 },
  /** L: number of layers. Default 1. */
  layers: { read: size, fallback: 1 },
  /** Dropout between layers in training; needs at least two layers. Default 0. */
  dropout: { read: fraction, fallback: 0 },
  /** Seed of the initial weights, of dropout and of the order of batches, 0 … 2³² − 1. Default 0. */
  seed: { read: seed, fallback: 0 },
} satisfies Declaration;

/** Options of {@link Forecaster}. */
export interface ForecasterOptions extends OptionsOf<typeof FORECASTER> {}

/** The facts that a forecaster has besides its weights. */
export interface ForecasterSpec extends SeriesSchema {
  readonly horizon: number;
  /** Ascending. */
  readonly quantiles: readonly number[];
  /** Periods in steps; none for a series without a season. */
  readonly seasons: readonly number[];
  readonly anchor: (typeof ANCHORS)[number];
  readonly scale: (typeof SCALES)[number];
  /** True if an input says that a value is there, since the data had missing ones. */
  readonly seen: boolean;
  /** Of the model. */
  readonly seed: number;
}

const SPEC = {
  horizon: { read: readHorizon },
  quantiles: { read: readQuantiles },
  seasons: { read: readSeasons },
  anchor: { read: readAnchor },
  scale: { read: readScale },
  transform: { read: readTransform },
  gaps: { read: readGaps },
  seen: { read: boolean },
  seed: { read: seed },
  past: { read: readColumnSpecs },
  future: { read: readColumnSpecs },
  fixed: { read: readColumnSpecs },
  axis: { read: (value: unknown, path: Path) => (value === null ? null : readAxis(value, path)) },
} satisfies Declaration & Record<keyof ForecasterSpec, unknown>;

/** Reads the options of a forecaster and finds out what its data is. */
export function readForecasterOptions(options: unknown): { spec: ForecasterSpec; network: RnnOptions } {
  const values = readOptions(options, FORECASTER);
  const { horizon, quantiles, scale, transform, gaps, cell, hiddenSize, layers, dropout, seed } = values;
  const { series: raws } = openSeries(values.data, "data");
  if (raws.length === 0) throw rangeError("data", "at least one series", "none");
  const axis = axisOf(raws, gaps === "missing");
  const schema: SeriesSchema = {
    past: describeColumns(raws, "past"),
    future: describeColumns(raws, "future"),
    fixed: describeColumns(raws, "fixed"),
    axis,
    gaps,
    transform,
  };
  const series = raws.map((raw) => readSeries(raw, schema));
  series.forEach((one, i) => expectSeen(one, 2, raws[i].pathOf("values")));
  const seasons = seasonsOf(values, axis, series);
  const found: ForecasterSpec = {
    ...schema,
    horizon,
    quantiles,
    seasons,
    anchor: anchorOf(values, seasons),
    scale,
    seen: series.some((one) => countSeen(one) < one.values.length),
    seed,
  };
  const spec = readSpec(found, "options"); // with the order of names that one from a file has
  const outputSize = horizon * quantiles.length;
  const network = { cell, hiddenSize, layers, dropout, seed, inputSize: inputSizeOf(spec), outputSize };
  return { spec, network };
}

/** The number of features of a time step. */
export function inputSizeOf({ seasons, seen, past, future, fixed, horizon }: ForecasterSpec): number {
  const width = (columns: readonly ColumnSpec[]) => columns.reduce((sum, column) => sum + widthOf(column), 0);
  const lags = seasons.length === 0 ? LAGS + 1 : 3 + 2 * lagsOf(seasons[0]) + 2 * seasons.length;
  return lags + (seen ? 1 : 0) + width(past) + width(fixed) + (horizon + 1) * width(future);
}

/** Reads the specification that a file holds. */
export function readSpec(value: unknown, path: Path): ForecasterSpec {
  return readOptions(value, SPEC, path);
}

/** The season of the anchor and the baselines; 1 without one. */
export function seasonLength({ seasons }: Pick<ForecasterSpec, "seasons">): number {
  return seasons.length === 0 ? 1 : seasons[0];
}

function axisOf(raws: readonly RawSeries[], fills: boolean): TimeAxis | null {
  const dated = raws.find(({ times }) => times !== undefined && lengthOfArray(times) > 1);
  if (dated?.times === undefined) {
    const short = raws.find(({ times }) => times !== undefined);
    if (short) throw rangeError(short.pathOf("times"), "at least two times", "fewer");
    return null;
  }
  return readTimes(dated.times, undefined, fills, (t) => dated.pathOf("times", undefined, t)).times.axis;
}

function seasonsOf(
  { season }: ValuesOf<typeof FORECASTER>,
  axis: TimeAxis | null,
  series: readonly Series[],
): readonly number[] {
  if (season === undefined) return [];
  if (season === "auto") {
    if (axis === null) throw rangeError("season", "a number, since data has no times", '"auto"');
    const found = seasonOf(axis);
    const longest = series.reduce((most, { values }) => Math.max(most, values.length), 0);
    return found === undefined || found >= longest ? [] : [found];
  }
  const longest = series.reduce((most, { values }) => Math.max(most, values.length), 0);
  const periods = season as readonly number[]; // a single number has become an array
  if (periods[0] >= longest) {
    throw rangeError(
      "season",
      `a number below ${longest}, the length of the longest series`,
      show(periods[0]),
    );
  }
  return periods;
}

function anchorOf({ anchor }: ValuesOf<typeof FORECASTER>, seasons: readonly number[]) {
  if (anchor === "seasonal" && seasons.length === 0) {
    throw rangeError("anchor", '"last" or "none" without a season', '"seasonal"');
  }
  return anchor ?? (seasons.length === 0 ? "last" : "seasonal");
}

function readHorizon(value: unknown, path: Path): number {
  return integer(value, path, { min: 1, max: MAX_HORIZON });
}

function readAnchor(value: unknown, path: Path) {
  return oneOf(value, path, ANCHORS);
}

function readScale(value: unknown, path: Path) {
  return oneOf(value, path, SCALES);
}

function readTransform(value: unknown, path: Path) {
  return oneOf(value, path, TRANSFORMS);
}

function readGaps(value: unknown, path: Path) {
  return oneOf(value, path, GAPS);
}

function readSeason(value: unknown, path: Path): number | readonly number[] | "auto" {
  if (typeof value === "string") return oneOf(value, path, AUTO);
  return readSeasonsOf(Array.isArray(value) ? value : [value], Array.isArray(value) ? path : undefined, path);
}

function readSeasons(value: unknown, path: Path): readonly number[] {
  if (!Array.isArray(value)) throw typeError(path, "an array of numbers", show(value));
  return value.length === 0 ? [] : readSeasonsOf(value, path, path);
}

function readQuantiles(value: unknown, path: Path): readonly number[] {
  if (!Array.isArray(value)) throw typeError(path, "an array of levels", show(value));
  const levels = value.map((level, q) => number(level, at(path, q)));
  levels.forEach((level, q) => {
    if (!(level > 0 && level < 1)) throw rangeError(at(path, q), "a level between 0 and 1", show(level));
    if (q > 0 && level <= levels[q - 1]) {
      throw rangeError(at(path, q), `a level above ${levels[q - 1]}, the one before`, show(level));
    }
  });
  if (!levels.includes(0.5)) throw rangeError(path, "0.5 among the levels", "none");
  return levels;
}

function readColumnSpecs(value: unknown, path: Path): readonly ColumnSpec[] {
  if (!Array.isArray(value)) throw typeError(path, "an array", show(value));
  return value.map((column, i) => readColumnSpec(column, at(path, i)));
}

function readSeasonsOf(values: readonly unknown[], array: Path | undefined, path: Path): readonly number[] {
  if (values.length === 0) throw rangeError(path, "at least one season", "none");
  return values.map((value, i) => {
    const place = array === undefined ? path : at(array, i);
    return i === 0
      ? integer(value, place, { min: 2, max: MAX_SEASON })
      : number(value, place, { min: 2, max: MAX_SEASON });
  });
}
