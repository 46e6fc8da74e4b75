// Mean errors over the series of a set, by the library's own metrics.

/** @typedef {import("./sets.mjs").Split} Split */
/** @typedef {ArrayLike<number>} Numbers */

/**
 * The parts of the library that are used here. The folder does not see the types of the built library.
 * @typedef {object} Library
 * @property {(actual: Numbers, predicted: Numbers, history: Numbers, season: number) => number} mase
 * @property {(actual: Numbers, predicted: Numbers) => number} smape
 * @property {(actual: Numbers, lower: Numbers, upper: Numbers) => number} coverage
 * @property {(values: Numbers, horizon: number, season: number) => Float64Array} seasonalNaive
 * @property {new (options: object) => Forecaster} Forecaster
 *
 * @typedef {object} Forecaster
 * @property {(data: number[][]) => Promise<unknown>} fit
 * @property {(data: number[][]) => { median: Float64Array, quantiles: { values: Float64Array }[] }[]} forecast
 * @property {() => void} free
 */

/** @typedef {{ mase: number, smape: number, coverage?: number }} Errors */
/** @typedef {{ median: Numbers, low?: Numbers | undefined, high?: Numbers | undefined }} Band */

/**
 * The mean errors of forecasts, one for each series; the coverage is that of the band from `low` to `high`.
 * @param {Library} library @param {Split[]} splits @param {number} season @param {Band[]} forecasts
 * @returns {Errors}
 */
export function meanErrors({ coverage, mase, smape }, splits, season, forecasts) {
  const errors = splits.map(({ known, future }, n) => {
    const { median, low, high } = /** @type {Band} */ (forecasts[n]);
    const predicted = Array.from(median);
    return {
      mase: mase(future, predicted, known, season),
      smape: smape(future, predicted),
      coverage: low && high ? coverage(future, Array.from(low), Array.from(high)) : NaN,
    };
  });
  const mean = (/** @type {"mase" | "smape" | "coverage"} */ name) =>
    errors.reduce((sum, error) => sum + error[name], 0) / errors.length;
  return { mase: mean("mase"), smape: mean("smape"), coverage: mean("coverage") };
}
