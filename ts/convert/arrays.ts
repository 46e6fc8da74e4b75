/**
 * Weight matrices as plain data. They are read from nested, typed or flat arrays. The few operations of which
 * all layouts consist are here: transpose, stack rows, take rows, permute the gates' blocks of columns.
 */

import { at, rangeError, typeError, type Path } from "../base/errors.js";
import { show, showShape } from "../base/show.js";
import { open } from "../base/source.js";
import { floats, type Numbers1, type Numbers2, type Tensor } from "../base/tensor.js";
import { typedArrayKind, typedArrayLength, NONE, OTHER } from "../base/typed-array.js";

/** A vector or matrix of weights: nested arrays, rows of typed arrays, a typed array, or `{ data, shape }`. */
export type WeightArray = Numbers1 | Numbers2;

/** An array and its path in errors. */
export interface Weight {
  readonly array: Tensor;
  readonly path: Path;
}

/** Reads an array like {@link readArray} and adds its path. */
export function readWeight(value: unknown, path: Path): Weight {
  return { array: readArray(value, path), path };
}

/** Returns a copy of `value` as float32, of any rank up to 2. Every number must be finite. */
export function readArray(value: unknown, path: Path): Tensor {
  const source = open(value, path, "an array of numbers of rank 1 or 2");
  const { shape, values, kind } = source;
  const length = shape.reduce((product, n) => product * n, 1);
  const data = floats(length, path);
  if (source.flat || shape.length === 1) fill(data, values, kind, path);
  else if (shape.length === 2) {
    const [rows, columns] = shape as [number, number];
    for (let r = 0; r < rows; r++) {
      const row = r === 0 ? source.first : values[r];
      fill(data.subarray(r * columns, (r + 1) * columns), row, typedArrayKind(row), at(path, r));
    }
  } else throw rangeError(path, "rank 1 or 2", `shape ${showShape(shape)}`);
  return { data, shape: [...shape] };
}

/** Copies and checks the numbers of one row, which must have exactly the length of `into`. */
function fill(into: Float32Array, row: unknown, kind: number, path: Path): void {
  const count = into.length;
  if (kind === OTHER || (kind === NONE && !Array.isArray(row))) {
    throw typeError(path, `${count} numbers`, show(row));
  }
  const values = row as ArrayLike<unknown>;
  const length = kind === NONE ? values.length : typedArrayLength(values as ArrayLike<number>);
  if (length !== count) throw rangeError(path, `${count} numbers`, `${length}`);
  for (let k = 0; k < count; k++) {
    const value = values[k];
    if (typeof value !== "number") throw typeError(at(path, k), "a number", show(value));
    if (!Number.isFinite(Math.fround(value))) {
      throw rangeError(at(path, k), "a finite number (float32)", show(value));
    }
    into[k] = value;
  }
}

/** Returns the array if it has this shape. `what` gives the shape in letters, such as "(I, 3·H)". */
export function shaped({ array, path }: Weight, shape: readonly number[], what = ""): Tensor {
  if (array.shape.length === shape.length && array.shape.every((n, axis) => n === shape[axis])) return array;
  const letters = what === "" ? "" : ` ${what}`;
  throw rangeError(path, `shape ${showShape(shape)}${letters}`, showShape(array.shape));
}

/** Returns the shape of a matrix. */
export function matrixShape({ array, path }: Weight): [rows: number, columns: number] {
  const [rows, columns] = array.shape;
  if (array.shape.length !== 2 || rows === undefined || columns === undefined) {
    throw rangeError(path, "a matrix", `shape ${showShape(array.shape)}`);
  }
  return [rows, columns];
}

/** Returns zeros of this shape. */
export function zeroTensor(...shape: number[]): Tensor {
  return {
    data: floats(
      shape.reduce((product, n) => product * n, 1),
      "zeros",
    ),
    shape,
  };
}

/** (N, M) → (M, N) */
export function transpose(array: Tensor): Tensor {
  const [rows, columns] = matrixShape({ array, path: "transpose" });
  const turned = zeroTensor(columns, rows);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) turned.data[c * rows + r] = array.data[r * columns + c];
  }
  return turned;
}

/** Returns the rows `from` … `to` − 1 of a matrix, or these elements of a vector. */
export function slice({ data, shape }: Tensor, from: number, to: number): Tensor {
  const width = shape.slice(1).reduce((product, n) => product * n, 1);
  return { data: data.slice(from * width, to * width), shape: [to - from, ...shape.slice(1)] };
}

/** Concatenates arrays of equal inner shape along the first axis. */
export function concat(arrays: readonly Tensor[]): Tensor {
  const inner = arrays[0]?.shape.slice(1) ?? [];
  const joined = zeroTensor(
    arrays.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0),
    ...inner,
  );
  let at = 0;
  for (const { data } of arrays) {
    joined.data.set(data, at);
    at += data.length;
  }
  return joined;
}

/**
 * Permutes the gates' blocks of the last axis. `from` and `to` list the same gates, each in the order of one
 * library. (N, G·H) or (G·H), to the same shape.
 */
export function reorder(array: Tensor, from: readonly string[], to: readonly string[]): Tensor {
  const columns = array.shape.at(-1) ?? 0;
  const width = columns / from.length;
  const moved: Tensor = { data: floats(array.data.length, "reorder"), shape: [...array.shape] };
  for (let row = 0; row < array.data.length; row += columns) {
    to.forEach((gate, block) => {
      const start = row + from.indexOf(gate) * width;
      moved.data.set(array.data.subarray(start, start + width), row + block * width);
    });
  }
  return moved;
}

/** Returns a + b, element by element. */
export function sum(a: Tensor, b: Tensor): Tensor {
  return { data: a.data.map((x, k) => x + b.data[k]), shape: [...a.shape] };
}

/** Multiplies (N, K)·(K, M) → (N, M). Each element is summed in double precision. */
export function product(a: Tensor, b: Tensor): Tensor {
  const [N, K] = matrixShape({ array: a, path: "product" });
  const [, M] = matrixShape({ array: b, path: "product" });
  const c = zeroTensor(N, M);
  const row = new Float64Array(M);
  for (let n = 0; n < N; n++) {
    row.fill(0);
    for (let k = 0; k < K; k++) {
      const factor = a.data[n * K + k];
      const from = k * M;
      for (let m = 0; m < M; m++) row[m] += factor * b.data[from + m];
    }
    c.data.set(row, n * M);
  }
  return c;
}
