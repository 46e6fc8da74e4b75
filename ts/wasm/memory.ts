/**
 * Views of the whole wasm memory, and the places of buffers in it. Memory that grows detaches all views. The
 * functions here create a new view when the length of the old one has become 0, so callers must ask for the
 * view at each use and not keep it.
 */

import { memory } from "./core.js";

/** The place of a buffer in the wasm memory, in elements of 4 bytes. */
export interface BufferPlace {
  /** Index of the first element in {@link f32} or {@link i32}. */
  readonly start: number;
  /** Elements from one row to the next; 1 for a buffer without rows. */
  readonly stride: number;
}

let floatView = /* @__PURE__ */ new Float32Array(0);
let intView = /* @__PURE__ */ new Int32Array(0);

/** Returns the memory as float32. */
export function f32(): Float32Array {
  if (floatView.length === 0) floatView = new Float32Array(memory().buffer);
  return floatView;
}

/** Returns the memory as int32. */
export function i32(): Int32Array {
  if (intView.length === 0) intView = new Int32Array(memory().buffer);
  return intView;
}

/** Returns the place of the buffer at a byte address. */
export function placeAt(address: number, stride = 1): BufferPlace {
  return { start: address >>> 2, stride };
}

/**
 * Writes zeros to float32 memory. Short ranges are written here, because a call of `fill` leaves compiled
 * code and takes longer.
 */
export function clear(start: number, length: number): void {
  const view = f32();
  if (length > 64) view.fill(0, start, start + length);
  else for (let i = start; i < start + length; i++) view[i] = 0;
}
