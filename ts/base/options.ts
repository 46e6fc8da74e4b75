/** Objects of options, read by a table: what each is checked by, and what stands for those that are not given. */

import { expected, integer, number, oneOf, optionsObject, type Bounds } from "./check.js";

/** Returns the value, checked, or throws; `name` is the option's in messages. */
export type Reader<T> = (value: unknown, name: string) => T;

/** A reader for each option. */
export type Readers<T> = { readonly [K in keyof T]-?: Reader<T[K]> };

/**
 * Reads the options of the table, each once; there may be no others.
 *
 * @param name what the object is called in messages, and its options behind it; absent: they are an argument's
 */
export function readOptions<T extends object>(given: unknown, table: Readers<T>, name?: string): T {
  const known = Object.keys(table) as (keyof T & string)[];
  const values = optionsObject(given, name ?? "options", new Set(known)) as Record<keyof T, unknown>;
  const prefix = name === undefined ? "" : `${name}.`;
  return Object.fromEntries(known.map((key) => [key, table[key](values[key], prefix + key)])) as T;
}

/** `fallback` for what is not given. */
export function or<T, F>(fallback: F, read: Reader<T>): Reader<T | F> {
  return (value, name) => (value === undefined ? fallback : read(value, name));
}

/** An integer within bounds. */
export function integerIn(bounds: Bounds): Reader<number> {
  return (value, name) => integer(value, name, bounds);
}

/** A finite number within bounds. */
export function numberIn(bounds: Bounds): Reader<number> {
  return (value, name) => number(value, name, bounds);
}

/** A function. */
export function func<F>(value: unknown, name: string): F {
  if (typeof value === "function") return value as F;
  throw new TypeError(expected(name, "a function", value));
}

/** One of the choices. */
export function choice<T extends string>(...choices: T[]): Reader<T> {
  return (value, name) => oneOf(value, name, choices);
}
