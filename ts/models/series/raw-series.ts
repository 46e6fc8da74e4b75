/**
 * The forms in which series come: values alone, objects with times and covariates, arrays of either, rows of a table. All
 * become the same raw series, whose values are not looked at yet and which know the place of each for errors.
 */

import { at, rangeError, typeError, type Path } from "../../base/errors.js";
import { isObject, record, string } from "../../base/check.js";
import {
  objectWith,
  readOptions,
  type Declaration,
  type NamesOf,
  type OptionsOf,
} from "../../base/options.js";
import { show } from "../../base/show.js";
import { NONE, tagOf, typedArrayKind, typedArrayLength } from "../../base/typed-array.js";
import type { TimeValue } from "./times.js";
import { isValues, type SeriesValues } from "./values.js";

/** A value of a covariate: a number, true or false, or the name of a category; `null` and NaN where it is not known. */
export type CovariateValue = number | boolean | string | null | undefined;

/** A covariate by name: a value for each time step. */
export type Covariates = Readonly<Record<string, ArrayLike<CovariateValue>>>;

/** A series with times and covariates. */
export interface SeriesInput {
  /** The values, the oldest first; `null` and NaN are missing. */
  readonly values: SeriesValues;
  /** The time of each value, ascending, all in the same form; read as UTC. */
  readonly times?: ArrayLike<TimeValue>;
  /** Covariates that are known up to now, a value for each of `values`. */
  readonly past?: Covariates;
  /** Covariates that are known ahead: a value for each of `values`, and those of the time to come after them. */
  readonly future?: Covariates;
  /** Facts that do not change. */
  readonly fixed?: Readonly<Record<string, CovariateValue>>;
  /** The name of the series. */
  readonly id?: string;
}

const COLUMNS = {
  /** The column of values. */
  value: { read: string },
  /** The column that says to which series a row belongs. Default: all rows are one series. */
  id: { read: string, fallback: undefined },
  /** The column of times. Default: none. */
  time: { read: string, fallback: undefined },
  /** The columns of covariates that are known up to now. */
  past: { read: names, fallback: undefined },
  /** The columns of covariates that are known ahead. Rows at the end without a value are of the time to come. */
  future: { read: names, fallback: undefined },
  /** The columns of facts that do not change; the first row of a series counts. */
  fixed: { read: names, fallback: undefined },
} satisfies Declaration;

/** The columns of a table. */
export interface SeriesColumns extends OptionsOf<typeof COLUMNS> {}

/** Series as rows of a table, the oldest row of a series first. */
export interface SeriesTable {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly columns: SeriesColumns;
}

/** One series. */
export type OneSeries = SeriesValues | SeriesInput;
/** Series in any of the forms that a model reads. */
export type SeriesData = OneSeries | readonly OneSeries[] | SeriesTable;

/** A part of a series. */
export type Part = "values" | "times" | "past" | "future" | "fixed";
type Columns = Readonly<Record<string, ArrayLike<unknown>>>;

/** A series whose values are not looked at yet. */
export interface RawSeries {
  readonly path: Path;
  readonly values: ArrayLike<unknown>;
  readonly times: ArrayLike<unknown> | undefined;
  readonly past: Columns;
  readonly future: Columns;
  readonly fixed: Readonly<Record<string, unknown>>;
  readonly id: string | undefined;
  /** The place of a part, or of its value at step `t`. `name`: of a covariate. */
  pathOf(part: Part, name?: string, t?: number): Path;
}

/** All series of some data. */
export interface RawData {
  readonly series: readonly RawSeries[];
  /** True for one series that does not lie in an array. */
  readonly isSingle: boolean;
}

const SERIES_NAMES = {
  values: true,
  times: true,
  past: true,
  future: true,
  fixed: true,
  id: true,
} satisfies NamesOf<SeriesInput>;
const TABLE_NAMES = { rows: true, columns: true } satisfies NamesOf<SeriesTable>;
const WANTED = "a series, an array of series or rows of a table";

/** Looks at series in any form. */
export function openSeries(data: unknown, path: Path): RawData {
  if (Array.isArray(data) && isObject(data.find((entry) => entry !== null && entry !== undefined))) {
    return { series: data.map((entry, i) => openOne(entry, at(path, i))), isSingle: false };
  }
  if (isObject(data) && !isValues(data) && "rows" in data) return openTable(data, path);
  if (isObject(data)) return { series: [openOne(data, path)], isSingle: true };
  throw typeError(path, WANTED, show(data));
}

