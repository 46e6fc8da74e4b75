/** `bptt backtest`: compares the forecasts of a model with values that are known, beside two baselines. */

import type { BacktestOptions, ForecastErrors, ForecastReport } from "bptt";
import type { Command } from "commander";
import { readCsv } from "../csv.js";
import { jsonLine } from "../escape.js";
import { UsageError } from "../failure.js";
import { onCommandLine } from "../flags.js";
import { example } from "../help.js";
import { readForecaster } from "../model/forecaster.js";
import { table } from "../model/table.js";
import { tell, write } from "../output.js";
import { aligned } from "../report/forecast.js";
import { significant } from "../report/format.js";
import { addColumnOptions, columnsFor, type ColumnOptions } from "../series-columns.js";
import { contentsOf, MODEL_FLAGS, seriesTable } from "../series-table.js";
import { toCount } from "../values.js";

interface Options extends ColumnOptions {
  windows: number;
  every?: number;
  json?: true;
}

/** Adds the command. */
export function defineBacktest(program: Command): void {
  const command = program
    .command("backtest")
    .summary("compare forecasts with known values and with two baselines")
    .description(
      "Forecast what is already known, at several places of each series, and compare the forecasts with the values that came. The errors are " +
        "beside those of the naive forecast (the last value) and of the seasonal naive forecast (the last season). Windows that contain values " +
        "that the model was trained on are counted: their errors say nothing about new values.",
    )
    .argument("<model>", "a forecaster, made by bptt train --forecast")
    .argument("[file]", "a CSV file; - for standard input", "-")
    .option("--windows <n>", "number of windows of each series, counted from its end", toCount, 5)
    .option("--every <n>", "steps from one window to the next (default: the horizon)", toCount)
    .option("--json", "print one line of JSON with the whole report");
  addColumnOptions(command)
    .addHelpText(
      "after",
      example(["bptt backtest sales.safetensors sales.csv --windows 5", "five windows of the horizon"]),
    )
    .action(backtest);
}

async function backtest(modelPath: string, path: string, options: Options): Promise<void> {
  if (modelPath === "-") throw new UsageError("expected a model file, received standard input");
  const { model, columns: stored } = await readForecaster(modelPath);
  using _ = model;
  const csv = await readCsv(path);
  const columns = columnsFor(stored, csv, options);
  const data = seriesTable(csv, columns, options.decimalComma === true);
  const { windows, every, json } = options;
  const report = measure({ windows, ...(every !== undefined && { every }) });
  await write(json ? `${jsonLine(report)}\n` : textOf(report));
  if (!json && report.windows > report.inSample && !(report.mae < report.seasonalNaive.mae))
    tell("warning: the forecasts are not better than the seasonal naive forecast");

  function measure(places: BacktestOptions): ForecastReport {
    try {
      return model.backtest(data, { ...places, refit: false });
    } catch (error) {
      throw onCommandLine(error, contentsOf(csv), MODEL_FLAGS);
    }
  }
}

function textOf(report: ForecastReport): string {
  const { pinball, coverage, skill, windows, inSample, naive, seasonalNaive } = report;
  const errors = (name: string, { mase, smape, mae, rmse }: ForecastErrors) => [
    name,
    ...[mase, smape, mae, rmse].map(significant),
  ];
  const rows = [errors("model", report), errors("seasonal naive", seasonalNaive), errors("naive", naive)];
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  return `${aligned(["", "MASE", "sMAPE", "MAE", "RMSE"], rows)}\n${table([
    [
      "skill",
      skill === undefined ? "undefined, as the seasonal naive forecast has no error" : significant(skill),
    ],
    ["pinball loss", significant(pinball)],
    ...coverage.map(({ lower, upper, expected, actual }): [string, string] => [
      `band ${percent(lower)} to ${percent(upper)}`,
      `contains ${percent(actual)} of the values, expected ${percent(expected)}`,
    ]),
    ["windows", String(windows)],
    ["in sample", inSampleOf(inSample, windows)],
  ])}`;
}

function inSampleOf(inSample: number, windows: number): string {
  if (inSample === 0) return "0: the model was trained on no value of a window";
  const which = inSample === windows ? "all" : `${inSample} of ${windows}`;
  return `${which}: the model was trained on values of these windows, and their errors say nothing about new values`;
}
