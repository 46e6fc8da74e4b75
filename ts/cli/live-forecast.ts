/** Forecasts live: a line from standard input, a line to standard output. */

import { createInterface } from "node:readline";
import type { Forecast, ForecastStream, Forecaster, LiveForecast, SeriesTable, TimeValue } from "bptt";
import type { Key } from "../base/errors.js";
import { show } from "../base/show.js";
import { expectFields, parseRows, readCsv, separatorOf, type CsvRow, type CsvTable } from "./csv.js";
import { jsonLine } from "./escape.js";
import { Failure } from "./failure.js";
import { onCommandLine, type Contents } from "./flags.js";
import { nameOf } from "./input.js";
import type { StoredForecaster } from "./model/forecaster.js";
import { write } from "./output.js";
import { csvLine, forecastData, timeName } from "./report/forecast.js";
import { columnsFor, type ColumnOptions, type StoredColumns } from "./series-columns.js";
import {
  contentsOf,
  libraryColumns,
  MODEL_FLAGS,
  placeOf,
  rowReader,
  seriesTable,
  type TableRecord,
} from "./series-table.js";

/** The settings of live forecasts. */
export interface LiveOptions extends ColumnOptions {
  /** A file with the values before the first line. */
  readonly history?: string;
  readonly json?: true;
}

const NAME = nameOf("-");

/** Forecasts after each line of standard input, until its end. */
export async function forecastLive(
  { model, columns: stored }: StoredForecaster,
  modelName: string,
  options: LiveOptions,
): Promise<void> {
  if ((stored?.future ?? []).length > 0) {
    const wanted = "expected a model without covariates that are known ahead, for live forecasts";
    throw new Failure(`${modelName}: ${wanted}`);
  }
  const asJson = options.json === true;
  const history = options.history === undefined ? undefined : await readCsv(options.history);
  let known = history === undefined ? stored : columnsFor(stored, history, options);
  const live = new LiveTable(model);
  try {
    if (history !== undefined && known !== undefined)
      live.begin(history, known, options.decimalComma === true);
    let read: ((line: string, number: number) => TableRecord) | undefined;
    let number = 0;
    for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
      number++;
      if (line.trim() === "") continue;
      let isHeader = false;
      if (read === undefined) {
        const opening = openLines(line.replace(/^\ufeff/, ""), number, known, options);
        ({ isHeader, read, columns: known } = opening);
        if (!asJson) await write(`${csvLine(headerOf(known, model.quantiles))}\n`);
      }
      if (isHeader || known === undefined) continue;
      const answer = live.push(read(line.replace(/^\ufeff/, ""), number), number, known);
      await write(
        asJson
          ? `${jsonLine(answerData(answer))}\n`
          : `${csvLine(fieldsOf(answer, known, model.quantiles))}\n`,
      );
    }
  } finally {
    live.free();
  }
}

/** Finds the columns of the lines. The first line is a header if it names the column of the values. */
function openLines(
  first: string,
  number: number,
  stored: StoredColumns | undefined,
  options: ColumnOptions,
): { read: (line: string, number: number) => TableRecord; columns: StoredColumns; isHeader: boolean } {
  const separator = separatorOf(first);
  const rowOf = (line: string, from: number) => {
    const [row] = parseRows(line, separator, { name: NAME, from });
    return row; // the line is not empty
  };
  const names = rowOf(first, number).fields.map((field) => field.trim());
  const value = options.value ?? stored?.value;
  const isHeader = value === undefined || names.includes(value);
  if (!isHeader && stored === undefined)
    throw new Failure(
      `${NAME}: line ${number}: expected a header with the column ${show(value)}, received none`,
    );
  const table = { name: NAME, columns: isHeader ? names : (stored?.header ?? []), rows: [] };
  const hasDecimalComma = options.decimalComma === true;
  const columns = columnsFor(stored, table, options);
  seriesTable(table, columns, hasDecimalComma); // checks the names
  const readRow = rowReader(table, columns, hasDecimalComma);
  const read = (line: string, from: number) => {
    const row = rowOf(line, from);
    expectFields(row, table.columns.length, NAME);
    return readRow(row);
  };
  return { read, columns, isHeader };
}

/** The answer to a line. */
interface Answer {
  readonly id: string | undefined;
  readonly time: TimeValue | undefined;
  readonly value: number | null;
  /** Undefined before the first value of a series. */
  readonly forecast: LiveForecast | undefined;
}

