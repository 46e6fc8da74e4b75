/**
 * Checkers that return the checked value. They throw a TypeError for the wrong kind and a RangeError for the
 * wrong value, both with the fields of a `CheckError`: `hiddenSize: expected an integer >= 1, received 0`.
 */

import { rangeError, typeError, type Path } from "./errors.js";
import { show } from "./show.js";

/** Largest size of an axis that the core's 32-bit lengths can count. */
export const MAX_SIZE = 2 ** 31 - 1;

/** The bounds of a number. Both `min` and `max` are inclusive. */
export interface Bounds {
  min?: number;
  max?: number;
  /** Exclusive upper bound. */
  below?: number;
}

/** Returns `value` if it is an integer within the bounds. */
export function integer(value: unknown, path: Path, bounds: Bounds = {}): number {
  if (Number.isSafeInteger(value) && !outside(value as number, bounds)) return value as number;
  throw invalid(typeof value === "number", path, `an integer${within(bounds)}`, value);
}

/** Returns `value` if it can be the size of an axis: an integer from 1 to 2³¹ − 1. */
export function size(value: unknown, path: Path): number {
  if (typeof value === "number" && value > MAX_SIZE) {
    throw rangeError(path, `an integer <= ${MAX_SIZE}`, show(value));
  }
  return integer(value, path, { min: 1 });
}

/** Returns `value` if it is a finite number within the bounds. */
export function number(value: unknown, path: Path, bounds: Bounds = {}): number {
  if (Number.isFinite(value) && !outside(value as number, bounds)) return value as number;
  throw invalid(typeof value === "number", path, `a finite number${within(bounds)}`, value);
}

/** Returns `value` if it can seed random numbers: an integer from 0 to 2³² − 1. */
export function seed(value: unknown, path: Path): number {
  return integer(value, path, { min: 0, max: 2 ** 32 - 1 });
}

/** Returns `value` if it is a string. */
export function string(value: unknown, path: Path): string {
  if (typeof value !== "string") throw typeError(path, "a string", show(value));
  return value;
}

/** Returns `value` if it is a string that is not empty. */
export function nonEmpty(value: unknown, path: Path): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalid(value === "", path, "a non-empty string", value);
}

/** Returns `value` if it is true or false. An undefined value gives `fallback` if there is one. */
export function boolean(value: unknown, path: Path, fallback?: boolean): boolean {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value !== "boolean") throw typeError(path, "true or false", show(value));
  return value;
}

/** Returns `value` if it is one of `choices`. */
export function oneOf<T extends string>(value: unknown, path: Path, choices: readonly T[]): T {
  if (typeof value === "string" && (choices as readonly string[]).includes(value)) return value as T;
  const what = choices.length === 1 ? `"${choices[0]}"` : `one of ${choices.map((c) => `"${c}"`).join(", ")}`;
  throw invalid(typeof value === "string", path, what, value);
}

/** Returns `value` if it is an object and not an array. */
export function record(value: unknown, path: Path): object {
  if (isObject(value) && !Array.isArray(value)) return value;
  throw typeError(path, "an object", show(value));
}

/** Creates the error for a value: a RangeError if the value is of the right kind, otherwise a TypeError. */
export function invalid(isOfKind: boolean, path: Path, expected: string, value: unknown): Error {
  return (isOfKind ? rangeError : typeError)(path, expected, show(value));
}

/** Returns true if `value` can have properties. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function outside(value: number, { min = -Infinity, max = Infinity, below = Infinity }: Bounds): boolean {
  return value < min || value > max || value >= below;
}

function within({ min, max, below }: Bounds): string {
  if (min !== undefined && max !== undefined) return ` in ${min}..${max}`;
  if (min !== undefined && below !== undefined) return ` >= ${min} and < ${below}`;
  if (min !== undefined) return ` >= ${min}`;
  if (max !== undefined) return ` <= ${max}`;
  return below === undefined ? "" : ` < ${below}`;
}
