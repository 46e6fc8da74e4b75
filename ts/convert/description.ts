/**
 * A network as plain data: its sizes and its parameters by name, which is all that the conversions of this folder
 * read and write. A network of this library is one itself (its getters have the same names); `new Rnn(config)` and
 * `setParameters(parameters)` make one of what comes out.
 *
 *     w_ih_l0 (I, G·H)  w_hh_l0 (H, G·H)  b_h_l0 (G·H)  …_l1 …  …_l0_reverse …  b_hn_l0 (H)  w_ho (D·H, V)  b_o (V)
 *
 * Gates in PyTorch's order: gru r z n, lstm i f g o. b_hn is the recurrent bias of a reset-after gru's n gate.
 */

import { boolean, oneOf, record, size } from "../base/check.js";
import { at, rangeError, typeError, type Path } from "../base/errors.js";
import { readOptions, type Declaration, type OptionsOf } from "../base/options.js";
import { show, showNames, showShape } from "../base/show.js";
import type { Tensor } from "../base/tensor.js";
import { CELLS, type Cell } from "../data/rnn-options.js";
import { readWeight, shaped, type WeightArray } from "./arrays.js";

const NETWORK = {
  /** What happens in one time step. */
  cell: { read: readDescribedCell },
  /** I: the number of different ids, or of features. */
  inputSize: { read: size },
  /** H: the width of the hidden state. */
  hiddenSize: { read: size },
  /** V: the width of the output layer; absent: none. */
  outputSize: { read: readOutputSize, fallback: undefined },
  /** L. Default 1. */
  layers: { read: size, fallback: 1 },
  /** Whether a second direction runs from the end to the start. Default false. */
  bidirectional: { read: boolean, fallback: false },
  /** Of a gru: whether r acts after the recurrent product (PyTorch) or before it. Default true. */
  resetAfter: { read: boolean, fallback: undefined },
} satisfies Declaration;

/** Sizes and kind of a network: options that `new Rnn(…)` takes. */
export interface NetworkConfig extends OptionsOf<typeof NETWORK> {}

/** What the conversions give: `new Rnn(config)`, then `setParameters(parameters)`. */
export interface NetworkDescription {
  /** What {@link NetworkConfig} says, as options for `new Rnn(…)`. */
  config: NetworkConfig;
  /** By name, as `rnn.parameters` has them. */
  parameters: Record<string, Tensor>;
}

/** What the conversions take: a {@link NetworkDescription}, a network itself, or its sizes and parameters in one object. */
export type Describable =
  | { readonly config: NetworkConfig; readonly parameters: Readonly<Record<string, WeightArray>> }
  | (Readonly<NetworkConfig> & { readonly parameters: Readonly<Record<string, WeightArray>> });

/** One direction of one layer. */
export interface CellParameters {
  w_ih: Tensor; // (I_k, G·H)
  w_hh: Tensor; // (H, G·H)
  b_h: Tensor; // (G·H)
  b_hn?: Tensor | undefined; // (H), gru with resetAfter
}

/** The output layer. */
export interface HeadParameters {
  w_ho: Tensor; // (D·H, V)
  b_o: Tensor; // (V)
}

/** A description, checked and complete. */
export interface CheckedNetwork {
  readonly cell: Cell;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly resetAfter: boolean;
  /** [layer][direction] */
  readonly cells: readonly (readonly CellParameters[])[];
  readonly head: HeadParameters | undefined;
}

/** The gates' blocks in this library's order, PyTorch's. */
export const GATES: Readonly<Record<Cell, readonly string[]>> = {
  tanh: ["h"],
  relu: ["h"],
  gru: ["r", "z", "n"],
  lstm: ["i", "f", "g", "o"],
};

/** The other options of a network, of which none changes what a trained network computes. */
const IGNORED = { read: (): undefined => undefined, fallback: undefined };
const NESTED_CONFIG = {
  ...NETWORK,
  dropout: IGNORED,
  init: IGNORED,
  recurrentInit: IGNORED,
  forgetBias: IGNORED,
  seed: IGNORED,
} satisfies Declaration;
const NESTED = { config: { read: record }, parameters: { read: record } } satisfies Declaration;
const FLAT = { ...NESTED_CONFIG, parameters: { read: record } } satisfies Declaration;

/** Reads and checks a description in full; nothing of it is kept. */
export function readNetworkDescription(value: unknown, path: Path): CheckedNetwork {
  const nested = (record(value, path) as { config?: unknown }).config !== undefined;
  const { given, config } = nested ? readNested(value, path) : readFlat(value, path);
  const { cell, inputSize: I, hiddenSize: H, outputSize: V, layers: L } = config;
  const D = config.bidirectional ? 2 : 1;
  const parameters = given as Record<string, unknown>;
  const own = (key: string) => Object.prototype.hasOwnProperty.call(parameters, key);
  // a network's own getters need not say it: the parameters do
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
  // more layers than parameters would be asked for one by one: the first that is missing ends it
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

/** What an exported model takes: ids or features. */
export function readInputForm(value: unknown, path: Path): "ids" | "features" {
  return oneOf(value, path, ["ids", "features"]);
}

/** The name of a cell. */
export function readDescribedCell(value: unknown, path: Path): Cell {
  return oneOf(value, path, CELLS);
}

/** The description of a network put together from another library's weights. */
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

/** `value` if it is a list of things. */
export function list(value: unknown, path: Path, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw typeError(path, what, show(value));
  return value;
}

function suffixOf(layer: number, direction: number): string {
  return `_l${layer}${direction === 1 ? "_reverse" : ""}`;
}
