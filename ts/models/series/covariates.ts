/** Covariates as numbers: what is known of each column from the data that a model was made with, and how it is read. */

import { at, rangeError, typeError, type Path } from "../../base/errors.js";
import { number, oneOf, string } from "../../base/check.js";
import { objectWith, type NamesOf } from "../../base/options.js";
import { show, showNames } from "../../base/show.js";
import { lengthOfArray, type Part, type RawSeries } from "./raw-series.js";

/** A covariate: scaled by the mean and deviation of its values, or one input for each category. */
export interface ColumnSpec {
  readonly name: string;
  readonly kind: "number" | "category";
  readonly mean: number;
  readonly deviation: number;
  readonly categories: readonly string[];
}

/** The parts of a series that have covariates. */
export type CovariatePart = Extract<Part, "past" | "future" | "fixed">;

const NAMES = {
  name: true,
  kind: true,
  mean: true,
  deviation: true,
  categories: true,
} satisfies NamesOf<ColumnSpec>;

/** How many inputs of the network a covariate takes. */
export function widthOf({ kind, categories }: ColumnSpec): number {
  return kind === "number" ? 1 : categories.length;
}

/** Finds out what the covariates of a part are. The first series decides their names. */
export function describeColumns(series: readonly RawSeries[], part: CovariatePart): ColumnSpec[] {
  const [first] = series;
  return Object.keys(first[part]).map((name) => {
    const seen: unknown[] = [];
    for (const one of series) {
      expectNames(one, part, Object.keys(first[part]));
      const column = columnOf(one, part, name);
      const length = lengthOfArray(column);
      for (let t = 0; t < length; t++) if (!isUnknown(column[t])) seen.push(column[t]);
    }
    const isText = typeof seen[0] === "string";
    const spec = { name, mean: 0, deviation: 1, categories: [] };
    const wanted: ColumnSpec = { ...spec, kind: isText ? "category" : "number" };
    for (const one of series) readKinds(one, part, wanted);
    if (isText) return { ...wanted, categories: [...new Set(seen as string[])].sort() };
    return { ...wanted, ...momentsOf(seen.map(Number)) };
  });
}

/** Reads the covariates of a part: numbers, and categories by their index; unknown values are those before them. */
export function readColumns(
  one: RawSeries,
  part: CovariatePart,
  specs: readonly ColumnSpec[],
  lengths: { readonly least: number; readonly wanted: string },
): Float64Array[] {
  expectNames(
    one,
    part,
    specs.map(({ name }) => name),
  );
  return specs.map((spec) => {
    const column = columnOf(one, part, spec.name);
    const length = lengthOfArray(column);
    if (part !== "fixed" && (part === "past" ? length !== lengths.least : length < lengths.least)) {
      throw rangeError(one.pathOf(part, spec.name), lengths.wanted, String(length));
    }
    return readColumn(column, spec, (t) => one.pathOf(part, spec.name, part === "fixed" ? undefined : t));
  });
}

/** Reads one covariate. */
export function readColumn(
  column: ArrayLike<unknown>,
  spec: ColumnSpec,
  pathOf: (t: number) => Path,
): Float64Array {
  let last = spec.kind === "number" ? spec.mean : -1; // of no category
  return Float64Array.from({ length: lengthOfArray(column) }, (_, t) => {
    if (!isUnknown(column[t])) last = readCovariate(column[t], spec, pathOf(t));
    return last;
  });
}

/** Writes a covariate as inputs of the network; returns the place after them. */
export function writeCovariate(
  value: number,
  { kind, mean, deviation, categories }: ColumnSpec,
  into: Float32Array,
  place: number,
): number {
  if (kind === "number") {
    const scaled = (value - mean) / deviation;
    into[place] = scaled > 10 ? 10 : scaled < -10 ? -10 : scaled;
    return place + 1;
  }
  for (let c = 0; c < categories.length; c++) into[place + c] = c === value ? 1 : 0;
  return place + categories.length;
}

/** Reads a column that a file describes. */
export function readColumnSpec(value: unknown, path: Path): ColumnSpec {
  const given = objectWith(value, path, NAMES) as Record<keyof ColumnSpec, unknown>;
  const { categories } = given;
  if (!Array.isArray(categories)) throw typeError(at(path, "categories"), "an array", show(categories));
  return {
    name: string(given.name, at(path, "name")),
    kind: oneOf(given.kind, at(path, "kind"), ["number", "category"]),
    mean: number(given.mean, at(path, "mean")),
    deviation: number(given.deviation, at(path, "deviation"), { min: 1e-300 }),
    categories: categories.map((name, i) => string(name, at(path, "categories", i))),
  };
}

function readCovariate(value: unknown, { kind, categories }: ColumnSpec, path: Path): number {
  if (kind === "category") {
    const index = typeof value === "string" ? categories.indexOf(value) : -1;
    if (index >= 0) return index;
    const make = typeof value === "string" ? rangeError : typeError;
    throw make(path, `one of the categories ${showNames(categories)}`, show(value));
  }
  if (typeof value === "boolean") return value ? 1 : 0;
  return number(value, path, { min: -1e100, max: 1e100 });
}

/** Throws unless all known values are of the kind that the first one has. */
function readKinds(one: RawSeries, part: CovariatePart, spec: ColumnSpec): void {
  const column = columnOf(one, part, spec.name);
  for (let t = 0; t < lengthOfArray(column); t++) {
    const value = column[t];
    if (isUnknown(value)) continue;
    const path = one.pathOf(part, spec.name, part === "fixed" ? undefined : t);
    if (spec.kind === "category") string(value, path);
    else readCovariate(value, spec, path);
  }
}

function columnOf(one: RawSeries, part: CovariatePart, name: string): ArrayLike<unknown> {
  return part === "fixed" ? [one.fixed[name]] : one[part][name];
}

function expectNames(one: RawSeries, part: CovariatePart, names: readonly string[]): void {
  const given = Object.keys(one[part]);
  const missing = names.find((name) => !given.includes(name));
  if (missing !== undefined)
    throw rangeError(one.pathOf(part, missing), "values, as in the data of the model", "none");
  const other = given.find((name) => !names.includes(name));
  if (other === undefined) return;
  const wanted = names.length === 0 ? "no covariates" : `only ${showNames(names)}`;
  throw rangeError(one.pathOf(part), `${wanted}, as in the data of the model`, show(other));
}

function isUnknown(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}

function momentsOf(values: readonly number[]): { mean: number; deviation: number } {
  const n = Math.max(1, values.length);
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / n);
  return { mean, deviation: deviation > 0 ? deviation : 1 };
}
