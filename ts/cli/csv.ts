/**
 * Reads tables from CSV: a header, then one record per row. Fields are separated by commas, semicolons or
 * tabs, the most frequent of these in the first line, and may be quoted (RFC 4180). Empty lines are ignored.
 */

import { parse } from "csv-parse/sync";
import { show } from "../base/show.js";
import { Failure, UsageError } from "./failure.js";
import { nameOf, readText } from "./input.js";
import { counted } from "./report/format.js";

/** A row of a table. */
export interface CsvRow {
  /** The line of the file in which the row begins, from 1. */
  readonly line: number;
  /** A text for each column. */
  readonly fields: readonly string[];
}

/** A table from a file. */
export interface CsvTable {
  /** The name of the file in messages. */
  readonly name: string;
  /** The names of the columns. */
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
}

/** Texts that are read as missing values. */
const MISSING = /^(|na|n\/a|nan|null|none|-|\?)$/i;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const PROBLEMS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "expected a closing quote, received the end of the file",
  INVALID_OPENING_QUOTE: "expected a quoted field to begin with its quote, received a quote within it",
  CSV_INVALID_CLOSING_QUOTE:
    "expected a separator after a closing quote, received more of the field; quotes within a field are doubled",
};

/** Reads the table of a file. */
export async function readCsv(path: string): Promise<CsvTable> {
  return parseCsv(await readText(path), nameOf(path));
}

/** Reads the table in a text from the file `name`. */
export function parseCsv(text: string, name: string): CsvTable {
  const [header, ...rows] = parseRows(text, separatorOf(text), { name, from: 1 });
  if (header === undefined) throw new Failure(`${name}: expected a header line, received none`);
  const columns = header.fields.map((column) => column.trim());
  columns.forEach((column, i) => {
    const place = `${name}: line ${header.line}, column ${i + 1}`;
    if (column === "") throw new Failure(`${place}: expected the name of a column, received none`);
    if (columns.indexOf(column) < i)
      throw new Failure(`${place}: expected each name once, received ${show(column)} again`);
  });
  for (const row of rows) expectFields(row, columns.length, name);
  return { name, columns, rows };
}

/** Throws unless a row has a field for each column. */
export function expectFields({ line, fields }: CsvRow, count: number, name: string): void {
  if (fields.length === count) return;
  throw new Failure(`${name}: line ${line}: expected ${counted(count, "field")}, received ${fields.length}`);
}

/** Returns the records of a text whose first line has the number `from`. */
export function parseRows(
  text: string,
  separator: string,
  { name, from }: { readonly name: string; readonly from: number },
): CsvRow[] {
  const before = from - 1;
  try {
    const records: unknown = parse(text, {
      delimiter: separator,
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ["\r\n", "\n"],
    });
    return (records as { record: string[]; info: { lines: number } }[]).map(({ record: fields, info }) => {
      const inner = fields.reduce((sum, field) => sum + field.split("\n").length - 1, 0); // within quotes
      return { line: before + info.lines - inner, fields };
    });
  } catch (error) {
    const { code = "", lines = 1 } = error as { code?: string; lines?: number };
    const problem = PROBLEMS[code];
    if (problem === undefined) throw error;
    throw new Failure(`${name}: line ${before + lines}: ${problem}`, 1, { cause: error });
  }
}

/** Returns the separator of the fields: the one that the first line has most, without quoted parts. */
export function separatorOf(text: string): string {
  const [, first = ""] = /^\n*([^\n]*)/.exec(text) ?? [];
  const bare = first.replace(/"[^"]*"/g, "");
  const counts = [",", ";", "\t"].map((separator) => [separator, bare.split(separator).length] as const);
  const [most] = counts.sort(([, a], [, b]) => b - a);
  return most?.[0] ?? ",";
}

/**
 * Reads a field as a number: null if it is missing, undefined if it is something else.
 *
 * @param hasDecimalComma true for numbers such as 1.234,5
 */
export function numberIn(field: string, hasDecimalComma: boolean): number | null | undefined {
  const text = field.trim();
  if (MISSING.test(text)) return null;
  const plain = hasDecimalComma ? withPoint(text) : text;
  if (plain === undefined || !NUMBER.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}

/** Throws unless the table has a column. `flag` is the option that names it. */
export function expectColumn(
  { name, columns }: Pick<CsvTable, "name" | "columns">,
  column: string,
  flag: string,
) {
  if (columns.includes(column)) return;
  const wanted = columns.map((each) => show(each)).join(", ");
  throw new UsageError(`${flag}: expected a column of ${name} (${wanted}), received ${show(column)}`);
}

/** Returns a number with a decimal comma in the form with a point, or undefined for wrong groups of digits. */
function withPoint(text: string): string | undefined {
  const [, sign, whole = "", rest = ""] = /^([+-]?)([\d.]*)(?:,(.*))?$/.exec(text) ?? [];
  if (sign === undefined) return undefined;
  if (whole.includes(".") && !/^\d{1,3}(\.\d{3})+$/.test(whole)) return undefined;
  return `${sign}${whole.replaceAll(".", "")}${text.includes(",") ? `.${rest}` : ""}`;
}
