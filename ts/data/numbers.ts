/**
 * Copies a user's dense numbers (features, weights, states, parameters, gradients, logits) into float32
 * memory and checks each value. There is one pass and one copy, in the order of the layout.
 *
 * A loop over a typed array can run no user code, so the destination is looked up once. Plain arrays may hide
 * getters that make wasm memory grow, so the destination is looked up for each value.
 */

import { at, rangeError, typeError, type Path } from "../base/errors.js";
import { show } from "../base/show.js";
import { expectShape, open, type Source } from "../base/source.js";
import { FLOATS, INTEGERS, typedArrayKind, typedArrayLength, NONE } from "../base/typed-array.js";
import { f32 } from "../wasm/memory.js";
import { fits, fitting, type RowLengths } from "./row-rule.js";

/**
 * The layout of the copy: element (i, j, k) is written to start + i·s0 + j·s1 + k·s2. A value of lower rank
 * uses the last axes.
 */
export interface Layout {
  /** The shape of the value is the last `rank` entries. */
  readonly shape: readonly [number, number, number];
  readonly rank: 1 | 2 | 3;
  readonly start: number;
  readonly strides: readonly [number, number, number];
  /** The destination. Default: the wasm memory. */
  readonly into?: Float32Array | undefined;
  /**
   * Lengths of the rows, which are axis i of rank 3 and axis j of rank 2. Values at and after a length become
   * 0 and are neither read nor checked.
   */
  readonly lengths?: RowLengths | undefined;
  /**
   * Index in float32 wasm memory of weights (j, i). Rows (i, j) whose weight is 0 become 0 and are not read.
   */
  readonly weights?: number | undefined;
  /** False accepts NaN and infinity, "negativeInfinity" accepts −Infinity. Default true. */
  readonly finite?: boolean | "negativeInfinity";
}

/** Returns the layout of a plain row-major block, such as (rows, columns). */
export function rowMajor(
  shape: readonly number[],
  start: number,
  into?: Float32Array,
  finite = true,
): Layout {
  const [n0, n1, n2] = [1, 1, 1, ...shape].slice(-3) as [number, number, number];
  const rank = shape.length as 1 | 2 | 3;
  return { shape: [n0, n1, n2], rank, start, strides: [n1 * n2, n2, 1], into, finite };
}

/** Checks `value` against the layout's shape and copies it. */
export function copyNumbers(value: unknown, path: Path, layout: Layout): void {
  const source = open(value, path, `numbers of shape (${layout.shape.slice(3 - layout.rank).join(", ")})`);
  copySource(source, layout);
}

/** Checks an examined value against the layout's shape and copies it. */
export function copySource(source: Source, layout: Layout): void {
  expectShape(source, layout.shape.slice(3 - layout.rank));
  if (source.flat && source.kind !== NONE) copyBlock(source, layout);
  else copyRows(source, layout);
}

/** Copies a flat typed array. No user code can run, so everything is looked up once. */
function copyBlock(source: Source, layout: Layout): void {
  const values = source.values as ArrayLike<number>;
  const [n0, n1, n2] = layout.shape;
  const [s0, s1, s2] = layout.strides;
  const into = layout.into ?? f32();
  let from = 0;
  for (let i = 0; i < n0; i++) {
    for (let j = 0; j < n1; j++, from += n2) {
      const to = layout.start + i * s0 + j * s1;
      const count = countRead(layout, i, j);
      const bad = copyTyped(values, from, count, into, to, s2, layout.finite);
      if (bad >= 0) throw notFinite(at(place(source, layout, i, j), bad), values[from + bad], layout.finite);
      if (count < n2) fillZero(into, to + count * s2, n2 - count, s2);
    }
  }
}

/** Copies plain or nested arrays row by row. */
function copyRows(source: Source, layout: Layout): void {
  const [n0, n1, n2] = layout.shape;
  const [s0, s1, s2] = layout.strides;
  for (let i = 0; i < n0; i++) {
    const rows = source.flat ? source.values : rowsOf(source, layout, i);
    for (let j = 0; j < n1; j++) {
      const to = layout.start + i * s0 + j * s1;
      const count = countRead(layout, i, j);
      if (count < n2) fillZero(layout.into ?? f32(), to + count * s2, n2 - count, s2);
      if (count === 0 && layout.rank === 3) continue;
      if (source.flat) copyPlain(source, layout, rows, (i * n1 + j) * n2, i, j, to);
      else if (layout.rank === 3) copyRow(source, layout, rows[j], i, j, to);
      else if (layout.rank === 2) copyRow(source, layout, j === 0 ? source.first : rows[j], i, j, to);
      else copyRow(source, layout, rows, i, j, to);
    }
  }
}

