/** The columns of a table that a forecaster reads: chosen in training, kept in the model's file. */

import type { SeriesColumns } from "bptt";
import type { Command } from "commander";
import { isObject } from "../base/check.js";
import { typeError } from "../base/errors.js";
import { parseJson } from "../base/json.js";
import { show } from "../base/show.js";
import { expectColumn, numberIn, type CsvTable } from "./csv.js";
import { UsageError } from "./failure.js";
import type { Metadata } from "./model/metadata.js";

/** The flags that name columns. */
export interface ColumnFlags {
  readonly value?: string;
  readonly time?: string;
  readonly id?: string;
  readonly past?: readonly string[];
  readonly future?: readonly string[];
  readonly fixed?: readonly string[];
}

/** The columns that a forecaster reads, and how. */
export interface StoredColumns extends SeriesColumns {
  /** All columns of the table, for lines without a header. */
  readonly header: readonly string[];
  /** The covariates that are categories. */
  readonly categories: readonly string[];
}

/** The text of a model file in which the columns are. */
const KEY = "bptt.columns";
const DATE = /^\d{4}-\d\d(-\d\d([T ].*)?)?$/;

/** Chooses the columns of a table. Without flags the values are in the only column of numbers, the times in the only one of dates. */
export function chooseColumns(table: CsvTable, flags: ColumnFlags, hasDecimalComma: boolean): StoredColumns {
  const { columns } = table;
  for (const [flag, names] of Object.entries(flags) as [string, string | readonly string[]][]) {
    for (const name of [names].flat()) expectColumn(table, name, `--${flag}`);
  }
  const { past = [], future = [], fixed = [], id } = flags;
  const used = new Set([flags.value, flags.time, id, ...past, ...future, ...fixed]);
  const free = columns.filter((column) => !used.has(column));
  const fieldsOf = (column: string) => table.rows.map(({ fields }) => fields[columns.indexOf(column)] ?? "");
  const isNumeric = (column: string) =>
    fieldsOf(column).every((field) => numberIn(field, hasDecimalComma) !== undefined);
  const isDate = (column: string) => fieldsOf(column).every((field) => DATE.test(field.trim()));
  const dates = table.rows.length === 0 ? [] : free.filter(isDate);
  const time = flags.time ?? (dates.length === 1 ? dates[0] : undefined);
  const value =
    flags.value ??
    only(
      free.filter((column) => column !== time && isNumeric(column)),
      table,
      free,
    );
  return {
    header: columns,
    value,
    ...(time !== undefined && { time }),
    ...(id !== undefined && { id }),
    ...(past.length > 0 && { past }),
    ...(future.length > 0 && { future }),
    ...(fixed.length > 0 && { fixed }),
    categories: [...past, ...future, ...fixed].filter((column) => !isNumeric(column)),
  };
}

/** Returns the text of a model file that keeps the columns. */
export function columnsText(columns: StoredColumns): Metadata {
  return { [KEY]: JSON.stringify(columns) };
}

/** Reads the columns in the texts of a forecaster's file; undefined for a file that the command line did not write. */
export function columnsIn(metadata: Metadata): StoredColumns | undefined {
  const text = metadata[KEY];
  if (text === undefined) return undefined;
  const columns = parseJson(text, ["file", KEY]);
  if (!isColumns(columns)) throw typeError(["file", KEY], "names of columns", show(columns));
  return columns;
}

/** The options of commands that read a forecaster's table. */
export interface ColumnOptions extends ColumnFlags {
  readonly decimalComma?: true;
}

/** Adds the options that say which columns a table has. */
export function addColumnOptions(command: Command): Command {
  return command
    .optionsGroup("The columns, if they are not those of the training table:")
    .option("--value <column>", "the values")
    .option("--time <column>", "the times, ISO dates")
    .option("--id <column>", "the names of several series")
    .option("--decimal-comma", "read numbers such as 1.234,5");
}

/** Returns the columns of a table for a model: those in its file, and others where flags name them. */
export function columnsFor(
  stored: StoredColumns | undefined,
  table: CsvTable,
  { decimalComma, value, time, id }: ColumnOptions,
): StoredColumns {
  const given = Object.entries({ value, time, id }).filter(([, name]) => name !== undefined);
  const flags = Object.fromEntries(given) as ColumnFlags;
  return stored === undefined ? chooseColumns(table, flags, decimalComma === true) : { ...stored, ...flags };
}

function only(found: readonly string[], { name }: CsvTable, free: readonly string[]): string {
  const [column] = found;
  if (column !== undefined && found.length === 1) return column;
  if (found.length === 0 && free.length === 1) return free[0]; // its first wrong field is reported
  const received = found.length === 0 ? "none" : found.map((each) => show(each)).join(", ");
  throw new UsageError(
    `--value: expected the column of the values, as ${name} has not one column of numbers but ${received}`,
  );
}

function isColumns(value: unknown): value is StoredColumns {
  if (!isObject(value)) return false;
  const {
    header,
    value: values,
    time,
    id,
    past,
    future,
    fixed,
    categories,
  } = value as Record<string, unknown>;
  const isName = (name: unknown) => typeof name === "string";
  const areNames = (names: unknown) => Array.isArray(names) && names.every(isName);
  return (
    isName(values) &&
    [time, id].every((name) => name === undefined || isName(name)) &&
    [past, future, fixed].every((names) => names === undefined || areNames(names)) &&
    areNames(header) &&
    areNames(categories)
  );
}