/** A series that is forecast live. */
interface LiveSeries {
  readonly stream: ForecastStream;
  /** The time of the next value. */
  next: TimeValue | undefined;
}

/** The series of a table that grows. */
class LiveTable {
  readonly #model: Forecaster;
  readonly #series = new Map<string | undefined, LiveSeries>();

  constructor(model: Forecaster) {
    this.#model = model;
  }

  /** Reads the rows before the first line. */
  begin(table: CsvTable, columns: StoredColumns, hasDecimalComma: boolean): void {
    const { rows, columns: names } = seriesTable(table, columns, hasDecimalComma);
    const groups = new Map<string | undefined, { rows: TableRecord[]; lines: CsvRow[] }>();
    rows.forEach((row, i) => {
      const id = idOf(row as TableRecord, columns);
      const group = groups.get(id) ?? { rows: [], lines: [] };
      group.rows.push(row as TableRecord);
      group.lines.push(table.rows[i]);
      groups.set(id, group);
    });
    for (const [id, group] of groups)
      this.#open(id, { rows: group.rows, columns: names }, contentsOf({ ...table, rows: group.lines }));
  }

  /** Reads the row of a line. */
  push(row: TableRecord, line: number, columns: StoredColumns): Answer {
    const id = idOf(row, columns);
    const value = row[columns.value] as number | null;
    const time = columns.time === undefined ? undefined : (row[columns.time] as TimeValue);
    const answer = { id, time, value };
    const contents = rowContents(line, columns);
    const series = this.#series.get(id);
    if (series === undefined) {
      if (value === null) return { ...answer, forecast: undefined };
      const history = { rows: [row], columns: libraryColumns(columns) };
      return { ...answer, forecast: this.#open(id, history, contents) };
    }
    if (time !== undefined && series.next !== undefined && time !== series.next) {
      const place = placeOf(NAME, line, columns.time as string);
      throw new Failure(`${place}: expected ${timeName(series.next)}, received ${timeName(time)}`);
    }
    const past = Object.fromEntries((columns.past ?? []).map((name) => [name, row[name]]));
    try {
      const forecast = series.stream.push(value, { past });
      series.next = forecast.times?.[0];
      return { ...answer, forecast };
    } catch (error) {
      throw onCommandLine(error, contents, MODEL_FLAGS);
    }
  }

  free(): void {
    for (const { stream } of this.#series.values()) stream.free();
  }

  #open(id: string | undefined, history: SeriesTable, contents: Contents): Forecast {
    try {
      // a table of one series is read as this series
      const [forecast] = [this.#model.forecast(history)].flat() as [Forecast];
      const stream = this.#model.stream({ history });
      this.#series.set(id, { stream, next: forecast.times?.[0] });
      return forecast;
    } catch (error) {
      throw onCommandLine(error, contents, MODEL_FLAGS);
    }
  }
}

/** Returns the places of a line's values, for errors of the library. */
function rowContents(line: number, columns: StoredColumns): Contents {
  const inColumn = (name: Key | undefined) =>
    name === undefined ? `${NAME}: line ${line}` : placeOf(NAME, line, String(name));
  return {
    history: ([, , name]) => inColumn(name),
    value: () => inColumn(columns.value),
    past: ([name]) => inColumn(name),
  };
}

function idOf(row: TableRecord, { id }: StoredColumns): string | undefined {
  return id === undefined ? undefined : String(row[id]);
}

function headerOf({ id, time, value }: StoredColumns, levels: readonly number[]): string[] {
  const named = [id, time].filter((name) => name !== undefined);
  return [...named, value, "outside", ...levels.map(String)];
}

function fieldsOf(
  { id, time, value, forecast }: Answer,
  columns: StoredColumns,
  levels: readonly number[],
): string[] {
  return [
    ...(columns.id === undefined ? [] : [id ?? ""]),
    ...(columns.time === undefined ? [] : [time === undefined ? "" : timeName(time)]),
    value === null ? "" : String(value),
    forecast?.surprise === undefined ? "" : String(forecast.surprise.outside),
    ...levels.map((_, q) => (forecast === undefined ? "" : String(forecast.quantiles[q]?.values[0]))),
  ];
}

function answerData({ id, time, value, forecast }: Answer): object {
  return {
    ...(id !== undefined && { id }),
    ...(time !== undefined && { time: timeName(time) }),
    value,
    ...(forecast?.surprise && { surprise: forecast.surprise }),
    forecast: forecast === undefined ? null : forecastData(forecast),
  };
}
