/**
 * Converts a network's parameters to PyTorch's names and layout and back, as data, for every cell.
 *
 *     here                                   torch.nn.RNN / GRU / LSTM beside an nn.Linear
 *     w_ih_l0 (I, G·H)                       rnn.weight_ih_l0 (G·H, I)
 *     w_hh_l0 (H, G·H)                       rnn.weight_hh_l0 (G·H, H)
 *     b_h_l0 (G·H)                           rnn.bias_ih_l0 + rnn.bias_hh_l0 (G·H)
 *     b_hn_l0 (H), gru with resetAfter       the n block of rnn.bias_hh_l0, which is inside r⊙(…)
 *     w_ho (D·H, V), b_o (V)                 head.weight (V, D·H), head.bias (V)
 *
 * Further layers end in _l1, … and names of the second direction in _reverse, in both. The order of the
 * blocks within G·H also agrees: gru r z n, lstm i f g o. The second bias is written as zeros. A gru with
 * resetAfter false, which PyTorch lacks, keeps the names and layout of this library, after `bptt.`.
 *
 * Source: torch 2.5.1's state_dict (test/golden/torch_files.json).
 */

import { at, rangeError } from "../base/errors.js";
import type { Cell } from "../data/rnn-options.js";
import { floats, type Tensor } from "../base/tensor.js";

/** The options of `Rnn` that determine the names and shapes of its parameters. */
export interface Architecture {
  readonly cell: Cell;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly outputSize?: number | undefined;
  readonly layers: number;
  readonly bidirectional: boolean;
  /** Form of a gru; ignored for other cells. Default true. */
  readonly resetAfter?: boolean;
}

/** The places of a network's tensors in a file. */
export interface Names {
  /** The part before `weight_ih_l0`, or before `w_ih_l0` in a network with this library's names. */
  readonly recurrent: string;
  /** The part before `weight` and `bias` of the output layer. */
  readonly head: string;
}

/** The biases that a module has. A module made with `bias=False` has none, and they are zeros here. */
export interface Biases {
  readonly recurrent: boolean;
  readonly head: boolean;
}

export const BIASED: Biases = { recurrent: true, head: true };

/**
 * Returns the names in files of this library, which are those of a module with the fields `rnn` and `head`.
 */
export function ownNames(architecture: Architecture): Names {
  return isOwn(architecture) ? { recurrent: "bptt.", head: "bptt." } : { recurrent: "rnn.", head: "head." };
}

