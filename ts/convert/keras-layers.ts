/**
 * Interprets a chain of Keras layers as one network: the permitted layers, their settings, and their order.
 * Layers and settings that this library does not compute are refused by name. Those that have no effect after
 * training (Dropout, initializers, regularizers) are ignored.
 *
 * Source: Keras 3.15, tf.keras 2.15, TensorFlow.js 4.22, whose defaults differ (`Defaults`).
 */

import { at, rangeError, type Path } from "../base/errors.js";
import type { Cell } from "../data/rnn-options.js";
import { show, showNames, showShape } from "../base/show.js";
import type { Tensor } from "../base/tensor.js";
import { matrixShape, product, shaped, zeroTensor, type Weight } from "./arrays.js";
import {
  describe,
  type CellParameters,
  type HeadParameters,
  type NetworkDescription,
} from "./description.js";
import { fromKerasCell, hasTwoRows } from "./keras-cell.js";
import { readLayer, showLayer, type Layer } from "./keras-topology.js";

/** The values of settings that the JSON omits. */
export interface Defaults {
  readonly recurrentActivation: string;
  /** The form of a GRU without bias. Otherwise the shape of the bias decides. */
  readonly resetAfter: boolean;
}

/**
 * A layer's arrays by their role: "kernel", "recurrent_kernel", "bias", "embeddings". The roles of a
 * Bidirectional layer begin with "forward/" or "backward/". A request for a missing array is an error of
 * `need`.
 */
export type LayerWeights = ReadonlyMap<string, Weight>;

const RECURRENT = ["SimpleRNN", "GRU", "LSTM"];
const WITHOUT_MEANING = ["InputLayer", "Dropout", "SpatialDropout1D"];

// limits of the product with an Embedding: memory, and multiplications of about a nanosecond each
const FOLDED_BYTES = 2 ** 25;
const FOLDED_BYTES_PER_BYTE = 7;
const FOLDED_PRODUCTS = 2 ** 28;
const FOLDED_PRODUCTS_PER_BYTE = 400;

interface Recurrent {
  readonly cell: Cell;
  readonly units: number;
  readonly resetAfter: boolean;
  readonly useBias: boolean;
  readonly bidirectional: boolean;
  readonly layer: Layer;
  readonly weights: LayerWeights;
}

interface Head {
  /** The Dense layer, or the TimeDistributed layer around it. */
  readonly layer: Layer;
  readonly dense: Layer;
  readonly weights: LayerWeights;
}

/**
 * Returns the network of a chain of layers. `weightsOf` returns the arrays of a layer, and `path` is the
 * place of the model's JSON.
 */
export function fromLayers(
  layers: readonly Layer[],
  weightsOf: (layer: Layer, index: number) => LayerWeights,
  defaults: Defaults,
  path: Path,
): NetworkDescription {
  let embeddings: Weight | undefined;
  let head: Head | undefined;
  let isEnd = false;
  const stack: Recurrent[] = [];
  const returns: boolean[] = [];

  layers.forEach((layer, k) => {
    const { className, config } = layer;
    if (WITHOUT_MEANING.includes(className)) return;
    if (isEnd) throw rangeError(layer.path, "no layer after the softmax", showLayer(layer));
    if (className === "Activation" || className === "Softmax") {
      const activation = className === "Softmax" ? "softmax" : nameOf(config["activation"]);
      if (activation === "linear") return;
      if (activation !== "softmax" || stack.length === 0)
        throw refused(layer, "activation", `"softmax" at the end`, activation);
      isEnd = true; // bptt's logits are the input of the softmax
      return;
    }
    const weights = weightsOf(layer, k);
    if (className === "Embedding") {
      if (embeddings || stack.length > 0)
        throw rangeError(layer.path, "an embedding at the start only", showLayer(layer));
      if (config["mask_zero"] === true) throw refused(layer, "mask_zero", "false", true);
      embeddings = need(weights, "embeddings", layer);
    } else if (RECURRENT.includes(className) || className === "Bidirectional") {
      if (head) throw rangeError(layer.path, "no recurrent layer after the Dense one", showLayer(layer));
      const inner = className === "Bidirectional" ? innerOf(layer) : layer;
      stack.push({
        ...readRecurrent(inner, defaults, weights.get(inner === layer ? "bias" : "forward/bias")),
        bidirectional: inner !== layer,
        layer: inner,
        weights,
      });
      returns.push(inner.config["return_sequences"] === true);
    } else if (className === "Dense" || className === "TimeDistributed") {
      const dense =
        className === "Dense" ? layer : readLayer(config["layer"], at(layer.path, "config", "layer"));
      if (dense.className !== "Dense") throw unknownLayer(dense, ["Dense"]);
      if (head || stack.length === 0)
        throw rangeError(layer.path, "one Dense layer, after the recurrent ones", showLayer(layer));
      const activation = nameOf(dense.config["activation"] ?? "linear");
      if (activation === "softmax") isEnd = true;
      else if (activation !== "linear")
        throw refused(dense, "activation", `"linear" or "softmax"`, activation);
      head = { layer, dense, weights };
    } else {
      throw unknownLayer(layer, [
        ...RECURRENT,
        "Bidirectional",
        "Dense",
        "TimeDistributed(Dense)",
        "Embedding",
      ]);
    }
  });
  const [first] = stack;
  if (!first) throw rangeError(path, `a recurrent layer (${RECURRENT.join(", ")})`, "none");
  checkStack(stack, returns);
  return assemble(first, stack, embeddings, head);
}

