/**
 * Copies a user's integers (ids, targets, lengths) into int32 memory and checks each against its limits. As
 * in numbers.ts, a loop over typed rows can run no user code, and a loop over plain rows looks the memory up
 * for each value.
 */

import { at, formatPath, rangeError, typeError } from "../base/errors.js";
import { invalid } from "../base/check.js";
import { show } from "../base/show.js";
import { type Source } from "../base/source.js";
import { FLOATS, INTEGERS, typedArrayKind, typedArrayLength, NONE } from "../base/typed-array.js";
import { f32, i32 } from "../wasm/memory.js";
import { fits, fitting, type RowLengths } from "./row-rule.js";

/**
 * The layout of the copy: element (b, t) is written to start + b·strides[0] + t·strides[1]. A value of rank 1
 * is one row.
 */
export interface IdLayout {
  readonly rows: number;
  readonly columns: number;
  readonly rank: 1 | 2;
  readonly start: number;
  readonly strides: readonly [number, number];
  /** The destination. Default: the wasm memory. */
  readonly into?: Int32Array;
  /** Ids are integers from 0 to limit − 1. */
  readonly limit: number;
  /** The word for an element in messages, such as "an id". */
  readonly noun: string;
  /** Lengths of the rows. Elements past them become 0 and are neither read nor checked. */
  readonly lengths?: RowLengths | undefined;
  /** Index in float32 wasm memory of weights in the same layout. Elements whose weight is 0 are not read. */
  readonly weights?: number | undefined;
}

/** Copies a source whose shape has been checked. */
export function copyIds(source: Source, layout: IdLayout): void {
  const { rows, columns, rank } = layout;
  for (let b = 0; b < rows; b++) {
    let row: unknown = source.values;
    let from = 0;
    if (source.flat) from = b * columns;
    else if (rank === 2) row = b === 0 ? source.first : source.values[b];
    const kind = typedArrayKind(row);
    if (kind === INTEGERS) {
      const typed = row as ArrayLike<number>;
      if (!source.flat) expectRow(source, b, typedArrayLength(typed), layout);
      const bad = copyTyped(typed, from, b, layout, layout.into ?? i32());
      if (bad >= 0) throw outOfRange(source, layout, b, bad, typed[from + bad]);
    } else if (kind === NONE && Array.isArray(row)) {
      if (!source.flat && rank === 2) expectRow(source, b, row.length, layout);
      copyPlain(source, row, from, b, layout);
    } else {
      const what = kind === FLOATS ? `integers` : `${fitting(b, columns, layout.lengths)} integers`;
      throw typeError(rank === 2 ? at(source.path, b) : source.path, what, show(row));
    }
  }
}

/** Returns the first t whose id is out of range, or −1 if there is none. */
function copyTyped(
  row: ArrayLike<number>,
  from: number,
  b: number,
  layout: IdLayout,
  into: Int32Array,
): number {
  const { columns, start, strides, limit, weights } = layout;
  const length = layout.lengths?.lengths[b] ?? columns;
  const floats = f32();
  const step = strides[1];
  const first = start + b * strides[0];
  const shift = weights === undefined ? 0 : weights - start;
  let to = first;
  for (let t = 0; t < length; t++, to += step) {
    if (weights !== undefined && floats[to + shift] === 0) {
      into[to] = 0;
      continue;
    }
    const id = row[from + t];
    if (!(id >= 0 && id < limit)) return t;
    into[to] = id;
  }
  for (let t = length; t < columns; t++, to += step) into[to] = 0;
  return -1;
}

function copyPlain(source: Source, row: readonly unknown[], from: number, b: number, layout: IdLayout): void {
  const { columns, start, strides, limit } = layout;
  const length = layout.lengths?.lengths[b] ?? columns;
  for (let t = 0; t < columns; t++) {
    const to = start + b * strides[0] + t * strides[1];
    if (t >= length || (layout.weights !== undefined && f32()[layout.weights - start + to] === 0)) {
      (layout.into ?? i32())[to] = 0;
      continue;
    }
    const id = row[from + t];
    if (typeof id !== "number" || !(id >= 0 && id < limit) || !Number.isInteger(id)) {
      throw outOfRange(source, layout, b, t, id);
    }
    (layout.into ?? i32())[to] = id;
  }
}

function expectRow(source: Source, b: number, got: unknown, { columns, lengths }: IdLayout): void {
  if (fits(got, b, columns, lengths)) return;
  const wanted = fitting(b, columns, lengths);
  const others = lengths?.rule === "full" ? " (sequenceLengths allows rows of different lengths)" : "";
  throw rangeError(
    at(source.path, b),
    `${wanted} ids as in ${formatPath(at(source.path, 0))}${others}`,
    show(got),
  );
}

function outOfRange(source: Source, layout: IdLayout, b: number, t: number, received: unknown): Error {
  const where = layout.rank === 2 ? at(source.path, b, t) : at(source.path, t);
  return invalid(typeof received === "number", where, `${layout.noun} in 0..${layout.limit - 1}`, received);
}
