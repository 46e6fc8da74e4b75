/**
 * What a chain of Keras layers means as one network: which layers there may be, which settings, in which order. What
 * this library does not compute is refused by name; what is of no meaning after training (Dropout, initialisers,
 * regularisers) is passed over.
 *
 * Source: Keras 3.15, tf.keras 2.15, TensorFlow.js 4.22, whose defaults differ (`Defaults`).
 */

import type { Cell } from "../data/rnn-options.js";
import { clip, show, showNames, showShape } from "../base/show.js";
import type { Tensor } from "../base/tensor.js";
import { matrixShape, product, shaped, zeros } from "./arrays.js";
import {
  describe,
  type CellParameters,
  type HeadParameters,
  type NetworkDescription,
} from "./description.js";
import { fromKerasCell, hasTwoRows } from "./keras-cell.js";
import { readLayer, type Layer } from "./keras-topology.js";

/** What a setting is where the JSON does not say it. */
export interface Defaults {
  readonly recurrentActivation: string;
  /** Of a GRU without bias; the shape of a bias says it otherwise. */
  readonly resetAfter: boolean;
}

/**
 * A layer's arrays by their role: "kernel", "recurrent_kernel", "bias", "embeddings"; with "forward/" or "backward/"
 * in front for the directions of a Bidirectional layer. Those who ask for none of a name get an error from `need`.
 */
export type LayerWeights = ReadonlyMap<string, Tensor>;

const RECURRENT = ["SimpleRNN", "GRU", "LSTM"];
const WITHOUT_MEANING = ["InputLayer", "Dropout", "SpatialDropout1D"];

// what the product with an Embedding may take: memory, and multiplications of about a nanosecond
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
  readonly where: string;
  readonly weights: LayerWeights;
}

/** The network of a chain of layers; `weightsOf` has the arrays of each. */
export function fromLayers(
  layers: readonly Layer[],
  weightsOf: (layer: Layer, index: number) => LayerWeights,
  defaults: Defaults,
): NetworkDescription {
  let embeddings: Tensor | undefined;
  let head: { layer: Layer; weights: LayerWeights; where: string } | undefined;
  let isEnd = false;
  const stack: Recurrent[] = [];
  const returns: boolean[] = [];

  layers.forEach((layer, k) => {
    const where = `layers[${k}] ${clip(layer.className)} ${show(layer.name)}`;
    const { className, config } = layer;
    if (WITHOUT_MEANING.includes(className)) return;
    if (isEnd) throw new RangeError(`${where}: expected nothing behind the softmax`);
    if (className === "Activation" || className === "Softmax") {
      const activation = className === "Softmax" ? "softmax" : nameOf(config["activation"]);
      if (activation === "linear") return;
      if (activation !== "softmax" || stack.length === 0)
        throw refused(where, "activation", "softmax at the end", activation);
      isEnd = true; // bptt's logits are what goes into it
      return;
    }
    const weights = weightsOf(layer, k);
    if (className === "Embedding") {
      if (embeddings || stack.length > 0)
        throw new RangeError(`${where}: expected an embedding at the start only`);
      if (config["mask_zero"] === true) throw refused(where, "mask_zero", "false", true);
      embeddings = need(weights, "embeddings", where);
    } else if (RECURRENT.includes(className) || className === "Bidirectional") {
      if (head) throw new RangeError(`${where}: expected no recurrent layer behind the Dense one`);
      const inner = className === "Bidirectional" ? innerOf(layer, where) : layer;
      stack.push({
        ...readRecurrent(inner, where, defaults, weights.get(inner === layer ? "bias" : "forward/bias")),
        bidirectional: inner !== layer,
        where,
        weights,
      });
      returns.push(inner.config["return_sequences"] === true);
    } else if (className === "Dense" || className === "TimeDistributed") {
      const dense = className === "Dense" ? layer : readLayer(config["layer"], `${where}.layer`);
      if (dense.className !== "Dense") throw refused(where, "layer", "Dense", dense.className);
      if (head || stack.length === 0)
        throw new RangeError(`${where}: expected one Dense layer, behind the recurrent ones`);
      const activation = nameOf(dense.config["activation"] ?? "linear");
      if (activation === "softmax") isEnd = true;
      else if (activation !== "linear") throw refused(where, "activation", "linear or softmax", activation);
      head = { layer: dense, weights, where };
    } else {
      throw new RangeError(
        `${where}: bptt has no such layer; it reads ${[...RECURRENT, "Bidirectional", "Dense", "TimeDistributed(Dense)", "Embedding"].join(", ")}`,
      );
    }
  });
  const [first] = stack;
  if (!first)
    throw new RangeError(`layers: expected a recurrent layer (${RECURRENT.join(", ")}), received none`);
  checkStack(stack, returns);
  return assemble(first, stack, embeddings, head);
}

