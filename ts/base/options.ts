/**
 * Options objects. Each is declared once: names, checks, defaults and the TypeScript type follow from the declaration.
 *
 *     const ADAM = {
 *       // Step size. Default 0.001.           (a doc comment, which editors show)
 *       learningRate: { read: readLearningRate, fallback: 0.001 },
 *       steps: { read: count },
 *     } satisfies Declaration;
 *
 *     export interface AdamOptions extends OptionsOf<typeof ADAM> {}   // { learningRate?: …, steps: … }
 *     const { learningRate, steps } = readOptions(options, ADAM);
 *
 * Declarations are plain literals without calls, so that bundlers drop those that are not used. One that contains another
 * is a `merge(OTHER, { … })` that is marked as pure, since bundlers keep literals with a spread.
 */

import { integer, number, record } from "./check.js";
import { at, typeError, type Path } from "./errors.js";
import { show } from "./show.js";

/** Returns the value, checked, or throws an error about `path`. */
export type Reader<T> = (value: unknown, path: Path) => T;

/** An option. It is required if it has no `fallback`; otherwise `fallback` is its value when it is not given. */
export interface Option<T = unknown> {
  readonly read: Reader<T>;
  readonly fallback?: unknown;
}

/** The options of an object by name. */
export type Declaration = Readonly<Record<string, Option>>;

/** Returns a declaration of the options of both; those of `other` replace those of the same name. */
export function merge<A extends object, B extends object>(one: A, other: B): Omit<A, keyof B> & B {
  return { ...one, ...other };
}

type Optional<D extends Declaration> = {
  [K in keyof D]: D[K] extends { readonly fallback: unknown } ? K : never;
}[keyof D];

/** The type of the object that a user passes. */
export type OptionsOf<D extends Declaration> = {
  [K in keyof Omit<D, Optional<D>>]: ReturnType<D[K]["read"]>;
} & {
  [K in keyof Pick<D, Optional<D>>]?: ReturnType<D[K]["read"]>;
};

/** The type of the values after reading: complete, with defaults. */
export type ValuesOf<D extends Declaration> = {
  readonly [K in keyof D]: D[K] extends { readonly fallback: infer F }
    ? ReturnType<D[K]["read"]> | Extract<F, undefined | null | false>
    : ReturnType<D[K]["read"]>;
};

/**
 * Reads all options of an object, each once. Throws when the object has any other name.
 *
 * @param path the place of the object; without it, the options are those of a function and their paths are their names alone
 */
export function readOptions<D extends Declaration>(given: unknown, declaration: D, path?: Path): ValuesOf<D> {
  const object = objectWith(given, path ?? "options", declaration) as Record<string, unknown>;
  const values: Record<string, unknown> = {};
  for (const name in declaration) {
    const option = declaration[name] as Option;
    const value = object[name];
    const isAbsent = value === undefined && "fallback" in option;
    values[name] = isAbsent
      ? option.fallback
      : option.read(value, path === undefined ? name : at(path, name));
  }
  return values as ValuesOf<D>;
}

/**
 * Reads one option of an object that {@link objectWith} has checked. It is for hot paths, because it creates
 * no object of all values.
 */
export function readOption<D extends Declaration, K extends keyof D & string>(
  object: object,
  declaration: D,
  name: K,
): ValuesOf<D>[K] {
  const option = declaration[name] as Option;
  const value = (object as Record<string, unknown>)[name];
  const isAbsent = value === undefined && "fallback" in option;
  return (isAbsent ? option.fallback : option.read(value, name)) as ValuesOf<D>[K];
}

/**
 * Returns `given` if it is an object whose enumerable names are all names of `known`. It is for data whose
 * values are read one by one and depend on each other.
 */
export function objectWith(given: unknown, path: Path, known: object): object {
  const object = record(given, path);
  for (const key in object) {
    if (!Object.hasOwn(known, key) && Object.hasOwn(object, key)) {
      throw typeError(path, "known options only", show(key), {
        hint: `known are ${Object.keys(known).join(", ")}`,
      });
    }
  }
  return object;
}

/**
 * The names of the properties of `T`, as the third argument of {@link objectWith}. A missing or unknown name
 * does not compile.
 */
export type NamesOf<T> = Readonly<Record<keyof T, unknown>>;

/** Reads a number of things, 1 or more. */
export function count(value: unknown, path: Path): number {
  return integer(value, path, { min: 1 });
}

/** Reads a function. */
export function func<F>(value: unknown, path: Path): F {
  if (typeof value === "function") return value as F;
  throw typeError(path, "a function", show(value));
}

/** Any value: for an option that is checked later, in the context of others. */
export function unchecked<T>(value: unknown): T {
  return value as T;
}

/** Reads a fraction, 0 ≤ x < 1. */
export function fraction(value: unknown, path: Path): number {
  return number(value, path, { min: 0, below: 1 });
}

/** Returns the properties of an object that `names` has; undefined for those that are missing. */
export function pick<Names extends object>(from: object, names: Names): Record<keyof Names, unknown> {
  const given = from as Record<string, unknown>;
  return Object.fromEntries(Object.keys(names).map((name) => [name, given[name]])) as Record<
    keyof Names,
    unknown
  >;
}
