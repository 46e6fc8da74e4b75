/**
 * The state of a network between steps: h (L·D, B, H), the layers in order and each direction by itself
 * (PyTorch's order: l0, l0_reverse, l1, …). An lstm also has a cell state c of the same shape.
 */

import { at, typeError, type Path } from "../base/errors.js";
import { objectWith, type NamesOf } from "../base/options.js";
import { copyNumbers, rowMajor } from "./numbers.js";
import type { Cell } from "./rnn-options.js";
import { show, showShape } from "../base/show.js";
import { floats, type Numbers3, type Tensor } from "../base/tensor.js";
import { clear, f32, type BufferPlace } from "../wasm/memory.js";

/** The state of an lstm: hidden and cell state, each (L·D, B, H). */
export interface LstmState {
  /** The hidden state. */
  h: Tensor;
  /** The cell state. */
  c: Tensor;
}

/**
 * The state of a network with cell `C`: (L·D, B, H), where L is the number of layers and D the number of
 * directions. An lstm has two such tensors.
 */
export type State<C extends Cell = Cell> = C extends "lstm" ? LstmState : Tensor;

/** A state as input: (L·D, B, H), or two of them for an lstm. */
export type StateInput = Numbers3 | { readonly h: Numbers3; readonly c: Numbers3 };

/** The places of a state in wasm memory: h and, for an lstm, c. */
export interface StatePlace {
  readonly h: BufferPlace;
  readonly c: BufferPlace | undefined;
}

const NAMES = { h: true, c: true } satisfies NamesOf<LstmState>;

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Returns a state of zeros. */
export function zeroState(shape: number[], lstm: boolean, path: Path): State {
  const part = (): Tensor => ({ data: floats(sizeOf(shape), path), shape: [...shape] });
  return lstm ? { h: part(), c: part() } : part();
}

/** Copies a user's state into wasm memory, or writes zeros if it is undefined. */
export function writeState(value: unknown, path: Path, shape: readonly number[], place: StatePlace): void {
  const { h, c } = place;
  if (value === undefined) {
    clear(h.start, sizeOf(shape));
    if (c !== undefined) clear(c.start, sizeOf(shape));
  } else if (c === undefined) {
    copyNumbers(value, path, rowMajor(shape, h.start));
  } else {
    const parts = lstmParts(value, path, shape);
    copyNumbers(parts.h, at(path, "h"), rowMajor(shape, h.start));
    copyNumbers(parts.c, at(path, "c"), rowMajor(shape, c.start));
  }
}

/** Copies a user's state into wasm memory, but writes nothing unless all of it is valid. */
export function replaceState(value: unknown, path: Path, shape: number[], place: StatePlace): void {
  if (value === undefined) return writeState(value, path, shape, place);
  const read = (given: unknown, part: Path): Float32Array => {
    const data = floats(sizeOf(shape), part);
    copyNumbers(given, part, rowMajor(shape, 0, data));
    return data;
  };
  if (place.c === undefined) return f32().set(read(value, path), place.h.start);
  const parts = lstmParts(value, path, shape);
  const [h, c] = [read(parts.h, at(path, "h")), read(parts.c, at(path, "c"))];
  f32().set(h, place.h.start);
  f32().set(c, place.c.start);
}

/** Returns a copy of a state in wasm memory, in `state` if it is given. */
export function readState(
  shape: number[],
  { h, c }: StatePlace,
  state: State = zeroState(shape, c !== undefined, "state"),
): State {
  const parts = "h" in state ? state : { h: state };
  copyOut(parts.h.data, h);
  if ("c" in parts && c !== undefined) copyOut(parts.c.data, c);
  return state;
}

function copyOut(to: Float32Array, { start }: BufferPlace): void {
  to.set(f32().subarray(start, start + to.length));
}

/** Returns h and c of an lstm's state. Each is read once, and both are required. */
function lstmParts(value: unknown, path: Path, shape: readonly number[]): { h: unknown; c: unknown } {
  const wanted = `{ h, c } of shape ${showShape(shape)} each for an lstm`;
  if (typeof value !== "object" || value === null || !("h" in value && "c" in value)) {
    throw typeError(path, wanted, show(value));
  }
  const { h, c } = objectWith(value, path, NAMES) as { h: unknown; c: unknown };
  return { h, c };
}