function assemble(
  first: Recurrent,
  stack: readonly Recurrent[],
  embeddings: Weight | undefined,
  head: Head | undefined,
): NetworkDescription {
  const { cell, units: hiddenSize, resetAfter, bidirectional } = first;
  const D = bidirectional ? 2 : 1;
  let inputSize = 0;
  const cells: CellParameters[][] = stack.map(({ useBias, layer, weights }, l) =>
    (bidirectional ? ["forward/", "backward/"] : [""]).map((direction, d) => {
      const kernel = need(weights, `${direction}kernel`, layer);
      const [depth] = matrixShape(kernel);
      if (l === 0 && d === 0) inputSize = depth;
      const parts = {
        kernel,
        recurrentKernel: need(weights, `${direction}recurrent_kernel`, layer),
        bias: useBias ? need(weights, `${direction}bias`, layer) : undefined,
      };
      expectOnly(weights, layer, (bidirectional ? 2 : 1) * (useBias ? 3 : 2));
      const rows = l === 0 ? inputSize : D * hiddenSize;
      return fromKerasCell({ cell, resetAfter, hiddenSize, rows }, parts);
    }),
  );
  if (embeddings) {
    // x = E[id], so x·W_ih is row id of E·W_ih
    const [ids, depth] = matrixShape(embeddings);
    shaped(embeddings, [ids, inputSize]);
    if (depth === 0) throw rangeError(embeddings.path, "at least one column", "0");
    for (const cellOf of cells[0] ?? []) cellOf.w_ih = folded(embeddings, cellOf, D);
    inputSize = ids;
  }
  return describe({
    cell,
    inputSize,
    hiddenSize,
    resetAfter,
    cells,
    head: head && readHead(head, D * hiddenSize),
  });
}

/**
 * Multiplies an Embedding into the input weights: (ids, depth)·(depth, G·H). Two small arrays can have a
 * large product. One that is out of proportion to the weights is refused before it is computed.
 */
function folded(embeddings: Weight, { w_ih, w_hh }: CellParameters, directions: number): Tensor {
  const [ids, depth] = matrixShape(embeddings);
  const [, columns] = w_ih.shape;
  const bytes = 4 * (embeddings.array.data.length + w_ih.data.length + w_hh.data.length);
  const most = (FOLDED_BYTES + FOLDED_BYTES_PER_BYTE * bytes) / 4 / directions;
  const mostProducts = (FOLDED_PRODUCTS + FOLDED_PRODUCTS_PER_BYTE * bytes) / directions;
  if (ids * columns > most || ids * columns * depth > mostProducts) {
    const what = `a product with the input weights of at most ${Math.floor(most)} values`;
    const received = `${showShape([ids, depth])}·${showShape([depth, columns])}`;
    throw rangeError(embeddings.path, what, received);
  }
  return product(embeddings.array, w_ih);
}

function readHead({ layer, dense, weights }: Head, rows: number): HeadParameters {
  const kernel = need(weights, "kernel", layer);
  const useBias = dense.config["use_bias"] !== false;
  expectOnly(weights, layer, useBias ? 2 : 1);
  const [, V] = matrixShape(kernel);
  const w_ho = shaped(kernel, [rows, V]);
  return { w_ho, b_o: useBias ? shaped(need(weights, "bias", layer), [V]) : zeroTensor(V) };
}

