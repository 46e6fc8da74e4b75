/**
 * Weight matrices as plain data: read from whatever a user has (nested, typed, flat with a shape), and the few moves
 * of which all layouts are made: transpose, stack rows, take rows, permute the gates' blocks of columns.
 */

import { expected } from "../base/check.js";
import { showShape } from "../base/show.js";
import { open } from "../base/source.js";
import { floats, type Numbers1, type Numbers2, type Tensor } from "../base/tensor.js";
import { kindOf, lengthOf, NONE, OTHER } from "../base/typed-array.js";

/** A vector or matrix of weights: nested arrays, rows of typed arrays, a typed array, or `{ data, shape }`. */
export type WeightArray = Numbers1 | Numbers2;

/** A copy of `value` as float32, whatever its rank up to 2; every number must be finite. */
export function readArray(value: unknown, name: string): Tensor {
  const source = open(value, name, "an array of numbers of rank 1 or 2");
  const { shape, values, kind } = source;
  const length = shape.reduce((product, n) => product * n, 1);
  const data = floats(length, name);
  if (source.flat || shape.length === 1) fill(data, 0, values, kind, name, length);
  else if (shape.length === 2) {
    const [rows, columns] = shape as [number, number];
    for (let r = 0; r < rows; r++) {
      const row = r === 0 ? source.first : values[r];
      fill(data, r * columns, row, kindOf(row), `${name}[${r}]`, columns);
    }
  } else throw new RangeError(`${name}: expected rank 1 or 2, received shape ${showShape(shape)}`);
  return { data, shape: [...shape] };
}

/** Copies `count` checked numbers of one row. */
function fill(into: Float32Array, at: number, row: unknown, kind: number, name: string, count: number): void {
  if (kind === OTHER || (kind === NONE && !Array.isArray(row))) {
    throw new TypeError(expected(name, `${count} numbers`, row));
  }
  const values = row as ArrayLike<unknown>;
  const length = kind === NONE ? values.length : lengthOf(values as ArrayLike<number>);
  if (length !== count) throw new RangeError(`${name}: expected ${count} numbers, received ${length}`);
  for (let k = 0; k < count; k++) {
    const value = values[k];
    if (typeof value !== "number") throw new TypeError(expected(`${name}[${k}]`, "a number", value));
    if (!Number.isFinite(Math.fround(value))) {
      throw new RangeError(expected(`${name}[${k}]`, "a finite number (float32)", value));
    }
    into[at + k] = value;
  }
}

/** A weight's own name in a message: paths are longer than what `show` lets pass. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 160 ? `${name.slice(0, 160)}…` : name);
}

/** `array` if it has this shape; `what` says which shape that is in letters, such as "(I, 3·H)". */
export function shaped(array: Tensor, name: string, shape: readonly number[], what = ""): Tensor {
  if (array.shape.length === shape.length && array.shape.every((n, axis) => n === shape[axis])) return array;
  const letters = what === "" ? "" : ` ${what}`;
  throw new RangeError(
    `${name}: expected shape ${showShape(shape)}${letters}, received ${showShape(array.shape)}`,
  );
}

/** The shape of a matrix. */
export function matrixShape(array: Tensor, name: string): [rows: number, columns: number] {
  const [rows, columns] = array.shape;
  if (array.shape.length !== 2 || rows === undefined || columns === undefined) {
    throw new RangeError(`${name}: expected a matrix, received shape ${showShape(array.shape)}`);
  }
  return [rows, columns];
}

/** Zeros of this shape. */
export function zeros(...shape: number[]): Tensor {
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
  const [rows, columns] = matrixShape(array, "transpose");
  const turned = zeros(columns, rows);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) turned.data[c * rows + r] = array.data[r * columns + c];
  }
  return turned;
}

/** Rows from … to − 1 of a matrix, or elements of a vector. */
export function slice({ data, shape }: Tensor, from: number, to: number): Tensor {
  const width = shape.slice(1).reduce((product, n) => product * n, 1);
  return { data: data.slice(from * width, to * width), shape: [to - from, ...shape.slice(1)] };
}

/** Arrays of equal inner shape one behind the other along the first axis. */
export function concat(arrays: readonly Tensor[]): Tensor {
  const inner = arrays[0]?.shape.slice(1) ?? [];
  const joined = zeros(
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
 * Permutes the gates' blocks of the last axis: `from` and `to` list the same gates, each in one library's order.
 * (N, G·H) or (G·H), to the same shape.
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

/** a + b, element by element. */
export function sum(a: Tensor, b: Tensor): Tensor {
  return { data: a.data.map((x, k) => x + b.data[k]), shape: [...a.shape] };
}

/** (N, K)·(K, M) → (N, M), each element summed in double. */
export function product(a: Tensor, b: Tensor): Tensor {
  const [N, K] = matrixShape(a, "product");
  const [, M] = matrixShape(b, "product");
  const c = zeros(N, M);
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
