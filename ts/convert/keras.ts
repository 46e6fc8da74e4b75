/**
 * Whole models as Keras's `get_weights()` lists them: layer by layer kernel, recurrent kernel, bias, of a Bidirectional
 * layer the forward direction's three and then the backward one's; at the end a Dense layer's kernel and bias.
 */

import { boolean, expected, oneOf, optionsObject, size } from "../base/check.js";
import type { Cell } from "../data/rnn-options.js";
import { showShape } from "../base/show.js";
import type { Tensor } from "../base/tensor.js";
import { matrixShape, readArray, shaped, zeros, type WeightArray } from "./arrays.js";
import {
  CELLS,
  describe,
  list,
  readNetwork,
  type CellParameters,
  type Describable,
  type HeadParameters,
  type NetworkDescription,
} from "./description.js";
import { fromKerasCell, hasTwoRows, toKerasCell } from "./keras-cell.js";

/** What a list of weights does not say by itself. */
export interface FromKerasOptions {
  /** "tanh" and "relu" for SimpleRNN of that activation, "gru", "lstm". */
  cell: Cell;
  /** How many recurrent layers are stacked. Default 1. */
  layers?: number;
  /** Whether they are Bidirectional (`merge_mode="concat"`). Default false. */
  bidirectional?: boolean;
  /** Whether the recurrent layers have a bias; of GRU layers its shape tells which form they have. Default true. */
  useBias?: boolean;
  /** Of GRU layers without bias. Default true, as Keras's. */
  resetAfter?: boolean;
}

const OPTIONS: ReadonlySet<string> = new Set([
  "cell",
  "layers",
  "bidirectional",
  "useBias",
  "resetAfter",
] satisfies (keyof FromKerasOptions)[]);

/**
 * The network whose weights Keras's `model.get_weights()` gave (Keras 3, tf.keras): SimpleRNN, GRU in both forms or
 * LSTM layers of equal width, Bidirectional or not, and a Dense layer at the end, if one is there.
 *
 * Which activations the layers had is not in the weights: bptt computes Keras's defaults (tanh; gates: sigmoid), and
 * relu for `cell: "relu"`. The Dense layer's output are the logits.
 *
 * @param weights the arrays in the order of `get_weights()`: nested, typed rows, or `{ data, shape }`
 * @param options what the arrays do not say
 * @throws TypeError when something is of the wrong kind
 * @throws RangeError when arrays are missing or superfluous or their shapes do not fit each other
 *
 * @example
 * import { Rnn } from "bptt";
 * import { fromKeras } from "bptt/convert";
 *
 * // json.dumps([w.tolist() for w in model.get_weights()]) of Input((None, 2)), SimpleRNN(1), Dense(2)
 * const weights = [[[0.5], [-0.5]], [[0.25]], [0.125], [[1, -1]], [0, 0]];
 * const { config, parameters } = fromKeras(weights, { cell: "tanh" });
 * const rnn = new Rnn(config);
 * rnn.setParameters(parameters);
 * console.log(rnn.inputSize, rnn.hiddenSize, rnn.outputSize); // 2 1 2
 */
export function fromKeras(weights: readonly WeightArray[], options: FromKerasOptions): NetworkDescription {
  return fromWeights(weights, options, true);
}

/** The same, with the form that a GRU without bias has when the options do not say it. */
export function fromWeights(
  weights: readonly WeightArray[],
  options: FromKerasOptions,
  resetAfterByDefault: boolean,
): NetworkDescription {
  const given = optionsObject(options, "options", OPTIONS) as FromKerasOptions;
  const cell = oneOf(given.cell, "cell", CELLS);
  const layers = size(given.layers ?? 1, "layers");
  const D = boolean(given.bidirectional, "bidirectional", false) ? 2 : 1;
  const useBias = boolean(given.useBias, "useBias", true);
  const arrays = list(weights, "weights", "an array of weight arrays").map((value, k) =>
    readArray(value, `weights[${k}]`),
  );
  const perDirection = useBias ? 3 : 2;
  const recurrent = layers * D * perDirection;
  if (arrays.length < recurrent || arrays.length > recurrent + 2) {
    const what = `${recurrent} arrays (${layers} × ${D === 2 ? "2 directions × " : ""}${perDirection}), or 1 or 2 more of a Dense layer`;
    throw new RangeError(`weights: expected ${what}, received ${arrays.length}`);
  }
  const at = (k: number) => arrays[k];

  const [inputSize] = matrixShape(at(0), "weights[0]");
  const [hiddenSize] = matrixShape(at(1), "weights[1]");
  if (inputSize === 0 || hiddenSize === 0) {
    throw new RangeError(expected("weights", "at least one input and one unit", arrays));
  }
  const resetAfter =
    cell === "gru" &&
    (useBias ? hasTwoRows(at(2)) : boolean(given.resetAfter, "resetAfter", resetAfterByDefault));
  const cells: CellParameters[][] = [];
  for (let l = 0, k = 0; l < layers; l++) {
    const rows = l === 0 ? inputSize : D * hiddenSize;
    cells.push(
      Array.from({ length: D }, () => {
        const names = {
          kernel: `weights[${k}]`,
          recurrentKernel: `weights[${k + 1}]`,
          bias: `weights[${k + 2}]`,
        };
        const theirs = { kernel: at(k), recurrentKernel: at(k + 1), bias: useBias ? at(k + 2) : undefined };
        k += perDirection;
        return fromKerasCell({ cell, resetAfter, hiddenSize, rows }, theirs, names);
      }),
    );
  }
  const head = readHead(arrays.slice(recurrent), D * hiddenSize, recurrent);
  return describe({ cell, inputSize, hiddenSize, resetAfter, cells, head });
}

/**
 * The arrays that Keras's `model.set_weights([…])` takes, for a model of the same layers: recurrent ones with bias, and
 * a Dense one where there is an output layer.
 *
 * A GRU layer must have the form of the network: `reset_after=True` (Keras's default) or `False`.
 *
 * @param network a network, or its sizes and parameters as plain data
 * @returns kernel, recurrent kernel and bias of each layer and direction; kernel and bias of the Dense layer
 * @throws TypeError when something is of the wrong kind
 * @throws RangeError when parameters are missing or superfluous or have other shapes than the sizes ask for
 *
 * @example
 * import { Rnn } from "bptt";
 * import { toKeras } from "bptt/convert";
 *
 * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 3 });
 * console.log(toKeras(rnn).map(({ shape }) => shape.join("×")).join(" ")); // 4×5 5×5 5 5×3 3
 */
export function toKeras(network: Describable): Tensor[] {
  const { cell, cells, head } = readNetwork(network, "network");
  const recurrent = cells.flat().flatMap((parameters) => toKerasCell(cell, parameters));
  return head ? [...recurrent, head.w_ho, head.b_o] : recurrent;
}

function readHead(arrays: readonly Tensor[], rows: number, at: number): HeadParameters | undefined {
  const [kernel, bias] = arrays;
  if (!kernel) return undefined;
  const name = `weights[${at}]`;
  const [got, V] = matrixShape(kernel, `${name}, the Dense kernel`);
  if (got !== rows) {
    throw new RangeError(
      `${name}: expected a Dense kernel of ${rows} rows, received ${showShape(kernel.shape)}`,
    );
  }
  return { w_ho: kernel, b_o: bias ? shaped(bias, `weights[${at + 1}]`, [V], "(V)") : zeros(V) };
}
