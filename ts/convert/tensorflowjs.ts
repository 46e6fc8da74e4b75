/**
 * Converts networks to and from TensorFlow.js layers models: the artifacts that `tf.io` handlers exchange,
 * which a model.json with its weight files also contains. The GRU of TensorFlow.js has no reset_after, and by
 * default its GRU and LSTM use hard_sigmoid for the gates. Reading refuses hard_sigmoid, and writing sets the
 * activation explicitly.
 *
 * Source: TensorFlow.js 4.22 (tfjs-layers), `tf.io.ModelArtifacts`.
 */

import { record } from "../base/check.js";
import { at, rangeError } from "../base/errors.js";
import { readOptions, type Declaration, type OptionsOf } from "../base/options.js";
import type { Cell } from "../data/rnn-options.js";
import type { Tensor } from "../base/tensor.js";
import { zeroTensor } from "./arrays.js";
import {
  readInputForm,
  readNetworkDescription,
  type Describable,
  type NetworkDescription,
} from "./description.js";
import { toKerasCell } from "./keras-cell.js";
import { fromLayers } from "./keras-layers.js";
import { readTopology } from "./keras-topology.js";
import { joinValues, NamedWeights, readWeights, type TensorFlowJsModel } from "./tensorflowjs-weights.js";

/**
 * The result of {@link toTensorFlowJs}: artifacts for `tf.io.fromMemory`, or a model.json without
 * `weightData` and `weightSpecs`.
 */
export interface TensorFlowJsArtifacts {
  /** Always "layers-model". */
  format: "layers-model";
  generatedBy: string;
  convertedBy: null;
  /** A Sequential model. */
  modelTopology: Record<string, unknown>;
  /** The weights in the order of the data. */
  weightSpecs: { name: string; shape: number[]; dtype: "float32" }[];
  /** The same weights as one file, `weights.bin`. */
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: "float32" }[] }[];
  /** The content of `weights.bin`: float32, little-endian. */
  weightData: ArrayBuffer;
}

const TENSORFLOW_JS = {
  /**
   * Form of the inputs. "features": (B, T, I); "ids": (B, T), through an Embedding that is the identity
   * matrix. Default "ids".
   */
  inputs: { read: readInputForm, fallback: "ids" },
} satisfies Declaration;

/** Options of {@link toTensorFlowJs}. */
export interface ToTensorFlowJsOptions extends OptionsOf<typeof TENSORFLOW_JS> {}

const LAYER: Readonly<Record<Cell, string>> = {
  tanh: "SimpleRNN",
  relu: "SimpleRNN",
  gru: "GRU",
  lstm: "LSTM",
};
const DEFAULTS = { recurrentActivation: "hard_sigmoid", resetAfter: false };

/**
 * Returns the network of a TensorFlow.js layers model: SimpleRNN, GRU or LSTM layers of equal width,
 * Bidirectional or not. The model may begin with an Embedding, which is multiplied into the input weights,
 * and end with a Dense layer.
 *
 * @param model `tf.io.ModelArtifacts`, or a parsed model.json with `weightData` added
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when the model has layers or settings that bptt does not compute, which the message
 *   names, or when weights are missing, superfluous, quantized or of the wrong shape
 *
 * @example
 * import { Rnn } from "bptt";
 * import { fromTensorFlowJs, toTensorFlowJs } from "bptt/convert";
 *
 * // await model.save(tf.io.withSaveHandler(async (artifacts) => …)) gives such artifacts
 * const artifacts = toTensorFlowJs(new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 }));
 * const { config, parameters } = fromTensorFlowJs(artifacts);
 * console.log(config.cell, parameters.w_ih_l0?.shape); // tanh [4, 5]
 */
export function fromTensorFlowJs(model: TensorFlowJsModel): NetworkDescription {
  const given = record(model, "model") as TensorFlowJsModel;
  if (given.modelTopology === undefined)
    throw rangeError(at("model", "modelTopology"), "the layers of a layers model", "undefined", {
      hint: "a graph model has none",
    });
  const layers = readTopology(given.modelTopology, at("model", "modelTopology"));
  const weights = new NamedWeights(readWeights(given));
  const network = fromLayers(layers, (layer) => weights.take(layer), DEFAULTS, at("model", "modelTopology"));
  weights.expectNone();
  return network;
}

