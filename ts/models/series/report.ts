/** Errors of forecasts against the values that came, beside those of the two baselines. */

import { seasonalNaiveOf } from "./baselines.js";
import { changeScale, pinballTerm, smapeTerm } from "./metrics.js";
import type { Bands } from "./predict.js";

/** Errors of point forecasts, each the mean over windows of the mean over the steps of a window. */
export interface ForecastErrors {
  /** Mean absolute scaled error, see {@link mase}; NaN where no series changes. */
  mase: number;
  /** Symmetric mean absolute percentage error, 0 … 200, see {@link smape}. */
  smape: number;
  /** Mean absolute error. */
  mae: number;
  /** Root mean squared error. */
  rmse: number;
}

/** Errors at one step of the horizon, over all windows. */
export interface StepErrors {
  /** 1 is the first step after the known values. */
  step: number;
  /** Mean absolute error of the median. */
  mae: number;
  /** Of the naive forecast. */
  naive: number;
  /** Of the seasonal naive forecast. */
  seasonalNaive: number;
}

/** How many values a band contains. */
export interface BandCoverage {
  /** The level of its lower edge. */
  lower: number;
  /** The level of its upper edge. */
  upper: number;
  /** The share of values that it should contain: upper − lower. */
  expected: number;
  /** The share that it contains. */
  actual: number;
}

/** The errors of a model, never without those of the baselines. */
export interface ForecastReport extends ForecastErrors {
  /** The mean pinball loss over all quantiles. */
  pinball: number;
  /** Of each band between two quantiles, the widest first. */
  coverage: BandCoverage[];
  /** 1 − mae/seasonalNaive.mae: above 0 is better than the baseline; undefined where the baseline has no error. */
  skill: number | undefined;
  /** Errors by step. */
  byStep: StepErrors[];
  /** The errors of the forecast that the last value stays. */
  naive: ForecastErrors;
  /** The errors of the forecast that the last season repeats; without a season those of `naive`. */
  seasonalNaive: ForecastErrors;
  /** The number of windows. */
  windows: number;
  /** The number of windows that contain values that the model was trained on. Their errors say nothing about new values. */
  inSample: number;
}

/** Sums of errors, window by window. */
class Errors {
  #mase = 0;
  #scaled = 0; // windows with a scale
  #smape = 0;
  #mae = 0;
  #squared = 0;
  #windows = 0;
  readonly byStep: Float64Array;

  constructor(horizon: number) {
    this.byStep = new Float64Array(horizon);
  }

  /** Adds a window. */
  add(actual: Float64Array, forecast: Float64Array, scale: number): void {
    let [smape, absolute, squared, known] = [0, 0, 0, 0];
    for (let k = 0; k < actual.length; k++) {
      const y = actual[k];
      if (Number.isNaN(y)) continue;
      const error = Math.abs(y - forecast[k]);
      smape += smapeTerm(y, forecast[k]);
      absolute += error;
      squared += error * error;
      this.byStep[k] += error;
      known++;
    }
    this.#windows++;
    this.#smape += smape / known;
    this.#mae += absolute / known;
    this.#squared += squared / known;
    if (scale > 0) {
      this.#mase += absolute / known / scale;
      this.#scaled++;
    }
  }

  get summary(): ForecastErrors {
    const n = this.#windows;
    return {
      mase: this.#mase / this.#scaled,
      smape: this.#smape / n,
      mae: this.#mae / n,
      rmse: Math.sqrt(this.#squared / n),
    };
  }
}

/** Collects the errors of windows. */
export class ReportBuilder {
  readonly #season: number;
  readonly #quantiles: readonly number[];
  readonly #model: Errors;
  readonly #naive: Errors;
  readonly #seasonalNaive: Errors;
  readonly #within: Float64Array; // by band
  readonly #known: Float64Array; // values by step
  #pinball = 0;
  #windows = 0;
  #inSample = 0;

  constructor(horizon: number, season: number, quantiles: readonly number[]) {
    this.#season = season;
    this.#quantiles = quantiles;
    this.#model = new Errors(horizon);
    this.#naive = new Errors(horizon);
    this.#seasonalNaive = new Errors(horizon);
    this.#within = new Float64Array(Math.floor(quantiles.length / 2));
    this.#known = new Float64Array(horizon);
  }

  /** The number of windows added. */
  get windows(): number {
    return this.#windows;
  }

  /**
   * Adds the window after the first `length` of `values`; one without any known value is left out.
   *
   * @param inSample whether the model was trained on values of the window
   */
  add(values: Float64Array, length: number, bands: Bands, inSample: boolean): void {
    const horizon = this.#known.length;
    const actual = new Float64Array(horizon).fill(NaN);
    actual.set(values.subarray(length, length + horizon));
    if (actual.every((y) => Number.isNaN(y))) return;
    const scale = changeScale(values, length, this.#season);
    const quantiles = this.#quantiles;
    this.#model.add(actual, bands[quantiles.indexOf(0.5)], scale);
    this.#naive.add(actual, seasonalNaiveOf(values, length, horizon, 1), scale);
    this.#seasonalNaive.add(actual, seasonalNaiveOf(values, length, horizon, this.#season), scale);
    let [loss, known] = [0, 0];
    for (let k = 0; k < horizon; k++) {
      const y = actual[k];
      if (Number.isNaN(y)) continue;
      known++;
      this.#known[k]++;
      quantiles.forEach((level, q) => (loss += pinballTerm(y, bands[q][k], level)));
      for (let band = 0; band < this.#within.length; band++) {
        const [low, high] = [bands[band][k], bands[quantiles.length - 1 - band][k]];
        if (y >= low && y <= high) this.#within[band]++;
      }
    }
    this.#pinball += loss / (known * quantiles.length);
    this.#windows++;
    if (inSample) this.#inSample++;
  }

  get result(): ForecastReport {
    const model = this.#model.summary;
    const seasonalNaive = this.#seasonalNaive.summary;
    const values = this.#known.reduce((sum, n) => sum + n, 0);
    const quantiles = this.#quantiles;
    return {
      ...model,
      pinball: this.#pinball / this.#windows,
      coverage: Array.from(this.#within, (within, band) => {
        const [lower, upper] = [quantiles[band], quantiles[quantiles.length - 1 - band]];
        return { lower, upper, expected: upper - lower, actual: within / values };
      }),
      skill: seasonalNaive.mae > 0 ? 1 - model.mae / seasonalNaive.mae : undefined,
      byStep: Array.from(this.#known, (known, k) => ({
        step: k + 1,
        mae: this.#model.byStep[k] / known,
        naive: this.#naive.byStep[k] / known,
        seasonalNaive: this.#seasonalNaive.byStep[k] / known,
      })),
      naive: this.#naive.summary,
      seasonalNaive,
      windows: this.#windows,
      inSample: this.#inSample,
    };
  }
}
