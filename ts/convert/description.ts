/**
 * A network as plain data: its sizes and its parameters by name, which is all that the conversions of this folder
 * read and write. A network of this library is one itself (its getters have the same names); `new Rnn(config)` and
 * `setParameters(parameters)` make one of what comes out.
 *
 *     w_ih_l0 (I, G·H)  w_hh_l0 (H, G·H)  b_h_l0 (G·H)  …_l1 …  …_l0_reverse …  b_hn_l0 (H)  w_ho (D·H, V)  b_o (V)
 *
 * Gates in PyTorch's order: gru r z n, lstm i f g o. b_hn is the recurrent bias of a reset-after gru's n gate.
 */

import { boolean, expected, oneOf, optionsObject, record, size } from "../base/check.js";
import type { Cell } from "../data/rnn-options.js";
import { show } from "../base/show.js";
import type { Tensor } from "../base/tensor.js";
import { readArray, shaped, type WeightArray } from "./arrays.js";

/** Sizes and kind of a network: options that `new Rnn(…)` takes. */
export interface NetworkConfig {
  /** What happens in one time step. */
  cell: Cell;
  /** I: the number of different ids, or of features. */
  inputSize: number;
  /** H: the width of the hidden state. */
  hiddenSize: number;
  /** V: the width of the output layer; absent: none. */
  outputSize?: number | undefined;
  /** L. Default 1. */
  layers?: number;
  /** Whether a second direction runs from the end to the start. Default false. */
  bidirectional?: boolean;
  /** Of a gru: whether r acts after the recurrent product (PyTorch) or before it. Default true. */
  resetAfter?: boolean;
}

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
export interface Network {
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

export const CELLS = ["tanh", "relu", "gru", "lstm"] as const;

const READ = ["cell", "inputSize", "hiddenSize", "outputSize", "layers", "bidirectional", "resetAfter"];
// the other options of a network say how it begins and trains: legal, and of no meaning here
const PASSED = ["dropout", "init", "recurrentInit", "forgetBias", "seed"];
const NAMES: ReadonlySet<string> = new Set([...READ, ...PASSED]);
const FLAT_NAMES: ReadonlySet<string> = new Set([...NAMES, "parameters"]);

/** Reads and checks a description in full; nothing of it is kept. */
export function readNetwork(value: unknown, name: string): Network {
  const given = record(value, name) as { config?: unknown; parameters?: unknown };
  const nested = given.config !== undefined;
  if (nested) optionsObject(given, name, new Set(["config", "parameters"]));
  const where = nested ? `${name}.config` : name;
  const config = optionsObject(
    nested ? given.config : given,
    where,
    nested ? NAMES : FLAT_NAMES,
  ) as NetworkConfig;
  const { outputSize, layers = 1 } = config;
  const cell = oneOf(config.cell, `${where}.cell`, CELLS);
  const I = size(config.inputSize, `${where}.inputSize`);
  const H = size(config.hiddenSize, `${where}.hiddenSize`);
  const V = outputSize === undefined ? undefined : size(outputSize, `${where}.outputSize`);
  const L = size(layers, `${where}.layers`);
  const D = boolean(config.bidirectional, `${where}.bidirectional`, false) ? 2 : 1;

  const parameters = record(given.parameters, `${name}.parameters`) as Record<string, unknown>;
  const own = (key: string) => Object.prototype.hasOwnProperty.call(parameters, key);
  // a network's own getters need not say it: the parameters do
  const resetAfter = boolean(config.resetAfter, `${where}.resetAfter`, nested || own("b_hn_l0"));
  const names = new Set<string>();
  const take = (key: string, shape: number[], letters: string): Tensor => {
    names.add(key);
    if (!own(key)) throw new RangeError(`${name}.parameters: ${key} ${letters} is missing`);
    return shaped(readArray(parameters[key], key), key, shape, letters);
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
    throw new RangeError(
      `${name}.parameters: no parameter ${show(extra)}; there are ${[...names].join(", ")}`,
    );
  }
  return { cell, inputSize: I, hiddenSize: H, resetAfter, cells, head };
}

/** The description of a network put together from another library's weights. */
export function describe(network: Network): NetworkDescription {
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
export function list(value: unknown, name: string, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(expected(name, what, value));
  return value;
}

function suffixOf(layer: number, direction: number): string {
  return `_l${layer}${direction === 1 ? "_reverse" : ""}`;
}