/**
 * Returns the network as a TensorFlow.js layers model, for `tf.loadLayersModel(tf.io.fromMemory(artifacts))`,
 * or for the two files `model.json` (`JSON.stringify` of all but `weightData` and `weightSpecs`) and
 * `weights.bin` (`weightData`).
 *
 * The output of the model is the logits (B, T, V).
 *
 * @param network a network, or its sizes and parameters as plain data
 * @param options the form of the model's inputs
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when the network is a gru with resetAfter, which TensorFlow.js does not compute, and
 *   when parameters do not fit
 *
 * @example
 * import { Rnn } from "bptt";
 * import { toTensorFlowJs } from "bptt/convert";
 *
 * const { weightData, weightSpecs, ...modelJson } = toTensorFlowJs(new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 }));
 * console.log(JSON.stringify(modelJson).slice(0, 24), weightSpecs.length, weightData.byteLength); // {"format":"layers-model" 4 264
 */
export function toTensorFlowJs(
  network: Describable,
  options: ToTensorFlowJsOptions = {},
): TensorFlowJsArtifacts {
  const { inputs: form } = readOptions(options, TENSORFLOW_JS);
  const {
    cell,
    inputSize: I,
    hiddenSize: H,
    resetAfter,
    cells,
    head,
  } = readNetworkDescription(network, "network");
  if (cell === "gru" && resetAfter) {
    throw rangeError("network", "a gru with resetAfter false", "resetAfter true", {
      hint: "TensorFlow.js has no GRU with reset_after",
    });
  }
  const weights: [name: string, array: Tensor][] = [];
  const layers: { class_name: string; config: Record<string, unknown> }[] = [];
  const add = (className: string, config: Record<string, unknown>) =>
    layers.push({
      class_name: className,
      config:
        layers.length > 0
          ? config
          : { ...config, batch_input_shape: form === "ids" ? [null, null] : [null, null, I] },
    });
  if (form === "ids") {
    const unit = zeroTensor(I, I);
    for (let i = 0; i < I; i++) unit.data[i * I + i] = 1;
    add("Embedding", {
      name: "one_hot",
      trainable: false,
      input_dim: I,
      output_dim: I,
      mask_zero: false,
      embeddings_initializer: ZEROS,
    });
    weights.push(["one_hot/embeddings", unit]);
  }
  cells.forEach((directions, l) => {
    const name = `recurrent_l${l}`;
    const inner = {
      class_name: LAYER[cell],
      config: recurrentConfig(cell, H, directions.length === 1 ? name : `${name}_cell`),
    };
    if (directions.length === 1) add(inner.class_name, inner.config);
    else add("Bidirectional", { name, layer: inner, merge_mode: "concat" });
    directions.forEach((parameters, d) => {
      const scope =
        directions.length === 1 ? name : `${name}/${d === 0 ? "forward" : "backward"}_${name}_cell`;
      toKerasCell(cell, parameters).forEach((array, k) => {
        weights.push([`${scope}/${["kernel", "recurrent_kernel", "bias"][k]}`, array]);
      });
    });
  });
  if (head) {
    const units = head.b_o.data.length;
    add("Dense", {
      name: "head",
      units,
      activation: "linear",
      use_bias: true,
      kernel_initializer: ZEROS,
      bias_initializer: ZEROS,
    });
    weights.push(["head/kernel", head.w_ho], ["head/bias", head.b_o]);
  }
  const weightSpecs = weights.map(([name, { shape }]) => ({
    name,
    shape: [...shape],
    dtype: "float32" as const,
  }));
  return {
    format: "layers-model",
    generatedBy: "bptt",
    convertedBy: null,
    modelTopology: {
      class_name: "Sequential",
      config: { name: "bptt", layers },
      keras_version: "tfjs-layers 4.22.0",
      backend: "tensor_flow.js",
    },
    weightSpecs,
    weightsManifest: [{ paths: ["weights.bin"], weights: weightSpecs }],
    weightData: joinValues(weights.map(([, array]) => array)),
  };
}

// loading overwrites the initial weights, so computing others (orthogonal ones in particular) would only take
// time
const ZEROS = { class_name: "Zeros", config: {} };

function recurrentConfig(cell: Cell, units: number, name: string): Record<string, unknown> {
  return {
    name,
    units,
    activation: cell === "relu" ? "relu" : "tanh",
    ...(cell === "gru" || cell === "lstm" ? { recurrent_activation: "sigmoid" } : {}),
    ...(cell === "gru" ? { reset_after: false } : {}),
    use_bias: true,
    return_sequences: true,
    kernel_initializer: ZEROS,
    recurrent_initializer: ZEROS,
    bias_initializer: ZEROS,
    ...(cell === "lstm" ? { unit_forget_bias: false } : {}),
  };
}
