/**
 * Converts one recurrent layer's weights to and from Keras's form, which TensorFlow.js shares:
 *
 *     kernel (I, G·U)  recurrent_kernel (U, G·U)  bias (G·U); not transposed
 *     gates: SimpleRNN one, GRU z r h, LSTM i f c o
 *     GRU with reset_after: bias (2, 3·U), row 0 the input's, row 1 the recurrent
 *
 * h' = z⊙h + (1−z)⊙hh in both libraries. In the blocks z and r the two rows of a bias are simply added, so
 * they become one. Source: Keras 3.15, tf.keras 2.15 (test/golden/keras_cells.json).
 */

import type { Cell } from "../data/rnn-options.js";
import type { Tensor } from "../base/tensor.js";
import { concat, reorder, shaped, slice, sum, zeroTensor, type Weight } from "./arrays.js";
import { GATES, type CellParameters } from "./description.js";

/** The gates' blocks in Keras's order, by this library's letters. */
const KERAS_GATES: Readonly<Record<Cell, readonly string[]>> = {
  tanh: ["h"],
  relu: ["h"],
  gru: ["z", "r", "n"],
  lstm: ["i", "f", "g", "o"],
};

/** A layer's arrays. The bias is absent in a layer without one. */
export interface KerasCell {
  readonly kernel: Weight;
  readonly recurrentKernel: Weight;
  readonly bias?: Weight | undefined;
}

/** Returns one direction's parameters from Keras's arrays. `rows` is the output width of the layer below. */
export function fromKerasCell(
  kind: {
    readonly cell: Cell;
    readonly resetAfter: boolean;
    readonly hiddenSize: number;
    readonly rows: number;
  },
  { kernel, recurrentKernel, bias }: KerasCell,
): CellParameters {
  const { cell, resetAfter, hiddenSize: H, rows } = kind;
  const [theirs, ours] = [KERAS_GATES[cell], GATES[cell]];
  const G = ours.length;
  const letters = G === 1 ? "U" : `${G}·U`;
  const ordered = (array: Tensor) => reorder(array, theirs, ours);
  const w_ih = ordered(shaped(kernel, [rows, G * H], `(inputs, ${letters})`));
  const w_hh = ordered(shaped(recurrentKernel, [H, G * H], `(U, ${letters})`));
  if (cell !== "gru" || !resetAfter) {
    const b_h = bias ? ordered(shaped(bias, [G * H], `(${letters})`)) : zeroTensor(G * H);
    return { w_ih, w_hh, b_h };
  }
  if (!bias) return { w_ih, w_hh, b_h: zeroTensor(G * H), b_hn: zeroTensor(H) };
  const both = ordered(shaped(bias, [2, G * H], `(2, ${letters})`)).data;
  const recurrent: Tensor = { data: both.slice(G * H), shape: [G * H] };
  const b_hn = slice(recurrent, 2 * H, 3 * H);
  recurrent.data.fill(0, 2 * H);
  return { w_ih, w_hh, b_h: sum({ data: both.slice(0, G * H), shape: [G * H] }, recurrent), b_hn };
}

/** Returns kernel, recurrent kernel and bias in Keras's form. */
export function toKerasCell(cell: Cell, { w_ih, w_hh, b_h, b_hn }: CellParameters): [Tensor, Tensor, Tensor] {
  const ordered = (array: Tensor) => reorder(array, GATES[cell], KERAS_GATES[cell]);
  const kernels = [ordered(w_ih), ordered(w_hh)] as const;
  if (!b_hn) return [...kernels, ordered(b_h)];
  const recurrent = concat([zeroTensor(2 * b_hn.data.length), b_hn]); // r z n
  const { data } = concat([ordered(b_h), ordered(recurrent)]);
  return [...kernels, { data, shape: [2, data.length / 2] }];
}

/** Returns true if a GRU's bias has the form of reset_after. */
export function hasTwoRows({ array }: Weight): boolean {
  return array.shape.length === 2;
}
