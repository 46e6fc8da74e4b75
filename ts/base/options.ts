/** Objects of options, read by a table: what each is checked by, and what stands for those that are not given. */

import { integer, number, oneOf, optionsObject, type Bounds } from "./check.js";
import { at, typeError, type Path } from "./errors.js";
import { show } from "./show.js";

/** Returns the value, checked, or throws an error about `path`. */
export type Reader<T> = (value: unknown, path: Path) => T;

/** A reader for each option. */
export type Readers<T> = { readonly [K in keyof T]-?: Reader<T[K]> };

/**
 * Reads the options of the table, each once; there may be no others.
 *
 * @param path the place of the object; without it, the options are those of a function and their paths are their names alone
 */
export function readOptions<T extends object>(given: unknown, table: Readers<T>, path?: Path): T {
  const known = Object.keys(table) as (keyof T & string)[];
  const values = optionsObject(given, path ?? "options", new Set(known)) as Record<keyof T, unknown>;
  const pathOf = (key: string): Path => (path === undefined ? key : at(path, key));
  return Object.fromEntries(known.map((key) => [key, table[key](values[key], pathOf(key))])) as T;
}

/** `fallback` for what is not given. */
export function or<T, F>(fallback: F, read: Reader<T>): Reader<T | F> {
  return (value, path) => (value === undefined ? fallback : read(value, path));
}

/** An integer within bounds. */
export function integerIn(bounds: Bounds): Reader<number> {
  return (value, path) => integer(value, path, bounds);
}

/** A finite number within bounds. */
export function numberIn(bounds: Bounds): Reader<number> {
  return (value, path) => number(value, path, bounds);
}

/** A function. */
export function func<F>(value: unknown, path: Path): F {
  if (typeof value === "function") return value as F;
  throw typeError(path, "a function", show(value));
}

/** One of the choices. */
export function choice<T extends string>(...choices: T[]): Reader<T> {
  return (value, path) => oneOf(value, path, choices);
}
