/**
 * Converts whole models to and from the list that Keras's `get_weights()` returns: kernel, recurrent kernel
 * and bias of each layer, in a Bidirectional layer those of the forward direction before those of the
 * backward direction, and at the end kernel and bias of a Dense layer.
 */

import { boolean, size } from "../base/check.js";
import { at, rangeError, type Path } from "../base/errors.js";
import { readOptions, type Declaration, type OptionsOf } from "../base/options.js";
import { showShape } from "../base/show.js";
import type { Tensor } from "../base/tensor.js";
import { matrixShape, readWeight, shaped, zeroTensor, type Weight, type WeightArray } from "./arrays.js";
import {
  describe,
  list,
  readDescribedCell,
  readNetworkDescription,
  type CellParameters,
  type Describable,
  type HeadParameters,
  type NetworkDescription,
} from "./description.js";
import { fromKerasCell, hasTwoRows, toKerasCell } from "./keras-cell.js";

const KERAS = {
  /** The cell: "tanh" or "relu" for SimpleRNN with that activation, "gru", or "lstm". */
  cell: { read: readDescribedCell },
  /** Number of recurrent layers. Default 1. */
  layers: { read: size, fallback: 1 },
  /** True if they are Bidirectional (`merge_mode="concat"`). Default false. */
  bidirectional: { read: boolean, fallback: false },
  /** True if the recurrent layers have a bias, whose shape decides the form of GRU layers. Default true. */
  useBias: { read: boolean, fallback: true },
  /** The form of GRU layers without bias. Default true, as in Keras. */
  resetAfter: { read: boolean, fallback: undefined },
} satisfies Declaration;

/** The properties of a model that its list of weights does not contain. */
export interface FromKerasOptions extends OptionsOf<typeof KERAS> {}

/**
 * Returns the network of the weights that Keras's `model.get_weights()` returned (Keras 3, tf.keras):
 * SimpleRNN, GRU in both forms or LSTM layers of equal width, Bidirectional or not, optionally with a Dense
 * layer at the end.
 *
 * The weights do not contain the activations of the layers. bptt computes Keras's defaults (tanh; gates:
 * sigmoid), and relu for `cell: "relu"`. The logits are the output of the Dense layer.
 *
 * @param weights the arrays in the order of `get_weights()`: nested, typed rows, or `{ data, shape }`
 * @param options the properties of the model that the arrays do not contain
 * @throws TypeError when an argument is of the wrong kind
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
  const arrays = list(weights, "weights", "an array of weight arrays");
  const read = arrays.map((value, k) => readWeight(value, at("weights", k)));
  return fromWeights(read, options, true, "weights");
}

/**
 * Returns the network of weights. `resetAfterByDefault` is the form of a GRU without bias unless the options
 * give it, and `path` is the place of the arrays.
 */
export function fromWeights(
  arrays: readonly Weight[],
  options: FromKerasOptions,
  resetAfterByDefault: boolean,
  path: Path,
): NetworkDescription {
  const { cell, layers, bidirectional, useBias, ...given } = readOptions(options, KERAS);
  const D = bidirectional ? 2 : 1;
  const perDirection = useBias ? 3 : 2;
  const recurrent = layers * D * perDirection;
  if (arrays.length < recurrent || arrays.length > recurrent + 2) {
    const what = `${recurrent} arrays (${layers} × ${D === 2 ? "2 directions × " : ""}${perDirection}), or 1 or 2 more of a Dense layer`;
    throw rangeError(path, what, `${arrays.length}`);
  }
  const [inputSize] = matrixShape(arrays[0]);
  const [hiddenSize] = matrixShape(arrays[1]);
  if (inputSize === 0 || hiddenSize === 0) {
    const shapes = `shapes ${showShape(arrays[0].array.shape)} and ${showShape(arrays[1].array.shape)}`;
    throw rangeError(path, "at least one input and one unit", shapes);
  }
  const { resetAfter: withoutBias = resetAfterByDefault } = given;
  const resetAfter = cell === "gru" && (useBias ? hasTwoRows(arrays[2]) : withoutBias);
  const cells: CellParameters[][] = [];
  for (let l = 0, k = 0; l < layers; l++) {
    const rows = l === 0 ? inputSize : D * hiddenSize;
    cells.push(
      Array.from({ length: D }, () => {
        const [kernel, recurrentKernel, bias] = arrays.slice(k, k + perDirection);
        k += perDirection;
        return fromKerasCell({ cell, resetAfter, hiddenSize, rows }, { kernel, recurrentKernel, bias });
      }),
    );
  }
  const head = readHead(arrays.slice(recurrent), D * hiddenSize);
  return describe({ cell, inputSize, hiddenSize, resetAfter, cells, head });
}

/**
 * Returns the arrays that Keras's `model.set_weights([…])` takes, for a model of the same layers: recurrent
 * layers with bias, and a Dense layer if there is an output layer.
 *
 * A GRU layer must have the form of the network: `reset_after=True` (Keras's default) or `False`.
 *
 * @param network a network, or its sizes and parameters as plain data
 * @returns kernel, recurrent kernel and bias of each layer and direction; kernel and bias of the Dense layer
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when parameters are missing or superfluous or do not have the shapes that follow from
 *   the sizes
 *
 * @example
 * import { Rnn } from "bptt";
 * import { toKeras } from "bptt/convert";
 *
 * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 3 });
 * console.log(toKeras(rnn).map(({ shape }) => shape.join("×")).join(" ")); // 4×5 5×5 5 5×3 3
 */
export function toKeras(network: Describable): Tensor[] {
  const { cell, cells, head } = readNetworkDescription(network, "network");
  const recurrent = cells.flat().flatMap((parameters) => toKerasCell(cell, parameters));
  return head ? [...recurrent, head.w_ho, head.b_o] : recurrent;
}

function readHead(arrays: readonly Weight[], rows: number): HeadParameters | undefined {
  const [kernel, bias] = arrays;
  if (!kernel) return undefined;
  const [theirs, V] = matrixShape(kernel);
  if (theirs !== rows) {
    throw rangeError(kernel.path, `a Dense kernel of ${rows} rows`, showShape(kernel.array.shape));
  }
  return { w_ho: kernel.array, b_o: bias ? shaped(bias, [V], "(V)") : zeroTensor(V) };
}
