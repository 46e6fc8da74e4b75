/** Converts a table from CSV to the rows that a forecaster reads, with the place of each value for errors. */

import type { SeriesColumns, SeriesTable } from "bptt";
import { show } from "../base/show.js";
import { expectColumn, numberIn, type CsvRow, type CsvTable } from "./csv.js";
import { Failure } from "./failure.js";
import type { Contents } from "./flags.js";
import type { DescribePlace } from "./places.js";
import type { StoredColumns } from "./series-columns.js";

/** A value of a row, as the library reads it. */
type Cell = number | string | null;
/** A row by the names of its columns. */
export type TableRecord = Readonly<Record<string, Cell>>;

const MILLISECONDS = /^\d{11,}$/;

/** The flags of a trained model's options, which another training sets, and of the horizon. */
export const MODEL_FLAGS = { gaps: "train --gaps", horizon: "-n" } as const;

/** Returns the rows of a table as the library reads them. */
export function seriesTable(table: CsvTable, columns: StoredColumns, hasDecimalComma: boolean): SeriesTable {
  for (const [flag, column] of namesOf(columns)) expectColumn(table, column, flag);
  const read = rowReader(table, columns, hasDecimalComma);
  return { rows: table.rows.map(read), columns: libraryColumns(columns) };
}

/** Returns a function that reads rows of a table with these columns. */
export function rowReader(
  { name, columns: header }: Pick<CsvTable, "name" | "columns">,
  columns: StoredColumns,
  hasDecimalComma: boolean,
): (row: CsvRow) => TableRecord {
  const texts = new Set([columns.id, ...columns.categories]);
  const wanted = namesOf(columns).map(([, column]) => column);
  return ({ line, fields }) => {
    const cell = (column: string): Cell => {
      const field = (fields[header.indexOf(column)] ?? "").trim();
      if (column === columns.time) return MILLISECONDS.test(field) ? Number(field) : field;
      if (texts.has(column)) return field === "" && column !== columns.id ? null : field;
      const value = numberIn(field, hasDecimalComma);
      if (value !== undefined) return value;
      const hint =
        !hasDecimalComma && numberIn(field, true) !== undefined ? "; --decimal-comma reads it" : "";
      throw new Failure(`${placeOf(name, line, column)}: expected a number, received ${show(field)}${hint}`);
    };
    return Object.fromEntries(wanted.map((column) => [column, cell(column)]));
  };
}

/** Returns the places of a table's values, for errors of the library. */
export function contentsOf({ name, rows }: CsvTable): Contents {
  const place: DescribePlace = ([part, row, column]) => {
    const line = part === "rows" && typeof row === "number" ? rows[row]?.line : undefined;
    if (line === undefined) return name;
    return column === undefined ? `${name}: line ${line}` : placeOf(name, line, String(column));
  };
  const covariates: DescribePlace = ([column]) =>
    column === undefined ? name : `${name}: column ${show(column)}`;
  return { data: place, history: place, future: covariates };
}

/** Returns the place of a value in a file. */
export function placeOf(name: string, line: number, column: string): string {
  return `${name}: line ${line}, column ${show(column)}`;
}

/** Returns the columns as the library names them. */
export function libraryColumns({ value, time, id, past, future, fixed }: StoredColumns): SeriesColumns {
  const all = { time, id, past, future, fixed };
  return { value, ...Object.fromEntries(Object.entries(all).filter(([, name]) => name !== undefined)) };
}

/** Returns the flag and the name of each column that is read. */
function namesOf({ value, time, id, past = [], future = [], fixed = [] }: StoredColumns): [string, string][] {
  const all: [string, string | undefined][] = [
    ["--value", value],
    ["--time", time],
    ["--id", id],
    ...past.map((name): [string, string] => ["--past", name]),
    ...future.map((name): [string, string] => ["--future", name]),
    ...fixed.map((name): [string, string] => ["--fixed", name]),
  ];
  return all.filter((entry): entry is [string, string] => entry[1] !== undefined);
}
