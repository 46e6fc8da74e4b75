/** The hidden state of a network between steps: (L·D, B, H), the layers one after the other. */

import { copyNumbers, rowMajor } from "./numbers.js";
import { floats, type Tensor } from "./tensor.js";
import { f32 } from "./wasm/memory.js";

/** The state of a tanh network: (L·D, B, H), L layers times D directions. */
export type State = Tensor;

/** A state of zeros. */
export function zeros(shape: number[], name: string): State {
  return {
    data: floats(
      shape.reduce((product, n) => product * n, 1),
      name,
    ),
    shape,
  };
}

/** Copies a user's state into wasm memory; `start` is a float32 index. */
export function writeState(value: unknown, name: string, shape: readonly number[], start: number): void {
  copyNumbers(value, name, rowMajor(shape, start));
}

/** A copy of a state in wasm memory. */
export function readState(shape: number[], start: number): State {
  const state = zeros(shape, "state");
  state.data.set(f32().subarray(start, start + state.data.length));
  return state;
}
