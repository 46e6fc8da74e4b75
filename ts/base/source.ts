/**
 * Examines a user's array before anything is copied: whether it is nested or flat, its rank and its sizes.
 *
 * The sizes of a nested array are those of its first elements. The other rows are compared with them while
 * they are copied (ids.ts, numbers.ts). The copy trusts nothing that was read here and checks each element
 * again, so data that changes in the meantime (getters, proxies) can only cause an error.
 */

import { at, rangeError, typeError, type Path } from "./errors.js";
import { show, showShape } from "./show.js";
import { readShape, sizeOf } from "./tensor.js";
import { FLOATS, INTEGERS, typedArrayKind, typedArrayLength, NONE, OTHER, type Kind } from "./typed-array.js";

/** A user's array that has been examined but not copied. */
export interface Source {
  /** The place of the array, for errors. */
  readonly path: Path;
  /** If true, `values` holds all elements, row-major. If false, it holds the rows. */
  readonly flat: boolean;
  readonly values: ArrayLike<unknown>;
  /** The kind of the flat data or of the first innermost row: NONE for plain arrays. */
  readonly kind: Kind;
  /** Element 0 of a nested source, which is read only once. */
  readonly first: unknown;
  readonly shape: readonly number[];
  /** The length of each row, if {@link openRagged} opened a nested value. */
  readonly rowLengths?: readonly number[];
}

/** Examines `value`. `what` says in messages what was expected. Throws when it is not an array of numbers. */
export function open(value: unknown, path: Path, what: string): Source {
  if (Array.isArray(value)) return openNested(value, path);
  if (typeof value === "object" && value !== null) {
    const kind = typedArrayKind(value);
    if (kind === INTEGERS || kind === FLOATS) {
      const values = value as ArrayLike<number>;
      return { path, flat: true, values, kind, first: undefined, shape: [typedArrayLength(values)] };
    }
    if (kind === NONE && "data" in value && "shape" in value) return openFlat(value.data, value.shape, path);
  }
  throw typeError(path, what, show(value));
}

/**
 * Examines a value whose rows may differ in length. Axis 1 is as long as the longest row, and the other axes
 * are those of the first row that is not empty.
 */
export function openRagged(value: unknown, path: Path, what: string): Source {
  const source = open(value, path, what);
  if (source.flat || source.shape.length < 2) return source;
  const { values, first } = source;
  const rows = source.shape[0];
  const rowLengths: number[] = [];
  let inner = source.shape.slice(2);
  let longest = 0;
  let { kind } = source;
  for (let b = 0; b < rows; b++) {
    const row = b === 0 ? first : values[b];
    const length = rowLength(row, path, b);
    if (longest === 0 && length > 0 && b > 0) {
      const opened = openNested([row], path);
      inner = opened.shape.slice(2);
      kind = opened.kind;
    }
    longest = Math.max(longest, length);
    rowLengths.push(length);
  }
  return { ...source, kind, shape: [rows, longest, ...inner], rowLengths };
}

/** Returns the length of a row, and 0 for anything else, which is an error when it is copied. */
function rowLength(row: unknown, path: Path, b: number): number {
  if (Array.isArray(row)) return sizeOf(row, path, 1, b);
  return typedArrayKind(row) === NONE ? 0 : typedArrayLength(row as ArrayLike<number>);
}

/** Throws unless the source has exactly this shape. */
export function expectShape(source: Source, shape: readonly number[]): void {
  const got = source.shape;
  const ragged = source.rowLengths !== undefined; // the copy checks the length of each row
  let same = got.length === shape.length;
  for (let axis = 0; same && axis < shape.length; axis++) {
    same = got[axis] === shape[axis] || (ragged && axis === 1);
  }
  if (!same) throw rangeError(source.path, `shape ${showShape(shape)}`, showShape(got));
}

function openFlat(data: unknown, shape: unknown, path: Path): Source {
  const kind = typedArrayKind(data);
  if (kind === OTHER || (kind === NONE && !Array.isArray(data))) {
    throw typeError(at(path, "data"), "an array of numbers", show(data));
  }
  const values = data as ArrayLike<unknown>;
  const length =
    kind === NONE ? sizeOf(values, at(path, "data")) : typedArrayLength(values as ArrayLike<number>);
  return {
    path,
    flat: true,
    values,
    kind,
    first: undefined,
    shape: readShape(shape, at(path, "shape"), length),
  };
}

function openNested(values: readonly unknown[], path: Path): Source {
  const shape: number[] = [];
  let first: unknown;
  let inner: unknown = values;
  while (Array.isArray(inner)) {
    const size = sizeOf(inner, path, shape.length);
    shape.push(size);
    if (size === 0 || shape.length === 3) return { path, flat: false, values, kind: NONE, first, shape };
    inner = inner[0] as unknown;
    if (shape.length === 1) first = inner;
  }
  const kind = typedArrayKind(inner);
  if (kind !== NONE) shape.push(typedArrayLength(inner as ArrayLike<number>));
  return { path, flat: false, values, kind, first, shape };
}
