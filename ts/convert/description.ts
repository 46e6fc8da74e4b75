/**
 * A network as plain data: its sizes and its parameters by name. The conversions of this folder read and
 * write only this. A network of this library is such a description itself, because its getters have the same
 * names. `new Rnn(config)` and `setParameters(parameters)` create a network from one.
 *
 *     w_ih_l0 (I, G·H)  w_hh_l0 (H, G·H)  b_h_l0 (G·H)  …_l1 …  …_l0_reverse …  b_hn_l0 (H)  w_ho (D·H, V)  b_o (V)
 *
 * Gates in PyTorch's order: gru r z n, lstm i f g o. b_hn is the recurrent bias of a reset-after gru's n gate.
 */

import { boolean, oneOf, record, size } from "../base/check.js";
import { at, rangeError, typeError, type Path } from "../base/errors.js";
import { merge, readOptions, type Declaration, type OptionsOf } from "../base/options.js";
import { show, showNames, showShape } from "../base/show.js";
import type { Tensor } from "../base/tensor.js";
import { CELLS, type Cell } from "../data/rnn-options.js";
import { readWeight, shaped, type WeightArray } from "./arrays.js";

const NETWORK = {
  /** The kind of cell: the computation of one time step. */
  cell: { read: readDescribedCell },
  /** I: the number of different ids, or the number of features. */
  inputSize: { read: size },
  /** H: the width of the hidden state. */
  hiddenSize: { read: size },
  /** V: the width of the output layer. Default: no output layer. */
  outputSize: { read: readOutputSize, fallback: undefined },
  /** L: the number of layers. Default 1. */
  layers: { read: size, fallback: 1 },
  /** True if a second direction reads each row from its end to its start. Default false. */
  bidirectional: { read: boolean, fallback: false },
  /**
   * Form of a gru: true if r acts after the recurrent product (PyTorch), false if before it. Default true.
   */
  resetAfter: { read: boolean, fallback: undefined },
} satisfies Declaration;

/** Sizes and kind of a network, as options of `new Rnn(…)`. */
export interface NetworkConfig extends OptionsOf<typeof NETWORK> {}

/** The result of a conversion: pass `config` to `new Rnn(…)` and `parameters` to `setParameters`. */
export interface NetworkDescription {
  /** The options for `new Rnn(…)`. */
  config: NetworkConfig;
  /** The parameters by name, as in `rnn.parameters`. */
  parameters: Record<string, Tensor>;
}

/**
 * The input of a conversion: a {@link NetworkDescription}, a network, or its sizes and parameters in one
 * object.
 */
export type Describable =
  | { readonly config: NetworkConfig; readonly parameters: Readonly<Record<string, WeightArray>> }
  | (Readonly<NetworkConfig> & { readonly parameters: Readonly<Record<string, WeightArray>> });

/** The parameters of one direction of one layer. */
export interface CellParameters {
  w_ih: Tensor; // (I_k, G·H)
  w_hh: Tensor; // (H, G·H)
  b_h: Tensor; // (G·H)
  b_hn?: Tensor | undefined; // (H), gru with resetAfter
}

/** The parameters of the output layer. */
export interface HeadParameters {
  w_ho: Tensor; // (D·H, V)
  b_o: Tensor; // (V)
}

/** A checked description, complete with defaults. */
export interface CheckedNetwork {
  readonly cell: Cell;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly resetAfter: boolean;
  /** Parameters by [layer][direction]. */
  readonly cells: readonly (readonly CellParameters[])[];
  readonly head: HeadParameters | undefined;
}

/** The gates' blocks in this library's order, which is PyTorch's. */
export const GATES: Readonly<Record<Cell, readonly string[]>> = {
  tanh: ["h"],
  relu: ["h"],
  gru: ["r", "z", "n"],
  lstm: ["i", "f", "g", "o"],
};

/** The other options of a network. None of them affects the outputs of a trained network. */
const IGNORED = { read: (): undefined => undefined, fallback: undefined };
const NESTED_CONFIG = /* @__PURE__ */ merge(NETWORK, {
  dropout: IGNORED,
  init: IGNORED,
  recurrentInit: IGNORED,
  forgetBias: IGNORED,
  seed: IGNORED,
} satisfies Declaration);
const NESTED = { config: { read: record }, parameters: { read: record } } satisfies Declaration;
const FLAT = /* @__PURE__ */ merge(NESTED_CONFIG, {
  parameters: { read: record },
} satisfies Declaration);

