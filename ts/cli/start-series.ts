/** Prepares a run on series: a new forecaster of a table, or the interrupted run of a model file. */

import { Forecaster, type ForecasterFitOptions, type ForecasterOptions, type SeriesTable } from "bptt";
import { isCheckError } from "../base/errors.js";
import { readCsv, type CsvTable } from "./csv.js";
import { Failure } from "./failure.js";
import { onCommandLine } from "./flags.js";
import { forecasterOf, type StoredForecaster } from "./model/forecaster.js";
import { chooseColumns, columnsText, type ColumnFlags, type StoredColumns } from "./series-columns.js";
import { contentsOf, seriesTable } from "./series-table.js";
import { IN_A_WORKER, networkOf, type Prepared } from "./start-run.js";

/** The settings of a new run on series. */
export interface FreshSeries {
  /** The model file. */
  readonly file: string;
  readonly flags: ColumnFlags;
  readonly decimalComma: boolean;
  readonly model: Omit<ForecasterOptions, "data">;
  readonly fit: ForecasterFitOptions;
}

/** Prepares a new forecaster of a table. */
export async function freshSeries(path: string, settings: FreshSeries): Promise<Prepared> {
  const { flags, decimalComma, model: options, fit } = settings;
  const table = await readCsv(path);
  const columns = chooseColumns(table, flags, decimalComma);
  const data = seriesTable(table, columns, decimalComma);
  const model = atPlaces(table, () => new Forecaster({ ...options, data }));
  const { epochs, steps } = fit;
  return {
    ...describe({ model, columns }, data, { ...settings, epochs, steps }),
    start: (onProgress, pauseEvery) =>
      atPlaces(table, () => model.fit(data, { ...fit, ...listening(onProgress, pauseEvery) })),
  };
}

/** Prepares the run of a model file. */
export async function unfinishedSeries(
  path: string,
  file: string,
  {
    bytes,
    decimalComma,
    limit,
  }: {
    readonly bytes: Buffer<ArrayBuffer>;
    readonly decimalComma: boolean;
    readonly limit: Pick<ForecasterFitOptions, "timeLimitSeconds" | "workers">;
  },
): Promise<Prepared> {
  const stored = forecasterOf(bytes, file);
  const { model, columns } = stored;
  if (!model.resumable) throw new Failure(`${file}: expected an unfinished run, received a finished model`);
  if (columns === undefined) throw new Failure(`${file}: expected a run that bptt train began`);
  const table = await readCsv(path);
  const data = seriesTable(table, columns, decimalComma);
  return {
    ...describe({ model, columns }, data, { file, epochs: undefined, steps: undefined }),
    start: (onProgress, pauseEvery) => {
      try {
        return model.resume(data, { ...limit, ...listening(onProgress, pauseEvery) });
      } catch (error) {
        if (!isCheckError(error) || error.path[0] !== "data") throw error;
        throw new Failure(`${table.name}: expected the table with which the run in ${file} began`, 1, {
          cause: error,
        });
      }
    },
  };
}

function describe(
  { model, columns }: StoredForecaster & { readonly columns: StoredColumns },
  { rows }: SeriesTable,
  { file, epochs, steps }: { file: string; epochs: number | undefined; steps: number | undefined },
): Omit<Prepared, "start"> {
  const { id, value, time } = columns;
  const series = id === undefined ? 1 : new Set(rows.map((row) => row[id])).size;
  const { horizon, seasons } = model;
  return {
    save: () => model.save({ optimizer: true }),
    texts: columnsText(columns),
    sample: undefined,
    beginning: {
      ...{ file, ...networkOf(model.rnn), unit: "value", value, time },
      ...{ series, rows: rows.length, horizon, seasons, epochs, steps },
    },
  };
}

/** Calls a function of the library. Its errors get the places of the table. */
function atPlaces<Result>(table: CsvTable, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw onCommandLine(error, contentsOf(table));
  }
}

function listening(
  onProgress: Parameters<Prepared["start"]>[0],
  pauseEvery: number | undefined,
): ForecasterFitOptions {
  return { ...IN_A_WORKER, onProgress, ...(pauseEvery !== undefined && { pauseEvery }) };
}
