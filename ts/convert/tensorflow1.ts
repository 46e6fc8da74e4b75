/**
 * Converts networks to and from TensorFlow 1's variables. Each cell has one joint kernel (I+H, ·), whose
 * first I rows act on x.
 *
 *     BasicRNNCell               kernel (I+H, H), bias (H)
 *     BasicLSTMCell, LSTMCell    kernel (I+H, 4·H), bias (4·H), gates i j f o; forget_bias is added to f at run time
 *     GRUCell                    gates/kernel (I+H, 2·H), gates/bias, gates r u; candidate/kernel (I+H, H), candidate/bias
 *
 * GRUCell resets before the recurrent product; its u is z. Reading adds the forget bias to the stored bias,
 * and writing subtracts it. Source: TensorFlow 1.15.5, `tf.nn.rnn_cell` (test/golden/tf_cells.json).
 */

import { rangeError, type Path } from "../base/errors.js";
import { readOptions, type Declaration, type OptionsOf } from "../base/options.js";
import { number, oneOf, record } from "../base/check.js";
import type { Cell } from "../data/rnn-options.js";
import { show, showShape } from "../base/show.js";
import type { Tensor } from "../base/tensor.js";
import { concat, matrixShape, reorder, shaped, slice, zeroTensor, type WeightArray } from "./arrays.js";
import {
  describe,
  GATES,
  readNetworkDescription,
  type CellParameters,
  type Describable,
  type NetworkDescription,
} from "./description.js";
import { CELL_SCOPES, part, readHead, sortOut, type Found } from "./tensorflow1-variables.js";

const FROM = {
  /** The `activation` of a BasicRNNCell: "tanh" (the default) or "relu". */
  activation: { read: readActivation, fallback: "tanh" },
  /** The `forget_bias` that an LSTM cell added at run time. Default 1, as in TensorFlow. */
  forgetBias: { read: readBias, fallback: 1 },
} satisfies Declaration;

const TO = {
  /** The `forget_bias` that the LSTM cell will add at run time. Default 1, as in TensorFlow. */
  forgetBias: { read: readBias, fallback: 1 },
} satisfies Declaration;

/** The properties of a program that its variables do not contain. */
export interface FromTensorFlow1Options extends OptionsOf<typeof FROM> {}

/** The program that will use the variables. */
export interface ToTensorFlow1Options extends OptionsOf<typeof TO> {}

const LSTM_GATES = ["i", "g", "f", "o"]; // i j f o
const GRU_GATES = ["r", "z"]; // r u

/**
 * Returns the network of a TensorFlow 1 program's variables: `{ v.name: value }` over
 * `tf.trainable_variables()`.
 *
 * MultiRNNCell's `cell_0`, `cell_1`, … identify the layers, and `fw` and `bw` the directions. The variables
 * that belong to no cell must be an output layer, a matrix (D·H, V) and optionally a vector (V), under any
 * names.
 *
 * @param variables values by name; a `:0` at the end of a name is ignored
 * @param options the properties of the program that the variables do not contain
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when variables are missing or superfluous or their shapes do not fit each other
 *
 * @example
 * import { fromTensorFlow1 } from "bptt/convert";
 *
 * const { config, parameters } = fromTensorFlow1({
 *   "rnn/basic_lstm_cell/kernel:0": { data: new Float32Array(12), shape: [3, 4] },
 *   "rnn/basic_lstm_cell/bias:0": [0, 0, 0, 0],
 * });
 * console.log(config.inputSize, config.hiddenSize, parameters.b_h_l0?.data); // 2 1 Float32Array [0, 1, 0, 0]
 */
