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

/** The numbers that a copy accepts: finite as float32; any; finite or −Infinity; from 0 to 1. */
export type Accepted = "finite" | "any" | "negativeInfinity" | "fraction";

/** The place of the weights (T, B) or (T, B, K) that decide which values of a batch (B, T, K) are read. */
export interface WeightsOfValues {
  /** The float32 index in wasm memory. */
  readonly start: number;
  /** True if each value has a separate weight. */
  readonly each: boolean;
}

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
   * Weights in wasm memory. Rows (i, j) whose weight (j, i) is 0, or values (i, j, k) whose weight (j, i, k) is 0,
   * become 0 and are not read.
   */
  readonly weights?: WeightsOfValues | undefined;
  /** The numbers that are accepted. Default "finite". */
  readonly accepts?: Accepted;
}

/** Returns the layout of a plain row-major block, such as (rows, columns). */
export function rowMajor(
  shape: readonly number[],
  start: number,
  into?: Float32Array,
  accepts: Accepted = "finite",
): Layout {
  const [n0, n1, n2] = [1, 1, 1, ...shape].slice(-3) as [number, number, number];
  const rank = shape.length as 1 | 2 | 3;
  return { shape: [n0, n1, n2], rank, start, strides: [n1 * n2, n2, 1], into, accepts };
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

/** Row (i, j) of a layout. */
interface Row {
  readonly i: number;
  readonly j: number;
  /** The index of the row's first value in the destination. */
  readonly to: number;
  /** The number of values that are read. The others become 0. */
  readonly count: number;
  /** The float32 index of the row's weights, one for each value; −1 if it has none. */
  readonly mask: number;
}

function rowAt(layout: Layout, i: number, j: number): Row {
  const { start, strides, weights, shape } = layout;
  const mask = weights?.each ? weights.start + (j * shape[0] + i) * shape[2] : -1;
  return { i, j, to: start + i * strides[0] + j * strides[1], count: countRead(layout, i, j), mask };
}

/** Copies a flat typed array. No user code can run, so everything is looked up once. */
function copyBlock(source: Source, layout: Layout): void {
  const values = source.values as ArrayLike<number>;
  const [n0, n1, n2] = layout.shape;
  const into = layout.into ?? f32();
  let from = 0;
  for (let i = 0; i < n0; i++) {
    for (let j = 0; j < n1; j++, from += n2) {
      const row = rowAt(layout, i, j);
      const bad = copyTyped(values, from, row, layout, into);
      if (bad >= 0) throw refused(at(place(source, layout, row), bad), values[from + bad], layout);
      fillRest(layout, row, into);
    }
  }
}

/** Copies plain or nested arrays row by row. */
function copyRows(source: Source, layout: Layout): void {
  const [n0, n1, n2] = layout.shape;
  for (let i = 0; i < n0; i++) {
    const rows = source.flat ? source.values : rowsOf(source, layout, i);
    for (let j = 0; j < n1; j++) {
      const row = rowAt(layout, i, j);
      fillRest(layout, row, layout.into ?? f32());
      if (row.count === 0 && layout.rank === 3) continue;
      if (source.flat) copyPlain(source, layout, row, rows, (i * n1 + j) * n2);
      else if (layout.rank === 3) copyRow(source, layout, row, rows[j]);
      else if (layout.rank === 2) copyRow(source, layout, row, j === 0 ? source.first : rows[j]);
      else copyRow(source, layout, row, rows);
    }
  }
}

function copyRow(source: Source, layout: Layout, row: Row, values: unknown): void {
  const kind = typedArrayKind(values);
  if (kind === INTEGERS || kind === FLOATS) {
    const typed = values as ArrayLike<number>;
    expectRow(source, layout, row, typedArrayLength(typed));
    const bad = copyTyped(typed, 0, row, layout, layout.into ?? f32());
    if (bad >= 0) throw refused(at(place(source, layout, row), bad), typed[bad], layout);
  } else if (kind === NONE && Array.isArray(values)) {
    expectRow(source, layout, row, values.length);
    copyPlain(source, layout, row, values, 0);
  } else {
    throw typeError(place(source, layout, row), `${wantedOf(layout, row.j)} numbers`, show(values));
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

/** Copies a row of `source`. Returns the index in the row of the first value that is not accepted, −1 if there is none. */
function copyTyped(
  source: ArrayLike<number>,
  from: number,
  { to, count, mask }: Row,
  { strides, accepts = "finite" }: Layout,
  into: Float32Array,
): number {
  const step = strides[2];
  const weights = f32();
  const isFraction = accepts === "fraction";
  for (let k = 0; k < count; k++) {
    if (mask >= 0 && weights[mask + k] === 0) {
      into[to + k * step] = 0;
      continue;
    }
    const x = Math.fround(source[from + k]);
    // NaN − NaN and ∞ − ∞ are NaN
    if ((isFraction || x - x !== 0) && !passes(x, accepts)) return k;
    into[to + k * step] = x;
  }
  return -1;
}

function copyPlain(source: Source, layout: Layout, row: Row, values: ArrayLike<unknown>, from: number): void {
  const { strides, accepts = "finite" } = layout;
  const { to, count, mask } = row;
  const step = strides[2];
  for (let k = 0; k < count; k++) {
    if (mask >= 0 && f32()[mask + k] === 0) {
      (layout.into ?? f32())[to + k * step] = 0;
      continue;
    }
    const value = values[from + k];
    if (typeof value !== "number") {
      throw typeError(at(place(source, layout, row), k), "a number", show(value));
    }
    const x = Math.fround(value);
    if (!passes(x, accepts)) throw refused(at(place(source, layout, row), k), value, layout);
    (layout.into ?? f32())[to + k * step] = x;
  }
}

function weightless({ weights, shape }: Layout, i: number, j: number): boolean {
  return weights !== undefined && !weights.each && f32()[weights.start + j * shape[0] + i] === 0;
}

/** Sets the values of a row that are not read to 0. */
function fillRest({ shape, strides }: Layout, { to, count }: Row, into: Float32Array): void {
  for (let k = count; k < shape[2]; k++) into[to + k * strides[2]] = 0;
}

function expectRow(source: Source, layout: Layout, row: Row, got: unknown): void {
  if (fits(got, row.j, layout.shape[2], layout.rank === 2 ? layout.lengths : undefined)) return;
  const wanted = wantedOf(layout, row.j);
  throw rangeError(place(source, layout, row), `${wanted} numbers`, show(got));
}

/** Returns the number of values that the rows of index j must have, in words. */
function wantedOf({ rank, shape, lengths }: Layout, j: number): string {
  return fitting(j, shape[2], rank === 2 ? lengths : undefined);
}

function passes(x: number, accepts: Accepted): boolean {
  if (accepts === "fraction") return x >= 0 && x <= 1;
  return x - x === 0 || accepts === "any" || (accepts === "negativeInfinity" && x === -Infinity);
}

function refused(path: Path, value: unknown, { accepts }: Layout): RangeError {
  const others = accepts === "negativeInfinity" ? " or -Infinity" : "";
  const expected = accepts === "fraction" ? "a number in 0..1" : `a finite number (float32)${others}`;
  return rangeError(path, expected, show(value));
}

/** Returns the place of a row in the user's value: `inputs[0][3]`. */
function place(source: Source, layout: Layout, { i, j }: Row): Path {
  return layout.rank === 3 ? at(source.path, i, j) : layout.rank === 2 ? at(source.path, j) : source.path;
}
