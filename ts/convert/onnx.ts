/**
 * Exports networks to ONNX, opset 14: RNN, GRU and LSTM operators in layout 0, the only one of onnxruntime's
 * CPU kernels, between transposes, so that inputs and outputs are batch-major as everywhere in this library.
 * B and T are variable.
 *
 *     W (D, G·H, I_k)  R (D, G·H, H)  B (D, 2·G·H): input biases, then recurrent ones
 *     gates: RNN one, GRU z r h, LSTM i o f c; linear_before_reset = 1 is a gru's resetAfter
 *
 * Source: onnx/docs/Operators.md, opset 14.
 */

import { boolean } from "../base/check.js";
import { readOptions, type Declaration, type OptionsOf } from "../base/options.js";
import type { Cell } from "../data/rnn-options.js";
import type { Tensor } from "../base/tensor.js";
import { concat, reorder, transpose, zeroTensor } from "./arrays.js";
import {
  GATES,
  readInputForm,
  readNetworkDescription,
  type CellParameters,
  type Describable,
  type CheckedNetwork,
} from "./description.js";
import {
  ELEMENT,
  encodeOnnxModel,
  type Dimension,
  type OnnxAttribute,
  type OnnxConstant,
  type OnnxNode,
  type OnnxValue,
} from "./onnx-model.js";

const ONNX = {
  /**
   * Form of the inputs. "ids": int64 (B, T), converted to one-hot vectors inside; "features": float (B, T,
   * I). Default "ids".
   */
  inputs: { read: readInputForm, fallback: "ids" },
  /** Adds the input `sequence_lengths`, int32 (B), each 1 … T. Default false: all rows have length T. */
  sequenceLengths: { read: boolean, fallback: false },
  /** Adds the input `initial_h` (and `initial_c` for an lstm), (L·D, B, H). Default false: zeros. */
  initialState: { read: boolean, fallback: false },
} satisfies Declaration;

/** Options for the inputs of the exported model. */
export interface ToOnnxOptions extends OptionsOf<typeof ONNX> {}

/** The gates' blocks in ONNX's order, by this library's letters. */
const ONNX_GATES: Readonly<Record<Cell, readonly string[]>> = {
  tanh: ["h"],
  relu: ["h"],
  gru: ["z", "r", "n"],
  lstm: ["i", "o", "f", "g"],
};

/**
 * Returns the network as an ONNX model (opset 14), for onnxruntime and other programs that read ONNX.
 *
 * The inputs are `inputs` and those that the options add. The outputs are `logits` (B, T, V), `outputs` (B,
 * T, D·H), and the final state `final_h` and, for an lstm, `final_c`, (L·D, B, H). Past a row's length
 * outputs and logits are 0. The model treats an id that is out of range as a vector of zeros (ids from −I on
 * count from the end), so check ids before.
 *
 * @param network a network, or its sizes and parameters as plain data
 * @param options the inputs of the model
 * @returns the bytes of the file
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when parameters are missing or superfluous or do not have the shapes that follow from
 *   the sizes
 *
 * @example
 * import { writeFileSync } from "node:fs";
 * import { Rnn } from "bptt";
 * import { toOnnx } from "bptt/convert";
 *
 * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 3 });
 * const bytes = toOnnx(rnn);
 * // writeFileSync("model.onnx", bytes), then new InferenceSession("model.onnx").run({ inputs })
 * console.log(typeof writeFileSync, bytes.length > 300); // function true
 */
export function toOnnx(network: Describable, options: ToOnnxOptions = {}): Uint8Array {
  const { inputs: form, sequenceLengths: hasLengths, initialState: hasState } = readOptions(options, ONNX);
  const graph = new GraphBuilder();
  const net = readNetworkDescription(network, "network");
  const { cell, inputSize, hiddenSize: H, cells, head } = net;
  const D = cells[0]?.length ?? 1;
  const stateShape: Dimension[] = [cells.length * D, "batch", H];
  const stateNames = cell === "lstm" ? ["h", "c"] : ["h"];

  const shape: Dimension[] = form === "ids" ? ["batch", "time"] : ["batch", "time", inputSize];
  graph.input("inputs", form === "ids" ? ELEMENT.int64 : ELEMENT.float, shape);
  const lengths = hasLengths ? graph.input("sequence_lengths", ELEMENT.int32, ["batch"]) : "";
  const initial = stateNames.map((s) =>
    hasState
      ? splitState(graph, graph.input(`initial_${s}`, ELEMENT.float, stateShape), cells.length, D)
      : [],
  );

  const dense = form === "ids" ? oneHot(graph, "inputs", inputSize) : "inputs";
  let x = graph.node("Transpose", [dense], "x", { perm: [1, 0, 2] }); // (T, B, I)
  const finals: string[][] = [[], []];
  cells.forEach((_, l) => {
    const states = initial.map((parts) => parts[l] ?? "");
    const [y, ...last] = recurrentLayer(graph, net, l, { x, lengths, states });
    last.forEach((name, s) => finals[s]?.push(name));
    // (T, D, B, H) → (T, B, D, H) → (T, B, D·H)
    const beside = graph.node("Transpose", [y], `y_l${l}_beside`, { perm: [0, 2, 1, 3] });
    x = graph.node("Reshape", [beside, graph.integers(`y_l${l}_shape`, [0, 0, -1])], `y_l${l}_joined`);
  });
  graph.node("Transpose", [x], "outputs", { perm: [1, 0, 2] });
  stateNames.forEach((s, k) => graph.node("Concat", finals[k] ?? [], `final_${s}`, { axis: 0 }));
  if (head) {
    const scores = graph.node("MatMul", ["outputs", graph.tensor("w_ho", head.w_ho)], "scores");
    const bias = graph.tensor("b_o", head.b_o);
    if (hasLengths)
      graph.node("Mul", [graph.node("Add", [scores, bias], "biased"), within(graph, lengths)], "logits");
    else graph.node("Add", [scores, bias], "logits");
  } else graph.node("Identity", ["outputs"], "logits");

  graph.output("logits", ["batch", "time", head ? head.b_o.data.length : D * H]);
  graph.output("outputs", ["batch", "time", D * H]);
  for (const s of stateNames) graph.output(`final_${s}`, stateShape);
  return encodeOnnxModel({ name: `bptt_${cell}`, ...graph });
}

