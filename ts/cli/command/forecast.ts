/** `bptt forecast`: forecasts how the series in a table continue, at once or line by line. */

import type { OneSeries, SeriesTable } from "bptt";
import { Option, type Command } from "commander";
import { readCsv, type CsvTable } from "../csv.js";
import { jsonLine } from "../escape.js";
import { UsageError } from "../failure.js";
import { onCommandLine } from "../flags.js";
import { example } from "../help.js";
import { nameOf } from "../input.js";
import { forecastLive } from "../live-forecast.js";
import { readForecaster, type StoredForecaster } from "../model/forecaster.js";
import { ClosedOutput, write } from "../output.js";
import { forecastCsv, forecastData, forecastText, type NamedForecast } from "../report/forecast.js";
import { addColumnOptions, columnsFor, type ColumnOptions, type StoredColumns } from "../series-columns.js";
import { contentsOf, MODEL_FLAGS, seriesTable } from "../series-table.js";
import { toCount } from "../values.js";

interface Options extends ColumnOptions {
  n?: number;
  history?: string;
  csv?: true;
  json?: true;
}

/** Adds the command. */
export function defineForecast(program: Command): void {
  const command = program
    .command("forecast")
    .summary("forecast how series continue")
    .description(
      "Forecast how the series in a CSV file continue: a table of the quantiles and a plot of the band. The columns are those that " +
        "the model was trained on.\n\n" +
        "From standard input (-) it forecasts live: it reads a line, and writes a line of CSV with the value, its distance outside of the band " +
        "that was forecast for it, and the quantiles of the next value. With --json the line has the whole forecast. A first line with the names " +
        "of columns is a header; without one the columns have the order of the training table.",
    )
    .argument("<model>", "a forecaster, made by bptt train --forecast")
    .argument("<file>", "a CSV file; - for live forecasts from standard input")
    .option("-n <n>", "number of values (default: those the model was trained for)", toCount)
    .option("--history <file>", "a CSV file with the values before those of standard input")
    .option("--csv", "print CSV")
    .addOption(new Option("--json", "print a line of JSON for each series").conflicts(["csv"]));
  addColumnOptions(command)
    .addHelpText(
      "after",
      example(
        ["bptt forecast sales.safetensors sales.csv", "a table and a plot"],
        ["bptt forecast sales.safetensors sales.csv -n 24 --csv", "24 values as CSV"],
        ["tail -f sensor.csv | bptt forecast sensor.safetensors -", "a line in, a line out"],
      ),
    )
    .action(forecast);
}

async function forecast(modelPath: string, path: string, options: Options): Promise<void> {
  if (modelPath === "-") throw new UsageError("expected a model file, received standard input");
  if (options.history !== undefined && path !== "-")
    throw new UsageError("--history: expected standard input (-) as the file with it");
  const stored = await readForecaster(modelPath);
  using _ = stored.model;
  try {
    if (path === "-") {
      if (options.n !== undefined)
        throw new UsageError("-n: expected a file with it, received standard input");
      await forecastLive(stored, nameOf(modelPath), options);
      return;
    }
    const table = await readCsv(path);
    const columns = columnsFor(stored.columns, table, options);
    const data = seriesTable(table, columns, options.decimalComma === true);
    const all = forecastAll(stored, table, data, options.n);
    await write(textOf(all, columns, options));
  } catch (error) {
    if (error instanceof ClosedOutput) return; // the reader has closed the pipe
    throw error;
  }
}

function forecastAll(
  { model }: StoredForecaster,
  table: CsvTable,
  data: SeriesTable,
  n: number | undefined,
): NamedForecast[] {
  const { id, value, future = [] } = data.columns;
  try {
    const forecasts = [
      model.forecast(data as OneSeries | SeriesTable, n === undefined ? {} : { horizon: n }),
    ].flat();
    const groups = new Map<string | undefined, (number | null)[]>();
    for (const row of data.rows) {
      const name = id === undefined ? undefined : String(row[id]);
      const values = groups.get(name) ?? [];
      values.push(row[value] as number | null);
      groups.set(name, values);
    }
    return [...groups].map(([name, values], i) => {
      // rows at the end without a value are of the time to come
      while (future.length > 0 && values.at(-1) === null) values.pop();
      return { id: name, history: values, forecast: forecasts[i] };
    });
  } catch (error) {
    throw onCommandLine(error, contentsOf(table), MODEL_FLAGS);
  }
}

function textOf(all: readonly NamedForecast[], { id, time }: StoredColumns, { csv, json }: Options): string {
  if (csv) return forecastCsv(all, id, time);
  if (!json) return forecastText(all);
  return all
    .map(({ id: name, forecast: each }) => {
      const named = name === undefined ? {} : { id: name };
      return `${jsonLine({ ...named, ...forecastData(each) })}\n`;
    })
    .join("");
}