export function fromTensorFlow1(
  variables: Readonly<Record<string, WeightArray>>,
  options: FromTensorFlow1Options = {},
): NetworkDescription {
  const { activation, forgetBias } = readOptions(options, FROM);
  const { found, rest } = sortOut(record(variables, "variables") as Record<string, unknown>);

  const first = found[0];
  if (!first) {
    const scopes = CELL_SCOPES.map((scope) => `"…/${scope}/…"`).join(", ");
    throw rangeError("variables", `the variables of a cell (${scopes})`, "none");
  }
  const cell: Cell =
    first.scope === "gru_cell" ? "gru" : first.scope === "basic_rnn_cell" ? activation : "lstm";
  const L = found.reduce((most, { layer }) => Math.max(most, layer), 0) + 1;
  const D = found.reduce((most, { direction }) => Math.max(most, direction), 0) + 1;
  if (found.length !== L * D || found.some(({ scope }) => scope !== first.scope)) {
    throw rangeError(
      "variables",
      `one kind of cell in each of ${L} layers and ${D} directions`,
      `${found
        .map(({ scope, layer, direction }) => `${scope} in layer ${layer}${direction ? " bw" : ""}`)
        .join(", ")}`,
    );
  }
  const kernel = part(first, cell === "gru" ? "candidate/kernel" : "kernel");
  const [rows, columns] = matrixShape(kernel);
  const hiddenSize = cell === "gru" ? columns : columns / GATES[cell].length;
  const inputSize = rows - hiddenSize;
  if (!Number.isInteger(hiddenSize) || hiddenSize < 1 || inputSize < 1) {
    throw rangeError(kernel.path, "shape (I+H, …·H) with I and H at least 1", showShape(kernel.array.shape));
  }
  const cells = Array.from({ length: L }, (_, l) =>
    Array.from({ length: D }, (_, d) => {
      const one = found.find(({ layer, direction }) => layer === l && direction === d);
      if (!one) throw rangeError("variables", `a cell in layer ${l}${d ? " bw" : ""}`, "none");
      return fromJoint(cell, one, l === 0 ? inputSize : D * hiddenSize, hiddenSize, forgetBias);
    }),
  );
  const head = readHead(rest, D * hiddenSize);
  return describe({ cell, inputSize, hiddenSize, resetAfter: false, cells, head });
}

/**
 * Returns the variables of a TensorFlow 1 program with the same cells, by the names that `dynamic_rnn`,
 * MultiRNNCell, `bidirectional_dynamic_rnn` and `stack_bidirectional_dynamic_rnn` give them. The output layer
 * has the names `dense/kernel` and `dense/bias`.
 *
 * @param network a network, or its sizes and parameters as plain data
 * @param options the program that will use the variables
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when the network is a gru with resetAfter, which GRUCell cannot compute, and when
 *   parameters do not fit
 *
 * @example
 * import { Rnn } from "bptt";
 * import { toTensorFlow1 } from "bptt/convert";
 *
 * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 });
 * console.log(toTensorFlow1(rnn)["rnn/basic_rnn_cell/kernel"]?.shape); // [9, 5]
 */
export function toTensorFlow1(
  network: Describable,
  options: ToTensorFlow1Options = {},
): Record<string, Tensor> {
  const { forgetBias } = readOptions(options, TO);
  const { cell, hiddenSize: H, resetAfter, cells, head } = readNetworkDescription(network, "network");
  if (cell === "gru" && resetAfter) {
    throw rangeError("network", "a gru with resetAfter false", "resetAfter true", {
      hint: "TensorFlow 1's GRUCell resets before the recurrent product",
    });
  }
  const scope = cell === "gru" ? "gru_cell" : cell === "lstm" ? "basic_lstm_cell" : "basic_rnn_cell";
  const variables: Record<string, Tensor> = {};
  cells.forEach((directions, l) => {
    directions.forEach((parameters, d) => {
      const within = directions.length === 2 ? `bidirectional_rnn/${d === 0 ? "fw" : "bw"}/` : "";
      const stacked =
        cells.length === 1
          ? within === ""
            ? "rnn/"
            : ""
          : within === ""
            ? `rnn/multi_rnn_cell/cell_${l}/`
            : `stack_bidirectional_rnn/cell_${l}/`;
      const place = `${stacked}${within}${scope}`;
      const joint = concat([parameters.w_ih, parameters.w_hh]); // (I+H, G·H)
      if (cell === "gru") {
        for (const [name, array] of [
          ["kernel", joint],
          ["bias", parameters.b_h],
        ] as const) {
          const [gates, candidate] = cutColumns(array, 2 * H);
          variables[`${place}/gates/${name}`] = gates;
          variables[`${place}/candidate/${name}`] = candidate;
        }
      } else if (cell === "lstm") {
        variables[`${place}/kernel`] = reorder(joint, GATES.lstm, LSTM_GATES);
        variables[`${place}/bias`] = reorder(
          shiftForget(parameters.b_h, H, -forgetBias),
          GATES.lstm,
          LSTM_GATES,
        );
      } else {
        variables[`${place}/kernel`] = joint;
        variables[`${place}/bias`] = parameters.b_h;
      }
    });
  });
  if (head) {
    variables["dense/kernel"] = head.w_ho;
    variables["dense/bias"] = head.b_o;
  }
  return variables;
}

