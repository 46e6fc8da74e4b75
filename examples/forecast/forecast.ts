// Forecasts a real series one year ahead and beats the seasonal-naive baseline on unseen months.
//
//     npm run forecast                    prints both errors, draws both curves to target/forecast.svg
//     npm run forecast -- --seed 7        other initial weights
//
// For each month the network reads the change since the previous month, the change since the previous year,
// and the month of the year, and it predicts the next change. The loss is the squared error. For a forecast
// of a year the network reads its own predictions. The baseline predicts the value of the same month one year
// before.

import { parseArgs } from "node:util";
import { cosine, fit, Rnn, type RegressionBatch } from "bptt";
import { draw } from "./chart.js";
import { readSeries, type Month } from "./series.js";

const { values: given } = parseArgs({ options: { seed: { type: "string", default: "1" } } });

const YEAR = 12;
const HELD_OUT = 5 * YEAR; // number of months
const VALIDATED = 4 * YEAR; // the months before them, for early stopping
const WINDOW = 6 * YEAR; // number of steps of a training sequence
const FEATURES = 2 + YEAR;

const series = readSeries();
const trained = series.slice(0, -HELD_OUT - VALIDATED);

/** Returns the inputs at month `t`, which must have a year before it. The target is the change to t + 1. */
function features(months: readonly Month[], t: number): number[] {
  const { index, value } = months[t]!;
  const month = new Array<number>(YEAR).fill(0);
  month[index % YEAR] = 1;
  return [value - months[t - 1]!.value, value - months[t - YEAR]!.value - 1.5, ...month];
}
const change = (t: number) => series[t + 1]!.value - series[t]!.value;

/** Returns a batch of the months from each start on. */
function windows(starts: readonly number[], length: number): RegressionBatch {
  const months = (start: number) => Array.from({ length }, (_, t) => start + t);
  return {
    inputs: starts.map((start) => months(start).map((t) => features(series, t))),
    targets: starts.map((start) => months(start).map((t) => [change(t)])),
    loss: "meanSquaredError",
  };
}

const rnn = new Rnn({
  cell: "lstm",
  inputSize: FEATURES,
  hiddenSize: 24,
  outputSize: 1,
  seed: Number(given.seed),
});

/** Yields an epoch: consecutive windows from an offset that moves with each epoch. */
function* epoch(number: number): Generator<RegressionBatch> {
  const offset = YEAR + ((number * 7) % WINDOW);
  const starts: number[] = [];
  for (let start = offset; start + WINDOW < trained.length; start += WINDOW) starts.push(start);
  yield windows(starts, WINDOW);
}

const result = await fit(rnn, epoch, {
  epochs: 1500,
  learningRate: cosine({ from: 5e-3, steps: 1500 }),
  validation: [windows([trained.length - WINDOW], WINDOW + VALIDATED)],
  validateEvery: 25,
  patience: 20,
});
console.log(
  `${result.steps} steps (${result.stopped}), weights of step ${result.keptStep}: ` +
    `squared error ${result.loss.toFixed(4)}, on the validation years ${result.validationLoss?.toFixed(4)}`,
);

/** Returns the forecast for the year after the known months, one month at a time. */
function forecast(known: readonly Month[]): Month[] {
  const months = [...known];
  const warmUp = Array.from({ length: WINDOW }, (_, t) => features(months, known.length - WINDOW + t));
  let { logits, state } = rnn.forward({ inputs: [warmUp] });
  for (let n = 0; n < YEAR; n++) {
    const { index, value } = months.at(-1)!;
    months.push({ index: index + 1, value: value + logits.data.at(-1)! });
    ({ logits, state } = rnn.forward({
      inputs: [[features(months, months.length - 1)]],
      initialState: state,
    }));
  }
  return months.slice(known.length);
}

/** Returns the values of the previous year; with `drift`, plus the growth over the last year. */
function naive(known: readonly Month[], drift: boolean): Month[] {
  const year = known.slice(-YEAR);
  const growth = drift ? known.at(-1)!.value - known.at(-1 - YEAR)!.value : 0;
  return year.map(({ index, value }) => ({ index: index + YEAR, value: value + growth }));
}

const truth = series.slice(-HELD_OUT);
const perYear = (forecaster: (known: Month[]) => Month[]) =>
  Array.from({ length: HELD_OUT / YEAR }, (_, year) =>
    series.slice(0, series.length - HELD_OUT + year * YEAR),
  ).flatMap((known) => forecaster(known));
const error = (months: Month[]) =>
  months.reduce((sum, { value }, i) => sum + Math.abs(value - truth[i]!.value), 0) / months.length;

const network = perYear(forecast);
const baseline = perYear((known) => naive(known, false));
const [networkError, baselineError] = [error(network), error(baseline)];
const driftError = error(perYear((known) => naive(known, true)));
console.log(`\nmean absolute error over ${truth.length} held-out months, a year ahead, in ppm of CO2`);
console.log(`  the network             ${networkError.toFixed(3)}`);
console.log(`  seasonal naive          ${baselineError.toFixed(3)}`);
console.log(`  seasonal naive + drift  ${driftError.toFixed(3)}`);
console.log(`\ncurves: ${await draw({ measured: series.slice(-HELD_OUT - 2 * YEAR), network, baseline })}`);
if (!(networkError < baselineError / 2)) process.exitCode = 1;
