/**
 * What a user's array is, found out before anything is copied: nested or flat, its rank, its sizes.
 *
 * The sizes of a nested array are those of its first elements; that the others agree is checked row by row while
 * they are copied (ids.ts, numbers.ts). Nothing read here is trusted there: each element is checked as it is copied,
 * so data that changes under our hands (getters, proxies) can end in an error only.
 */

import { expected } from "./check.js";
import { showShape } from "./show.js";
import { readShape, sizeOf } from "./tensor.js";
import { FLOATS, INTEGERS, kindOf, lengthOf, NONE, OTHER, type Kind } from "./typed-array.js";

/** A user's array, looked at but not yet copied. */
export interface Source {
  /** The argument's name, for messages. */
  readonly name: string;
  /** True: `values` holds every element, row-major. False: `values` holds the rows. */
  readonly flat: boolean;
  readonly values: ArrayLike<unknown>;
  /** Of the flat data, or of the first innermost row: NONE for plain arrays. */
  readonly kind: Kind;
  /** Element 0 of a nested source, read once. */
  readonly first: unknown;
  readonly shape: readonly number[];
}

/** Looks at `value`; `what` says in messages what was expected. Throws for anything that is no array of numbers. */
export function open(value: unknown, name: string, what: string): Source {
  if (Array.isArray(value)) return openNested(value, name);
  if (typeof value === "object" && value !== null) {
    const kind = kindOf(value);
    if (kind === INTEGERS || kind === FLOATS) {
      const values = value as ArrayLike<number>;
      return { name, flat: true, values, kind, first: undefined, shape: [lengthOf(values)] };
    }
    if (kind === NONE && "data" in value && "shape" in value) return openFlat(value.data, value.shape, name);
  }
  throw new TypeError(expected(name, what, value));
}

/** Throws unless the source has exactly this shape. */
export function expectShape(source: Source, shape: readonly number[]): void {
  const got = source.shape;
  let same = got.length === shape.length;
  for (let axis = 0; same && axis < shape.length; axis++) same = got[axis] === shape[axis];
  if (!same)
    throw new RangeError(`${source.name}: expected shape ${showShape(shape)}, received ${showShape(got)}`);
}

function openFlat(data: unknown, shape: unknown, name: string): Source {
  const kind = kindOf(data);
  if (kind === OTHER || (kind === NONE && !Array.isArray(data))) {
    throw new TypeError(expected(`${name}.data`, "an array of numbers", data));
  }
  const values = data as ArrayLike<unknown>;
  const length = kind === NONE ? sizeOf(values, `${name}.data`) : lengthOf(values as ArrayLike<number>);
  return {
    name,
    flat: true,
    values,
    kind,
    first: undefined,
    shape: readShape(shape, `${name}.shape`, length),
  };
}

function openNested(values: readonly unknown[], name: string): Source {
  const shape: number[] = [];
  let first: unknown;
  let inner: unknown = values;
  while (Array.isArray(inner)) {
    const size = sizeOf(inner, name + "[0]".repeat(shape.length));
    shape.push(size);
    if (size === 0 || shape.length === 3) return { name, flat: false, values, kind: NONE, first, shape };
    inner = inner[0] as unknown;
    if (shape.length === 1) first = inner;
  }
  const kind = kindOf(inner);
  if (kind !== NONE) shape.push(lengthOf(inner as ArrayLike<number>));
  return { name, flat: false, values, kind, first, shape };
}
