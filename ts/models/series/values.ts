/** Reads the values of a series as users write them: numbers, and `null` or NaN for missing values. */

import { at, rangeError, typeError, type Path } from "../../base/errors.js";
import { show } from "../../base/show.js";
import type { FloatArray, IntegerArray } from "../../base/tensor.js";
import { FLOATS, INTEGERS, typedArrayKind, typedArrayLength } from "../../base/typed-array.js";

/** The values of a series in their order; `null`, `undefined` and NaN are missing values. */
export type SeriesValues = readonly (number | null | undefined)[] | IntegerArray | FloatArray;

/** Returns true if `value` can be the values of a series. */
export function isValues(value: unknown): boolean {
  const kind = typedArrayKind(value);
  return kind === INTEGERS || kind === FLOATS || Array.isArray(value);
}

/** Returns a value of a series; a missing one is NaN. */
export function readValue(value: unknown, path: Path): number {
  if (value === null || value === undefined) return NaN;
  if (typeof value === "number" && (Number.isFinite(value) || Number.isNaN(value))) return value;
  const make = typeof value === "number" ? rangeError : typeError;
  throw make(path, "a finite number or a missing value", show(value));
}

/** Returns a copy of the values; missing ones are NaN. */
export function readValues(value: unknown, path: Path): Float64Array {
  if (!isValues(value)) throw typeError(path, "an array of numbers", show(value));
  const values = value as ArrayLike<unknown>;
  const length = typedArrayKind(value) === 0 ? values.length : typedArrayLength(value as ArrayLike<number>);
  const out = new Float64Array(length);
  for (let t = 0; t < length; t++) out[t] = readValue(values[t], at(path, t));
  return out;
}