function openOne(entry: unknown, path: Path): RawSeries {
  if (isValues(entry)) {
    return {
      path,
      values: entry as ArrayLike<unknown>,
      times: undefined,
      past: {},
      future: {},
      fixed: {},
      id: undefined,
      pathOf: (part, name, t) =>
        part === "values" ? at(path, ...keys(undefined, t)) : at(path, part, ...keys(name, t)),
    };
  }
  if (!isObject(entry)) throw typeError(path, "values or an object with values", show(entry));
  const given = objectWith(entry, path, SERIES_NAMES) as Partial<Record<keyof SeriesInput, unknown>>;
  const { times, id } = given;
  const values = array(given.values, at(path, "values"));
  const columns = (part: "past" | "future") => {
    const object = given[part] === undefined ? {} : record(given[part], at(path, part));
    const entries = Object.entries(object).map(([name, column]: [string, unknown]) => [
      name,
      array(column, at(path, part, name)),
    ]);
    return Object.fromEntries(entries) as Columns;
  };
  return {
    path,
    values,
    times: times === undefined ? undefined : array(times, at(path, "times")),
    past: columns("past"),
    future: columns("future"),
    fixed: (given.fixed === undefined ? {} : record(given.fixed, at(path, "fixed"))) as Record<
      string,
      unknown
    >,
    id: id === undefined ? undefined : string(id, at(path, "id")),
    pathOf: (part, name, t) => at(path, part, ...keys(name, t)),
  };
}

function keys(name: string | undefined, t: number | undefined): (string | number)[] {
  return [...(name === undefined ? [] : [name]), ...(t === undefined ? [] : [t])];
}

function openTable(data: object, path: Path): RawData {
  const table = objectWith(data, path, TABLE_NAMES) as { rows?: unknown; columns?: unknown };
  const columns = readOptions(table.columns, COLUMNS, at(path, "columns"));
  const { rows } = table;
  if (!Array.isArray(rows)) throw typeError(at(path, "rows"), "an array of rows", show(rows));
  const groups = new Map<string | undefined, number[]>();
  rows.forEach((row: unknown, i) => {
    const id = columns.id === undefined ? undefined : idOf(cell(row, columns.id, at(path, "rows", i)));
    const group = groups.get(id);
    if (group) group.push(i);
    else groups.set(id, [i]);
  });
  if (groups.size === 0) throw rangeError(at(path, "rows"), "at least two rows", "0");
  const read = (i: number, name: string) => cell(rows[i], name, at(path, "rows", i));
  const series = [...groups].map(([id, members]) => {
    const { time, value, past = [], future = [], fixed = [] } = columns;
    let length = members.length;
    // rows at the end without a value are of the time to come, where covariates are known ahead
    while (future.length > 0 && length > 0 && isMissing(read(members[length - 1], value))) length--;
    const known = members.slice(0, length);
    const nameOf = (part: Part, name: string | undefined) =>
      part === "values" ? value : part === "times" ? time : name;
    const column = (name: string, of: readonly number[]) => of.map((i) => read(i, name));
    const record = (of: readonly string[], members: readonly number[]) =>
      Object.fromEntries(of.map((name) => [name, column(name, members)]));
    return {
      path,
      values: column(value, known),
      times: time === undefined ? undefined : column(time, known),
      past: record(past, known),
      future: record(future, members),
      fixed: Object.fromEntries(fixed.map((name) => [name, read(members[0], name)])),
      id,
      pathOf: (part: Part, name?: string, t = 0) =>
        at(path, "rows", members[Math.min(t, members.length - 1)], ...keys(nameOf(part, name), undefined)),
    };
  });
  return { series, isSingle: columns.id === undefined };
}

/** The value of a row's column; a row without it has a missing value. */
function cell(row: unknown, name: string, path: Path): unknown {
  const object = record(row, path);
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined;
}

function idOf(value: unknown): string {
  return typeof value === "string" ? value : String(show(value));
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}

function names(value: unknown, path: Path): readonly string[] {
  if (!Array.isArray(value)) throw typeError(path, "an array of column names", show(value));
  return value.map((name, i) => string(name, at(path, i)));
}

/** `value` if it is an array or a typed array. */
function array(value: unknown, path: Path): ArrayLike<unknown> {
  if (Array.isArray(value) || (typedArrayKind(value) !== NONE && tagOf(value) !== undefined)) {
    return value as ArrayLike<unknown>;
  }
  throw typeError(path, "an array", show(value));
}

/** The true length of an array. */
export function lengthOfArray(values: ArrayLike<unknown>): number {
  return typedArrayKind(values) === NONE ? values.length : typedArrayLength(values as ArrayLike<number>);
}
