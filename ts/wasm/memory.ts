/**
 * Views over the whole wasm memory. Memory that grows detaches every view there was, so they are made anew when
 * their length has become 0, and nobody keeps one: ask at the moment of use.
 */

import { memory } from "./core.js";

let floatView = new Float32Array(0);
let intView = new Int32Array(0);

/** The memory as float32: index = byte offset / 4. */
export function f32(): Float32Array {
  if (floatView.length === 0) floatView = new Float32Array(memory().buffer);
  return floatView;
}

/** The memory as int32: index = byte offset / 4. */
export function i32(): Int32Array {
  if (intView.length === 0) intView = new Int32Array(memory().buffer);
  return intView;
}

/** Zeros in float32 memory. A few are written here: `fill` leaves compiled code, which takes longer than they do. */
export function clear(start: number, length: number): void {
  const view = f32();
  if (length > 64) view.fill(0, start, start + length);
  else for (let i = start; i < start + length; i++) view[i] = 0;
}
