/** Reads the features of a sequence: rows of numbers, or one number per time step. Errors name the place of the value. */

import { at, rangeError, typeError, type Path } from "../../base/errors.js";
import { show } from "../../base/show.js";
import { FLOATS, INTEGERS, typedArrayKind, typedArrayLength } from "../../base/typed-array.js";

/** A sequence of features. */
export interface Features {
  /** (T, F) */
  readonly values: Float64Array;
  /** T */
  readonly steps: number;
  /** F */
  readonly width: number;
  /** True if its steps are numbers instead of rows. */
  readonly isFlat: boolean;
}

const WANTED = "rows of numbers, an array of numbers, or a string";

/**
 * Reads a sequence.
 *
 * @param value `number[][]` (T, F), or `number[]` or a typed array (T), which has one feature
 * @param path of the sequence, for errors
 * @param width F, if it is known
 */
export function readFeatures(value: unknown, path: Path, width?: number): Features {
  const rows = arrayOf(value);
  if (rows === undefined) throw typeError(path, WANTED, show(value));
  const steps = rows.length;
  if (steps === 0) throw rangeError(path, "at least one time step", "none");
  const isFlat = !Array.isArray(value) || arrayOf(value[0]) === undefined;
  if (isFlat) {
    if (width !== undefined && width !== 1) {
      throw typeError(path, `rows of ${width} features`, "one number per time step");
    }
    return { values: readRow(rows, path, 1, steps), steps, width: 1, isFlat };
  }
  const first = (arrayOf(rows[0]) as ArrayLike<unknown>).length;
  const features = width ?? first;
  if (features === 0) throw rangeError(at(path, 0), "at least one feature", "none");
  const values = new Float64Array(steps * features);
  for (let t = 0; t < steps; t++) values.set(readStep(rows[t], at(path, t), features), t * features);
  return { values, steps, width: features, isFlat };
}

/** Reads the features of one time step, which may be a number if there is a single feature. */
export function readStep(value: unknown, path: Path, width: number): Float64Array {
  if (typeof value === "number" && width === 1) return Float64Array.of(finite(value, path));
  const row = arrayOf(value);
  if (row === undefined) throw typeError(path, counted(width), show(value));
  if (row.length !== width) throw rangeError(path, counted(width), String(row.length));
  return readRow(row, path, width, 1);
}

function readRow(row: ArrayLike<unknown>, path: Path, width: number, steps: number): Float64Array {
  const values = new Float64Array(width * steps);
  for (let i = 0; i < values.length; i++) {
    const x = row[i];
    // the path is created only for errors, because there may be millions of values
    values[i] = typeof x === "number" && x - x === 0 ? x : finite(x, at(path, i));
  }
  return values;
}

function finite(value: unknown, path: Path): number {
  if (typeof value !== "number") throw typeError(path, "a number", show(value));
  if (!Number.isFinite(value)) throw rangeError(path, "a finite number", show(value));
  return value;
}

const counted = (width: number) => (width === 1 ? "1 feature" : `${width} features`);

/** Returns the value as an array of any kind that can contain numbers, undefined otherwise. */
function arrayOf(value: unknown): ArrayLike<unknown> | undefined {
  if (Array.isArray(value)) return value;
  const kind = typedArrayKind(value);
  if (kind !== INTEGERS && kind !== FLOATS) return undefined;
  const typed = value as ArrayLike<number>;
  return typedArrayLength(typed) === typed.length ? typed : undefined;
}