/** Reads and checks a description completely, and copies its data. */
export function readNetworkDescription(value: unknown, path: Path): CheckedNetwork {
  const nested = (record(value, path) as { config?: unknown }).config !== undefined;
  const { given, config } = nested ? readNested(value, path) : readFlat(value, path);
  const { cell, inputSize: I, hiddenSize: H, outputSize: V, layers: L } = config;
  const D = config.bidirectional ? 2 : 1;
  const parameters = given as Record<string, unknown>;
  const own = (key: string) => Object.prototype.hasOwnProperty.call(parameters, key);
  // the getters of a network lack this option, so the parameters decide
  const { resetAfter = nested || own("b_hn_l0") } = config;
  const names = new Set<string>();
  const take = (key: string, shape: number[], letters: string): Tensor => {
    names.add(key);
    const place = at(path, "parameters", key);
    if (!own(key))
      throw rangeError(place, `an array of shape ${showShape(shape)} ${letters}`, "no such parameter");
    return shaped(readWeight(parameters[key], place), shape, letters);
  };
  const G = GATES[cell].length;
  // parameters are read one by one, so a description that claims too many layers ends at the first missing
  // one
  const cells: CellParameters[][] = [];
  for (let l = 0; l < L; l++) {
    const rows = l === 0 ? I : D * H;
    cells.push(
      Array.from({ length: D }, (_, d) => {
        const suffix = suffixOf(l, d);
        return {
          w_ih: take(`w_ih${suffix}`, [rows, G * H], l === 0 ? "(I, G·H)" : "(D·H, G·H)"),
          w_hh: take(`w_hh${suffix}`, [H, G * H], "(H, G·H)"),
          b_h: take(`b_h${suffix}`, [G * H], "(G·H)"),
          b_hn: cell === "gru" && resetAfter ? take(`b_hn${suffix}`, [H], "(H)") : undefined,
        };
      }),
    );
  }
  const head =
    V === undefined
      ? undefined
      : { w_ho: take("w_ho", [D * H, V], "(D·H, V)"), b_o: take("b_o", [V], "(V)") };
  const extra = Object.keys(parameters).find((key) => !names.has(key));
  if (extra !== undefined) {
    throw rangeError(at(path, "parameters"), "the parameters of the network only", show(extra), {
      hint: `they are ${showNames(names)}`,
    });
  }
  return { cell, inputSize: I, hiddenSize: H, resetAfter, cells, head };
}

function readNested(value: unknown, path: Path) {
  const { config, parameters } = readOptions(value, NESTED, path);
  return { given: parameters, config: readOptions(config, NESTED_CONFIG, at(path, "config")) };
}

function readFlat(value: unknown, path: Path) {
  const { parameters, ...config } = readOptions(value, FLAT, path);
  return { given: parameters, config };
}

function readOutputSize(value: unknown, path: Path): number | undefined {
  return value === undefined ? undefined : size(value, path);
}

/** Reads the form of the inputs of an exported model: ids or features. */
export function readInputForm(value: unknown, path: Path): "ids" | "features" {
  return oneOf(value, path, ["ids", "features"]);
}

/** Reads the name of a cell. */
export function readDescribedCell(value: unknown, path: Path): Cell {
  return oneOf(value, path, CELLS);
}

/** Returns the description of a network that was assembled from another library's weights. */
export function describe(network: CheckedNetwork): NetworkDescription {
  const { cell, inputSize, hiddenSize, resetAfter, cells, head } = network;
  const config: NetworkConfig = { cell, inputSize, hiddenSize };
  if (head) config.outputSize = head.b_o.data.length;
  config.layers = cells.length;
  config.bidirectional = cells[0]?.length === 2;
  if (cell === "gru") config.resetAfter = resetAfter;
  const parameters: Record<string, Tensor> = {};
  cells.forEach((directions, l) => {
    directions.forEach(({ w_ih, w_hh, b_h, b_hn }, d) => {
      const suffix = suffixOf(l, d);
      parameters[`w_ih${suffix}`] = w_ih;
      parameters[`w_hh${suffix}`] = w_hh;
      parameters[`b_h${suffix}`] = b_h;
      if (b_hn) parameters[`b_hn${suffix}`] = b_hn;
    });
  });
  if (head) Object.assign(parameters, head);
  return { config, parameters };
}

/** Returns `value` if it is a list. */
export function list(value: unknown, path: Path, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw typeError(path, what, show(value));
  return value;
}

function suffixOf(layer: number, direction: number): string {
  return `_l${layer}${direction === 1 ? "_reverse" : ""}`;
}