function readActivation(value: unknown, path: Path): "tanh" | "relu" {
  return oneOf(value, path, ["tanh", "relu"]);
}

function readBias(value: unknown, path: Path): number {
  return number(value, path);
}

/** Splits one cell's joint kernels. */
function fromJoint(cell: Cell, found: Found, I: number, H: number, forgetBias: number): CellParameters {
  const wanted =
    cell === "gru"
      ? ["gates/kernel", "gates/bias", "candidate/kernel", "candidate/bias"]
      : ["kernel", "bias"];
  for (const [name, { path }] of found.parts) {
    if (!wanted.includes(name)) throw rangeError(path, `a variable of a ${found.scope}`, show(name));
  }
  const read = (name: string, shape: number[], letters: string) => shaped(part(found, name), shape, letters);
  const split = (joint: Tensor, b_h: Tensor): CellParameters => ({
    w_ih: slice(joint, 0, I),
    w_hh: slice(joint, I, I + H),
    b_h,
  });
  if (cell === "gru") {
    const joint = joinColumns(
      reorder(read("gates/kernel", [I + H, 2 * H], "(I+H, 2·H)"), GRU_GATES, ["r", "z"]),
      read("candidate/kernel", [I + H, H], "(I+H, H)"),
    );
    return split(joint, concat([read("gates/bias", [2 * H], "(2·H)"), read("candidate/bias", [H], "(H)")]));
  }
  const G = GATES[cell].length;
  const letters = G === 1 ? "H" : "4·H";
  const joint = read("kernel", [I + H, G * H], `(I+H, ${letters})`);
  const bias = read("bias", [G * H], `(${letters})`);
  if (cell !== "lstm") return split(joint, bias);
  const b_h = shiftForget(reorder(bias, LSTM_GATES, GATES.lstm), H, forgetBias);
  return split(reorder(joint, LSTM_GATES, GATES.lstm), b_h);
}

/** Returns an lstm's bias (i f g o) with `by` added to f. */
function shiftForget(bias: Tensor, H: number, by: number): Tensor {
  return { data: bias.data.map((x, k) => (k >= H && k < 2 * H ? x + by : x)), shape: bias.shape };
}

/** Joins columns: (N, A), (N, B) → (N, A+B). */
function joinColumns(a: Tensor, b: Tensor): Tensor {
  const [rows = 0, left = 0] = a.shape;
  const right = b.shape[1] ?? 0;
  const joined = zeroTensor(rows, left + right);
  for (let r = 0; r < rows; r++) {
    joined.data.set(a.data.subarray(r * left, (r + 1) * left), r * (left + right));
    joined.data.set(b.data.subarray(r * right, (r + 1) * right), r * (left + right) + left);
  }
  return joined;
}

/** Splits columns: (N, M) → (N, at), (N, M − at). A vector is split in the same way. */
function cutColumns(array: Tensor, at: number): [Tensor, Tensor] {
  const columns = array.shape.at(-1) ?? 0;
  const take = (from: number, to: number): Tensor => ({
    data: array.data.filter((_, k) => k % columns >= from && k % columns < to),
    shape: [...array.shape.slice(0, -1), to - from],
  });
  return [take(0, at), take(at, columns)];
}