/** Returns the layer inside a Bidirectional one. */
function innerOf(layer: Layer): Layer {
  const { config, path } = layer;
  const merge = config["merge_mode"] === undefined ? "concat" : config["merge_mode"];
  if (merge !== "concat") throw refused(layer, "merge_mode", `"concat"`, merge);
  const inner = readLayer(config["layer"], at(path, "config", "layer"));
  if (!RECURRENT.includes(inner.className)) throw unknownLayer(inner, RECURRENT);
  if (config["backward_layer"] !== undefined && config["backward_layer"] !== null) {
    const other = readLayer(config["backward_layer"], at(path, "config", "backward_layer"));
    if (other.className !== inner.className) throw unknownLayer(other, [inner.className]);
    for (const key of [
      "units",
      "activation",
      "recurrent_activation",
      "use_bias",
      "reset_after",
      "return_sequences",
    ]) {
      const [a, b] = [inner.config[key], other.config[key]].map((value) => JSON.stringify(value ?? null));
      if (a !== b)
        throw refused(other, key, `${show(inner.config[key])}, as in the forward layer`, other.config[key]);
    }
  }
  return inner;
}

/** Reads the settings of one recurrent layer that affect its computation. */
function readRecurrent(layer: Layer, defaults: Defaults, bias: Weight | undefined) {
  const { className, config } = layer;
  const units = config["units"];
  if (typeof units !== "number" || !Number.isInteger(units) || units < 1)
    throw refused(layer, "units", "an integer >= 1", units);
  for (const flag of ["go_backwards", "return_state", "time_major"]) {
    if (config[flag] === true) throw refused(layer, flag, "false", true);
  }
  const activation = nameOf(config["activation"] ?? "tanh");
  let cell: Cell;
  if (className === "SimpleRNN") {
    if (activation !== "tanh" && activation !== "relu")
      throw refused(layer, "activation", `"tanh" or "relu"`, activation);
    cell = activation;
  } else {
    cell = className === "GRU" ? "gru" : "lstm";
    if (activation !== "tanh") throw refused(layer, "activation", `"tanh"`, activation);
    const recurrent = nameOf(config["recurrent_activation"] ?? defaults.recurrentActivation);
    if (recurrent !== "sigmoid") throw refused(layer, "recurrent_activation", `"sigmoid"`, recurrent);
  }
  const theirDefault = bias === undefined ? defaults.resetAfter : hasTwoRows(bias);
  const resetAfter = cell === "gru" && (config["reset_after"] ?? theirDefault) === true;
  return { cell, units, resetAfter, useBias: config["use_bias"] !== false };
}

/** The properties that all layers must have in common, as messages call them. */
const ALIKE = {
  cell: { what: "the cell", keys: [] },
  units: { what: "units", keys: ["config", "units"] },
  bidirectional: { what: "bidirectional", keys: [] },
  resetAfter: { what: "reset_after", keys: ["config", "reset_after"] },
} as const;

/** Checks that all layers are alike and return their whole sequences. */
function checkStack(stack: readonly Recurrent[], returns: readonly boolean[]): void {
  const first = stack[0];
  stack.forEach((recurrent, l) => {
    const { layer } = recurrent;
    for (const key of ["cell", "units", "bidirectional", "resetAfter"] as const) {
      if (recurrent[key] !== first[key]) {
        const { what, keys } = ALIKE[key];
        const expected = `${what} ${show(first[key])}, as in the first recurrent layer`;
        throw rangeError(at(layer.path, ...keys), expected, `${show(recurrent[key])} in ${showLayer(layer)}`);
      }
    }
    const isLast = l === stack.length - 1;
    // a last layer that returns only its last step is the same network, of which that step is used
    if (returns[l] === false && (!isLast || recurrent.bidirectional))
      throw refused(layer, "return_sequences", "true", false);
  });
}

/** Returns an activation's name in Keras's spelling from any of its forms in the JSON. */
function nameOf(value: unknown): unknown {
  if (typeof value === "object" && value !== null) {
    const { class_name: kind, config } = value as { class_name?: unknown; config?: unknown };
    return kind === "function" ? nameOf(config) : kind;
  }
  return typeof value === "string" ? value.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase() : value;
}

function need(weights: LayerWeights, role: string, layer: Layer): Weight {
  const weight = weights.get(role);
  if (weight) return weight;
  const received = showNames(weights.keys()) || "no weights";
  throw rangeError(layer.path, `weights with the ${role} of ${showLayer(layer)}`, received);
}

function expectOnly(weights: LayerWeights, layer: Layer, count: number): void {
  if (weights.size === count) return;
  const received = `${weights.size} (${showNames(weights.keys())})`;
  throw rangeError(layer.path, `${count} weights of ${showLayer(layer)}`, received);
}

/** Creates the error for a setting that bptt does not compute. */
function refused(layer: Layer, setting: string, what: string, received: unknown): RangeError {
  return rangeError(at(layer.path, "config", setting), `${what} in ${showLayer(layer)}`, show(received));
}

/** Creates the error for a layer that is not permitted at its place. */
function unknownLayer(layer: Layer, known: readonly string[]): RangeError {
  return rangeError(layer.path, `a layer that bptt has (${known.join(", ")})`, showLayer(layer));
}
