/**
 * A flat block of numbers with its shape: the form of all results of this library, and one of the forms of
 * its input. It is not a tensor library: there is no mathematics, no view and no device.
 */

import { MAX_SIZE } from "./check.js";
import { at, BpttError, formatPath, rangeError, typeError, type Path } from "./errors.js";
import { show, showShape } from "./show.js";
import { typedArrayKind, typedArrayLength, FLOATS, INTEGERS } from "./typed-array.js";

/**
 * A result of the library: row-major float32 values and their shape. The caller owns it, and nothing writes
 * to it later.
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

/** Input in flat form: row-major values of any number type and their shape. */
export interface FlatTensor<Data extends NumberRow = NumberRow> {
  /** The values, row by row. */
  readonly data: Data;
  /** The sizes of the axes; their product is the length of `data`. */
  readonly shape: readonly number[];
}

/** Shape (N): a row, or flat. */
export type Numbers1 = NumberRow | FlatTensor;
/** Shape (N, M): rows, or flat. */
export type Numbers2 = readonly NumberRow[] | FlatTensor;
/** Shape (N, M, K): rows of rows, or flat. */
export type Numbers3 = readonly (readonly NumberRow[])[] | FlatTensor;
/** Ids of shape (B, T): rows, or flat. */
export type Ids2 = readonly IdRow[] | FlatTensor<IdRow>;

/**
 * Creates a {@link Tensor} from values and a shape. The values are copied.
 *
 * @param data the values, row-major
 * @param shape sizes of the axes; their product is the number of values
 * @throws TypeError when `data` is not an array of numbers or `shape` is not an array
 * @throws RangeError when the product of `shape` is not the number of values
 *
 * @example
 * import { tensor } from "bptt";
 *
 * console.log(tensor([1, 2, 3, 4, 5, 6], [2, 3]).shape); // [2, 3]
 */
export function tensor(data: NumberRow, shape: readonly number[]): Tensor {
  const kind = typedArrayKind(data);
  if (kind !== INTEGERS && kind !== FLOATS && !Array.isArray(data)) {
    throw typeError("data", "an array of numbers", show(data));
  }
  const length = sizeOf(kind === 0 ? data : typedArrayLength(data), "data");
  const sizes = readShape(shape, "shape", length);
  const out = floats(length, "tensor");
  for (let i = 0; i < length; i++) {
    const x: unknown = data[i];
    if (typeof x !== "number") throw typeError(at("data", i), "a number", show(x));
    out[i] = x;
  }
  return { data: out, shape: sizes };
}

/** Returns a checked copy of `shape`: a plain array of sizes whose product is `length`. */
export function readShape(shape: unknown, path: Path, length: number): number[] {
  if (!Array.isArray(shape)) throw typeError(path, "an array of sizes", show(shape));
  const rank: unknown = shape.length;
  if (typeof rank !== "number" || !(rank <= 32)) throw rangeError(path, "at most 32 axes", show(rank));
  const sizes: number[] = [];
  let product = 1;
  for (let axis = 0; axis < rank; axis++) {
    const n: unknown = shape[axis];
    if (typeof n !== "number") throw typeError(at(path, axis), "an integer >= 0", show(n));
    if (!Number.isInteger(n) || n < 0) throw rangeError(at(path, axis), "an integer >= 0", show(n));
    sizes.push(n);
    product *= n;
  }
  if (product !== length) {
    throw rangeError(path, `a shape of ${length} values, as many as in data`, showShape(sizes));
  }
  return sizes;
}

/**
 * Returns the length of a plain array, or a given length, if the core can count it. The array is `depth`
 * levels below `path`: at depth 1 it is element `index`, below that the first element of the first element,
 * and so on.
 */
export function sizeOf(value: ArrayLike<unknown> | number, path: Path, depth = 0, index = 0): number {
  const n: unknown = typeof value === "number" ? value : value.length;
  if (typeof n !== "number") throw typeError(below(path, depth, index), "a length that is a number", show(n));
  if (!Number.isInteger(n) || n < 0 || n > MAX_SIZE) {
    throw rangeError(below(path, depth, index), `a length in 0..${MAX_SIZE}`, show(n));
  }
  return n;
}

function below(path: Path, depth: number, index: number): Path {
  return at(path, ...Array.from({ length: depth }, (_, level) => (level === 0 ? index : 0)));
}

/**
 * Returns `length` zeros, or throws OUT_OF_MEMORY with the number of bytes. No buffer of the core exceeds 2³¹
 * − 1 bytes, so none does here.
 */
export function floats(length: number, path: Path): Float32Array<ArrayBuffer> {
  return allocated(length * 4, path, () => new Float32Array(length));
}

/** The same for integers. */
export function integers(length: number, path: Path): Int32Array<ArrayBuffer> {
  return allocated(length * 4, path, () => new Int32Array(length));
}

/** Returns an array of so many bytes that `make` creates, or throws OUT_OF_MEMORY. */
export function allocated<Data>(bytes: number, path: Path, make: () => Data): Data {
  let cause: unknown;
  if (bytes <= MAX_SIZE) {
    try {
      return make();
    } catch (error) {
      cause = error; // the engine has no block of this size
    }
  }
  const message = `${formatPath(path)}: cannot allocate ${bytes} bytes`;
  throw new BpttError("OUT_OF_MEMORY", message, { bytes, ...(cause !== undefined && { cause }) });
}