function copyRow(source: Source, layout: Layout, row: unknown, i: number, j: number, to: number): void {
  const kind = typedArrayKind(row);
  if (kind === INTEGERS || kind === FLOATS) {
    const typed = row as ArrayLike<number>;
    expectRow(source, layout, i, j, typedArrayLength(typed));
    const bad = copyTyped(
      typed,
      0,
      countRead(layout, i, j),
      layout.into ?? f32(),
      to,
      layout.strides[2],
      layout.finite,
    );
    if (bad >= 0) throw notFinite(at(place(source, layout, i, j), bad), typed[bad], layout.finite);
  } else if (kind === NONE && Array.isArray(row)) {
    expectRow(source, layout, i, j, row.length);
    copyPlain(source, layout, row, 0, i, j, to);
  } else {
    throw typeError(place(source, layout, i, j), `${wantedOf(layout, j)} numbers`, show(row));
  }
}

/** Returns the rows at index i of a nested source. */
function rowsOf(source: Source, { rank, shape, lengths }: Layout, i: number): ArrayLike<unknown> {
  if (rank < 3) return source.values;
  const time = shape[1];
  const rows = i === 0 ? source.first : source.values[i];
  const wanted = fitting(i, time, lengths);
  if (!Array.isArray(rows)) throw typeError(at(source.path, i), `an array of ${wanted} rows`, show(rows));
  if (!fits(rows.length, i, time, lengths))
    throw rangeError(at(source.path, i), `${wanted} rows`, show(rows.length));
  return rows;
}

/** Returns the number of values of row (i, j) that are read. The others become 0. */
function countRead(layout: Layout, i: number, j: number): number {
  const { lengths, rank, shape } = layout;
  if (weightless(layout, i, j)) return 0;
  if (lengths === undefined) return shape[2];
  if (rank === 2) return lengths.lengths[j];
  return j < lengths.lengths[i] ? shape[2] : 0;
}

/** Returns the index of the first value that is not finite as float32, or −1 if there is none. */
function copyTyped(
  source: ArrayLike<number>,
  from: number,
  count: number,
  into: Float32Array,
  to: number,
  step: number,
  finite: Layout["finite"],
): number {
  for (let k = 0; k < count; k++) {
    const x = Math.fround(source[from + k]);
    if (x - x !== 0 && !passes(x, finite)) return k; // NaN − NaN and ∞ − ∞ are NaN
    into[to + k * step] = x;
  }
  return -1;
}

function copyPlain(
  source: Source,
  layout: Layout,
  row: ArrayLike<unknown>,
  from: number,
  i: number,
  j: number,
  to: number,
): void {
  const count = countRead(layout, i, j);
  const step = layout.strides[2];
  for (let k = 0; k < count; k++) {
    const value = row[from + k];
    if (typeof value !== "number") {
      throw typeError(at(place(source, layout, i, j), k), "a number", show(value));
    }
    const x = Math.fround(value);
    if (x - x !== 0 && !passes(x, layout.finite))
      throw notFinite(at(place(source, layout, i, j), k), value, layout.finite);
    (layout.into ?? f32())[to + k * step] = x;
  }
}

function weightless({ weights, shape }: Layout, i: number, j: number): boolean {
  return weights !== undefined && f32()[weights + j * shape[0] + i] === 0;
}

function fillZero(into: Float32Array, to: number, count: number, step: number): void {
  for (let k = 0; k < count; k++) into[to + k * step] = 0;
}

function expectRow(source: Source, layout: Layout, i: number, j: number, got: unknown): void {
  if (fits(got, j, layout.shape[2], layout.rank === 2 ? layout.lengths : undefined)) return;
  const wanted = wantedOf(layout, j);
  throw rangeError(place(source, layout, i, j), `${wanted} numbers`, show(got));
}

/** Returns the number of values that the rows of index j must have, in words. */
function wantedOf({ rank, shape, lengths }: Layout, j: number): string {
  return fitting(j, shape[2], rank === 2 ? lengths : undefined);
}

/** Returns true if a value that is not finite is accepted. */
function passes(x: number, finite: Layout["finite"]): boolean {
  return finite === false || (finite === "negativeInfinity" && x === -Infinity);
}

function notFinite(path: Path, value: unknown, finite: Layout["finite"]): RangeError {
  const others = finite === "negativeInfinity" ? " or -Infinity" : "";
  return rangeError(path, `a finite number (float32)${others}`, show(value));
}

/** Returns the place of a row in the user's value: `inputs[0][3]`. */
function place(source: Source, layout: Layout, i: number, j: number): Path {
  return layout.rank === 3 ? at(source.path, i, j) : layout.rank === 2 ? at(source.path, j) : source.path;
}
