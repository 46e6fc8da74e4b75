/**
 * A flat block of numbers with its shape: what comes out of this library, and one of the forms in which data goes in.
 * Not a tensor library: no mathematics, no views, no device.
 */

import { expected, MAX_SIZE } from "./check.js";
import { BpttError } from "./errors.js";
import { show, showShape } from "./show.js";
import { kindOf, lengthOf, FLOATS, INTEGERS } from "./typed-array.js";

/**
 * What comes out: row-major float32 values and their shape. The caller owns it; nothing writes to it later.
 *
 * @example
 * import { oneHot, type Tensor } from "bptt";
 *
 * const x: Tensor = oneHot([0, 2], 3);
 * console.log(x.shape, x.data); // [2, 3] Float32Array [1, 0, 0, 0, 0, 1]
 */
export interface Tensor {
  /** Row-major values. */
  data: Float32Array;
  /** Sizes of the axes, the outermost first. */
  shape: number[];
}

/** Typed arrays that hold whole numbers. */
export type IntegerArray =
  Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** Typed arrays that hold fractions: always dense values, never ids. */
export type FloatArray = Float32Array | Float64Array;

/** One row of numbers. */
export type NumberRow = readonly number[] | IntegerArray | FloatArray;

/** One row of ids: whole numbers in a plain array or in an integer typed array. */
export type IdRow = readonly number[] | IntegerArray;

/** What goes in: row-major values of any number type and their shape. */
export interface FlatTensor<Data extends NumberRow = NumberRow> {
  /** The values, row by row. */
  readonly data: Data;
  /** The sizes of the axes; their product is the length of `data`. */
  readonly shape: readonly number[];
}

/** (N): a row, or flat. */
export type Numbers1 = NumberRow | FlatTensor;
/** (N, M): rows, or flat. */
export type Numbers2 = readonly NumberRow[] | FlatTensor;
/** (N, M, K): rows of rows, or flat. */
export type Numbers3 = readonly (readonly NumberRow[])[] | FlatTensor;
/** Ids (B, T): rows, or flat. */
export type Ids2 = readonly IdRow[] | FlatTensor<IdRow>;

/**
 * A {@link Tensor} from values and a shape. The values are copied.
 *
 * @param data the values, row-major
 * @param shape sizes of the axes; their product is the number of values
 * @throws TypeError when `data` holds no numbers or `shape` is no array
 * @throws RangeError when shape and data do not fit together
 *
 * @example
 * import { tensor } from "bptt";
 *
 * console.log(tensor([1, 2, 3, 4, 5, 6], [2, 3]).shape); // [2, 3]
 */
export function tensor(data: NumberRow, shape: readonly number[]): Tensor {
  const kind = kindOf(data);
  if (kind !== INTEGERS && kind !== FLOATS && !Array.isArray(data)) {
    throw new TypeError(expected("data", "an array of numbers", data));
  }
  const length = sizeOf(kind === 0 ? data : lengthOf(data), "data");
  const sizes = readShape(shape, "shape", length);
  const out = floats(length, "tensor");
  for (let i = 0; i < length; i++) {
    const x: unknown = data[i];
    if (typeof x !== "number") throw new TypeError(expected(`data[${i}]`, "a number", x));
    out[i] = x;
  }
  return { data: out, shape: sizes };
}

/** A copy of `shape`, checked: a plain array of sizes whose product is `length`. */
export function readShape(shape: unknown, name: string, length: number): number[] {
  if (!Array.isArray(shape)) throw new TypeError(expected(name, "an array of sizes", shape));
  const rank: unknown = shape.length;
  if (typeof rank !== "number" || !(rank <= 32))
    throw new RangeError(expected(name, "at most 32 axes", rank));
  const sizes: number[] = [];
  let product = 1;
  for (let axis = 0; axis < rank; axis++) {
    const n: unknown = shape[axis];
    if (typeof n !== "number") throw new TypeError(expected(`${name}[${axis}]`, "an integer >= 0", n));
    if (!Number.isInteger(n) || n < 0)
      throw new RangeError(expected(`${name}[${axis}]`, "an integer >= 0", n));
    sizes.push(n);
    product *= n;
  }
  if (product !== length) {
    throw new RangeError(`${name}: ${showShape(sizes)} needs ${product} values, data has ${length}`);
  }
  return sizes;
}

/** The length of a plain array or a given length, as a size the core can count. */
export function sizeOf(value: ArrayLike<unknown> | number, name: string): number {
  const n: unknown = typeof value === "number" ? value : value.length;
  if (typeof n !== "number")
    throw new TypeError(`${name}: expected a length that is a number, received ${show(n)}`);
  if (!Number.isInteger(n) || n < 0 || n > MAX_SIZE) {
    throw new RangeError(`${name}: expected a length in 0..${MAX_SIZE}, received ${show(n)}`);
  }
  return n;
}

/** `length` zeros, or OUT_OF_MEMORY naming the bytes. No buffer of the core can pass 2³¹ − 1 bytes, so none here does. */
export function floats(length: number, name: string): Float32Array<ArrayBuffer> {
  if (length * 4 <= MAX_SIZE) {
    try {
      return new Float32Array(length);
    } catch {
      // the engine has no such block to give: said below
    }
  }
  throw new BpttError("OUT_OF_MEMORY", `${name}: ${length * 4} bytes asked for, more than there is room for`);
}