/** Names of the values that a layer reads. An empty name is an input that is not given. */
interface LayerInputs {
  /** (T, B, I_k) */
  readonly x: string;
  readonly lengths: string;
  /** The initial h and, for an lstm, c. */
  readonly states: readonly string[];
}

/** Adds the RNN, GRU or LSTM operator of layer l and returns its Y, Y_h and, for an lstm, Y_c. */
function recurrentLayer(
  graph: GraphBuilder,
  { cell, hiddenSize: H, resetAfter, cells }: CheckedNetwork,
  l: number,
  { x, lengths, states }: LayerInputs,
): string[] {
  const directions = cells[l];
  const ordered = (array: Tensor) => reorder(array, GATES[cell], ONNX_GATES[cell]);
  // stacks the gates' blocks of rows of all directions
  const stack = (make: (p: CellParameters) => Tensor): Tensor => {
    const parts = directions.map(make);
    const { data } = concat(parts);
    return { data, shape: [parts.length, ...parts[0].shape] };
  };
  const inputs = [
    x,
    graph.tensor(
      `W_l${l}`,
      stack(({ w_ih }) => transpose(ordered(w_ih))),
    ),
    graph.tensor(
      `R_l${l}`,
      stack(({ w_hh }) => transpose(ordered(w_hh))),
    ),
    graph.tensor(
      `B_l${l}`,
      stack(({ b_h, b_hn }) => {
        const recurrent = b_hn ? concat([zeroTensor(2 * H), b_hn]) : zeroTensor(b_h.data.length); // r z n
        return concat([ordered(b_h), ordered(recurrent)]);
      }),
    ),
    lengths,
    ...states,
  ];
  while (inputs.at(-1) === "") inputs.pop();
  const attributes: Record<string, OnnxAttribute> = { hidden_size: H };
  if (directions.length === 2) attributes["direction"] = "bidirectional";
  if (cell === "relu") attributes["activations"] = directions.map(() => "Relu");
  if (cell === "gru") attributes["linear_before_reset"] = resetAfter ? 1 : 0;
  const outputs = [`y_l${l}`, `h_l${l}`, ...(cell === "lstm" ? [`c_l${l}`] : [])];
  graph.nodes.push({
    op: cell === "gru" ? "GRU" : cell === "lstm" ? "LSTM" : "RNN",
    inputs,
    outputs,
    attributes,
  });
  return outputs;
}

/** Splits a state (L·D, B, H) into one (D, B, H) per layer. */
function splitState(graph: GraphBuilder, name: string, L: number, D: number): string[] {
  if (L === 1) return [name];
  const parts = Array.from({ length: L }, (_, l) => `${name}_l${l}`);
  const sizes = graph.integers(
    `${name}_sizes`,
    parts.map(() => D),
  );
  graph.nodes.push({ op: "Split", inputs: [name, sizes], outputs: parts, attributes: { axis: 0 } });
  return parts;
}

/** Converts ids (B, T) to one-hot vectors (B, T, I). */
function oneHot(graph: GraphBuilder, ids: string, depth: number): string {
  const values = graph.tensor("off_on", { data: Float32Array.of(0, 1), shape: [2] });
  return graph.node("OneHot", [ids, graph.integers("depth", [depth], true), values], "one_hot", { axis: -1 });
}

/** Returns a mask (B, T, 1): 1 at the steps within a row's length, 0 past it. */
function within(graph: GraphBuilder, lengths: string): string {
  const shape = graph.node("Shape", ["outputs"], "outputs_shape");
  const T = graph.node("Gather", [shape, graph.integers("time_axis", [1], true)], "steps");
  const range = [graph.integers("first", [0], true), T, graph.integers("step", [1], true)];
  const place = graph.node("Range", range, "place"); // (T)
  const long = graph.node("Cast", [lengths], "lengths", { to: ELEMENT.int64 });
  const ends = graph.node("Unsqueeze", [long, graph.integers("last_axis_of_lengths", [1])], "ends"); // (B, 1)
  const mask = graph.node("Cast", [graph.node("Less", [place, ends], "is_within")], "mask", {
    to: ELEMENT.float,
  });
  return graph.node("Unsqueeze", [mask, graph.integers("last_axis_of_mask", [2])], "mask_of_classes");
}

/** Collects a graph. Each method returns the name of the value that it has added. */
class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxConstant[] = [];
  readonly inputs: OnnxValue[] = [];
  readonly outputs: OnnxValue[] = [];

  input(name: string, type: number, shape: readonly Dimension[]): string {
    this.inputs.push({ name, type, shape });
    return name;
  }

  output(name: string, shape: readonly Dimension[]): void {
    this.outputs.push({ name, type: ELEMENT.float, shape });
  }

  node(
    op: string,
    inputs: readonly string[],
    name: string,
    attributes: Record<string, OnnxAttribute> = {},
  ): string {
    this.nodes.push({ op, inputs, outputs: [name], attributes });
    return name;
  }

  tensor(name: string, tensor: Tensor): string {
    this.constants.push({ name, tensor });
    return name;
  }

  integers(name: string, int64: readonly number[], scalar = false): string {
    this.constants.push({ name, int64, scalar });
    return name;
  }
}