function assemble(
  first: Recurrent,
  stack: readonly Recurrent[],
  embeddings: Tensor | undefined,
  head: { layer: Layer; weights: LayerWeights; where: string } | undefined,
): NetworkDescription {
  const { cell, units: hiddenSize, resetAfter, bidirectional } = first;
  const D = bidirectional ? 2 : 1;
  let inputSize = 0;
  const cells: CellParameters[][] = stack.map(({ useBias, where, weights }, l) =>
    (bidirectional ? ["forward/", "backward/"] : [""]).map((direction, d) => {
      const kernel = need(weights, `${direction}kernel`, where);
      const [depth] = matrixShape(kernel, `${where} ${direction}kernel`);
      if (l === 0 && d === 0) inputSize = depth;
      const parts = {
        kernel,
        recurrentKernel: need(weights, `${direction}recurrent_kernel`, where),
        bias: useBias ? need(weights, `${direction}bias`, where) : undefined,
      };
      expectOnly(weights, where, (bidirectional ? 2 : 1) * (useBias ? 3 : 2));
      const names = {
        kernel: `${where} ${direction}kernel`,
        recurrentKernel: `${where} ${direction}recurrent_kernel`,
        bias: `${where} ${direction}bias`,
      };
      const rows = l === 0 ? inputSize : D * hiddenSize;
      return fromKerasCell({ cell, resetAfter, hiddenSize, rows }, parts, names);
    }),
  );
  if (embeddings) {
    // x = E[id], so x·W_ih is row id of E·W_ih
    const [ids, depth] = matrixShape(embeddings, "embeddings");
    shaped(embeddings, "embeddings", [ids, inputSize]);
    if (depth === 0) throw new RangeError("embeddings: expected at least one column, received 0");
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
 * An Embedding multiplied into the input weights: (ids, depth)·(depth, G·H). Two small arrays can have a large product;
 * one that is out of proportion to the weights is refused before it is computed.
 */
function folded(embeddings: Tensor, { w_ih, w_hh }: CellParameters, directions: number): Tensor {
  const [ids, depth] = matrixShape(embeddings, "embeddings");
  const [, columns] = matrixShape(w_ih, "w_ih");
  const bytes = 4 * (embeddings.data.length + w_ih.data.length + w_hh.data.length);
  const most = (FOLDED_BYTES + FOLDED_BYTES_PER_BYTE * bytes) / 4 / directions;
  const mostProducts = (FOLDED_PRODUCTS + FOLDED_PRODUCTS_PER_BYTE * bytes) / directions;
  if (ids * columns > most || ids * columns * depth > mostProducts) {
    const what = `embeddings: expected input weights of at most ${Math.floor(most)} values when multiplied into them`;
    throw new RangeError(`${what}, received ${showShape([ids, depth])}·${showShape([depth, columns])}`);
  }
  return product(embeddings, w_ih);
}

function readHead(
  { layer, weights, where }: { layer: Layer; weights: LayerWeights; where: string },
  rows: number,
): HeadParameters {
  const kernel = need(weights, "kernel", where);
  const useBias = layer.config["use_bias"] !== false;
  expectOnly(weights, where, useBias ? 2 : 1);
  const [, V] = matrixShape(kernel, `${where} kernel`);
  const w_ho = shaped(kernel, `${where} kernel`, [rows, V]);
  return { w_ho, b_o: useBias ? shaped(need(weights, "bias", where), `${where} bias`, [V]) : zeros(V) };
}

/** The layer inside a Bidirectional one. */
function innerOf({ config }: Layer, where: string): Layer {
  const merge = config["merge_mode"] === undefined ? "concat" : config["merge_mode"];
  if (merge !== "concat") throw refused(where, "merge_mode", "concat", merge);
  const inner = readLayer(config["layer"], `${where}.layer`);
  if (!RECURRENT.includes(inner.className))
    throw refused(where, "layer", RECURRENT.join(", "), inner.className);
  if (config["backward_layer"] !== undefined && config["backward_layer"] !== null) {
    const other = readLayer(config["backward_layer"], `${where}.backward_layer`);
    for (const key of [
      "units",
      "activation",
      "recurrent_activation",
      "use_bias",
      "reset_after",
      "return_sequences",
    ]) {
      const [a, b] = [inner.config[key], other.config[key]].map((value) => JSON.stringify(value ?? null));
      if (other.className !== inner.className || a !== b) {
        throw refused(
          where,
          `backward_layer's ${key}`,
          `the forward layer's ${a}`,
          other.className === inner.className ? b : other.className,
        );
      }
    }
  }
  return inner;
}

/** The settings of one recurrent layer that decide what it computes. */
function readRecurrent(
  { className, config }: Layer,
  where: string,
  defaults: Defaults,
  bias: Tensor | undefined,
) {
  const units = config["units"];
  if (typeof units !== "number" || !Number.isInteger(units) || units < 1)
    throw refused(where, "units", "an integer >= 1", units);
  for (const flag of ["go_backwards", "return_state", "time_major"]) {
    if (config[flag] === true) throw refused(where, flag, "false", true);
  }
  const activation = nameOf(config["activation"] ?? "tanh");
  let cell: Cell;
  if (className === "SimpleRNN") {
    if (activation !== "tanh" && activation !== "relu")
      throw refused(where, "activation", "tanh or relu", activation);
    cell = activation;
  } else {
    cell = className === "GRU" ? "gru" : "lstm";
    if (activation !== "tanh") throw refused(where, "activation", "tanh", activation);
    const recurrent = nameOf(config["recurrent_activation"] ?? defaults.recurrentActivation);
    if (recurrent !== "sigmoid") throw refused(where, "recurrent_activation", "sigmoid", recurrent);
  }
  const theirDefault = bias === undefined ? defaults.resetAfter : hasTwoRows(bias);
  const resetAfter = cell === "gru" && (config["reset_after"] ?? theirDefault) === true;
  return { cell, units, resetAfter, useBias: config["use_bias"] !== false };
}

/** All layers must be alike, and hand on their whole sequences. */
function checkStack(stack: readonly Recurrent[], returns: readonly boolean[]): void {
  const first = stack[0];
  stack.forEach((layer, l) => {
    for (const key of ["cell", "units", "bidirectional", "resetAfter"] as const) {
      if (layer[key] !== first[key])
        throw refused(layer.where, key, `${first[key]}, as of the layer below`, layer[key]);
    }
    const isLast = l === stack.length - 1;
    // a last layer that gives its last step only: the same network, of which that step is looked at
    if (returns[l] === false && (!isLast || layer.bidirectional))
      throw refused(layer.where, "return_sequences", "true", false);
  });
}

/** An activation's name in Keras's spelling, whichever way it was written down. */
function nameOf(value: unknown): unknown {
  if (typeof value === "object" && value !== null) {
    const { class_name: kind, config } = value as { class_name?: unknown; config?: unknown };
    return kind === "function" ? nameOf(config) : kind;
  }
  return typeof value === "string" ? value.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase() : value;
}

function need(weights: LayerWeights, role: string, where: string): Tensor {
  const array = weights.get(role);
  if (!array)
    throw new RangeError(
      `${where}: its ${role} is missing (there is ${showNames(weights.keys()) || "nothing"})`,
    );
  return array;
}

function expectOnly(weights: LayerWeights, where: string, count: number): void {
  if (weights.size !== count) {
    throw new RangeError(
      `${where}: expected ${count} arrays, received ${weights.size} (${showNames(weights.keys())})`,
    );
  }
}

function refused(where: string, setting: string, what: string, got: unknown): RangeError {
  return new RangeError(`${where}: ${setting}: expected ${what}, received ${show(got)}`);
}