/** A tensor that a state_dict contains. */
export interface Expected {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Yields all tensors of a network's state_dict in PyTorch's order. It is lazy, because a file may claim any
 * number of layers.
 */
export function* stateDictShapes(
  architecture: Architecture,
  names: Names,
  biases = BIASED,
): Generator<Expected, void, void> {
  const { hiddenSize: H, outputSize: V } = architecture;
  const own = isOwn(architecture);
  const GH = gates(architecture.cell) * H;
  for (const { inputs: I, suffix } of cells(architecture)) {
    const { recurrent: at } = names;
    if (own) {
      yield { name: `${at}w_ih${suffix}`, shape: [I, GH] };
      yield { name: `${at}w_hh${suffix}`, shape: [H, GH] };
      yield { name: `${at}b_h${suffix}`, shape: [GH] };
      continue;
    }
    yield { name: `${at}weight_ih${suffix}`, shape: [GH, I] };
    yield { name: `${at}weight_hh${suffix}`, shape: [GH, H] };
    if (!biases.recurrent) continue;
    yield { name: `${at}bias_ih${suffix}`, shape: [GH] };
    yield { name: `${at}bias_hh${suffix}`, shape: [GH] };
  }
  if (V === undefined) return;
  const DH = directions(architecture) * H;
  if (own) {
    yield { name: `${names.recurrent}w_ho`, shape: [DH, V] };
    yield { name: `${names.recurrent}b_o`, shape: [V] };
  } else {
    yield { name: `${names.head}weight`, shape: [V, DH] };
    if (biases.head) yield { name: `${names.head}bias`, shape: [V] };
  }
}

/**
 * Returns the state_dict of a network. `parameters` are all its parameters, as `rnn.parameters` returns them.
 */
export function toStateDict(
  architecture: Architecture,
  parameters: Readonly<Record<string, Tensor>>,
  names: Names = ownNames(architecture),
): Record<string, Tensor> {
  const { hiddenSize: H } = architecture;
  const tensors = new Map<string, Tensor>();
  const own = isOwn(architecture);
  const take = (name: string): Tensor => {
    const tensor = parameters[name];
    if (tensor === undefined) throw rangeError(at("parameters", name), "a tensor", "nothing");
    return tensor;
  };
  for (const { suffix } of cells(architecture)) {
    const { recurrent: at } = names;
    if (own) {
      for (const name of ["w_ih", "w_hh", "b_h"]) tensors.set(at + name + suffix, take(name + suffix));
      continue;
    }
    const bias = take(`b_h${suffix}`);
    const second = floats(bias.data.length, "parameters"); // (G·H)
    if (isGru(architecture)) second.set(take(`b_hn${suffix}`).data, 2 * H);
    tensors.set(`${at}weight_ih${suffix}`, transpose(take(`w_ih${suffix}`)));
    tensors.set(`${at}weight_hh${suffix}`, transpose(take(`w_hh${suffix}`)));
    tensors.set(`${at}bias_ih${suffix}`, bias);
    tensors.set(`${at}bias_hh${suffix}`, { data: second, shape: [...bias.shape] });
  }
  if (architecture.outputSize !== undefined) {
    if (own) for (const name of ["w_ho", "b_o"]) tensors.set(names.recurrent + name, take(name));
    else {
      tensors.set(`${names.head}weight`, transpose(take("w_ho")));
      tensors.set(`${names.head}bias`, take("b_o"));
    }
  }
  return Object.fromEntries(tensors);
}

/**
 * Returns the parameters of a network from its state_dict. `read` returns the tensor of a name; the caller
 * has checked that all exist and have the right shape. Biases are zeros if the module has none
 * (`bias=False`).
 */
export function fromStateDict(
  architecture: Architecture,
  read: (name: string) => Tensor,
  names: Names = ownNames(architecture),
  biases = BIASED,
): Record<string, Tensor> {
  const { hiddenSize: H, cell } = architecture;
  const own = isOwn(architecture);
  const GH = gates(cell) * H;
  const parameters: Record<string, Tensor> = {};
  for (const { suffix } of cells(architecture)) {
    const at = names.recurrent;
    if (own) {
      for (const name of ["w_ih", "w_hh", "b_h"]) parameters[name + suffix] = read(at + name + suffix);
      continue;
    }
    parameters[`w_ih${suffix}`] = transpose(read(`${at}weight_ih${suffix}`));
    parameters[`w_hh${suffix}`] = transpose(read(`${at}weight_hh${suffix}`));
    const first = biases.recurrent ? read(`${at}bias_ih${suffix}`).data : floats(GH, "parameters");
    const second = biases.recurrent ? read(`${at}bias_hh${suffix}`).data : floats(GH, "parameters");
    const summed = isGru(architecture) ? 2 * H : GH; // the two biases of the n block are kept apart
    const bias = first.slice();
    for (let k = 0; k < summed; k++) if (second[k] !== 0) bias[k] = first[k] + second[k]; // this keeps −0
    parameters[`b_h${suffix}`] = { data: bias, shape: [GH] };
    if (isGru(architecture)) parameters[`b_hn${suffix}`] = { data: second.slice(2 * H), shape: [H] };
  }
  if (architecture.outputSize !== undefined) {
    const weight = own ? read(`${names.recurrent}w_ho`) : transpose(read(`${names.head}weight`));
    const zeros = (length: number): Tensor => ({ data: floats(length, "parameters"), shape: [length] });
    parameters["w_ho"] = weight;
    if (own) parameters["b_o"] = read(`${names.recurrent}b_o`);
    else parameters["b_o"] = biases.head ? read(`${names.head}bias`) : zeros(architecture.outputSize);
  }
  return parameters;
}

/** Returns the cells that can have `rows` of weights for a hidden state of size H, or none. */
export function cellsOf(rows: number, hiddenSize: number): readonly Cell[] {
  switch (rows / hiddenSize) {
    case 1:
      return ["tanh", "relu"];
    case 3:
      return ["gru"];
    case 4:
      return ["lstm"];
    default:
      return [];
  }
}

/** Returns G, the number of blocks of a weight matrix. */
function gates(cell: Cell): number {
  return cell === "gru" ? 3 : cell === "lstm" ? 4 : 1;
}

function directions({ bidirectional }: Architecture): number {
  return bidirectional ? 2 : 1;
}

/** Returns true for PyTorch's gru, which has a recurrent bias in its n gate. */
function isGru({ cell, resetAfter = true }: Architecture): boolean {
  return cell === "gru" && resetAfter;
}

/** Returns true for the cell that PyTorch lacks. */
function isOwn({ cell, resetAfter = true }: Architecture): boolean {
  return cell === "gru" && !resetAfter;
}

/** Yields the input width of each cell and the suffix of its parameters' names. */
function* cells(architecture: Architecture): Generator<{ inputs: number; suffix: string }> {
  const { inputSize, hiddenSize, layers, bidirectional } = architecture;
  for (let layer = 0; layer < layers; layer++) {
    const inputs = layer === 0 ? inputSize : directions(architecture) * hiddenSize;
    yield { inputs, suffix: `_l${layer}` };
    if (bidirectional) yield { inputs, suffix: `_l${layer}_reverse` };
  }
}

/** (N, M) → (M, N) */
function transpose({ data, shape }: Tensor): Tensor {
  const [rows, columns] = shape as [number, number];
  const turned = floats(data.length, "parameters");
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) turned[c * rows + r] = data[r * columns + c];
  }
  return { data: turned, shape: [columns, rows] };
}
