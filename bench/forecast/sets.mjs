// The six sets of the benchmark, read from the packages of sources.mjs, and the figures published for them.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A series: the known values, and those that followed.
 * @typedef {{ known: number[], future: number[] }} Split
 *
 * @typedef {object} DataSet
 * @property {string} name
 * @property {number} horizon
 * @property {number} season
 * @property {number} seasonalNaive MASE
 * @property {number} deepAR MASE
 * @property {string} best the best of the archive's table
 * @property {number} must the MASE to reach
 * @property {(folders: { competitions: string, births: string }) => Split[]} read
 */

/** @type {DataSet[]} MASE of the Monash Time Series Forecasting Archive (Godahewa et al. 2021), table 2 of its appendix */
export const SETS = [
  competition("M3 monthly", "m3", "MONTHLY", 18, 12, 1.146, 1.167, ".861 TBATS", 0.9),
  competition("M3 quarterly", "m3", "QUARTERLY", 8, 4, 1.425, 1.31, "1.117 Theta", 1.15),
  competition("M1 monthly", "m1", "MONTHLY", 18, 12, 1.314, 1.192, "1.074 ETS", 1.11),
  competition("Tourism monthly", "tcomp", "MONTHLY", 24, 12, 1.631, 1.409, "1.382 FFNN", 1.52),
  competition("Tourism quarterly", "tcomp", "QUARTERLY", 8, 4, 1.699, 1.597, "1.475 N-BEATS", 1.52),
  {
    name: "US births",
    horizon: 30,
    season: 7,
    seasonalNaive: 1.7,
    deepAR: 1.548,
    best: "1.453 TBATS",
    must: 1.55,
    read: ({ births }) => {
      const rows = /** @type {{ births: number }[]} */ (readJson(join(births, "data.json")));
      const values = rows.map((row) => row.births);
      return [{ known: values.slice(0, -30), future: values.slice(-30) }];
    },
  },
];

/**
 * A part of a competition.
 * @param {string} name @param {string} file @param {string} period @param {number} horizon @param {number} season
 * @param {number} seasonalNaive @param {number} deepAR @param {string} best @param {number} must
 * @returns {DataSet}
 */
function competition(name, file, period, horizon, season, seasonalNaive, deepAR, best, must) {
  return {
    ...{ name, horizon, season, seasonalNaive, deepAR, best, must },
    read: ({ competitions }) => {
      const all = /** @type {Record<string, { period: string[], x: number[], xx: number[] }>} */ (
        readJson(join(competitions, `${file}_data.json`))
      );
      return Object.values(all)
        .filter((series) => series.period[0] === period)
        .map(({ x, xx }) => ({ known: x, future: xx }));
    },
  };
}

/** @param {string} file @returns {unknown} */
function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
