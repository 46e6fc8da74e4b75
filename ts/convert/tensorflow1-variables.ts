/**
 * Identifies the variables of a TensorFlow 1 program by the names that `tf.nn.rnn_cell` and the functions
 * that unroll it give them. Variables that belong to no cell must be an output layer.
 */

import { at, rangeError } from "../base/errors.js";
import { showNames, showShape } from "../base/show.js";
import { readWeight, zeroTensor, type Weight } from "./arrays.js";
import type { HeadParameters } from "./description.js";

/** The scopes in which cells have their variables. */
export const CELL_SCOPES = ["basic_rnn_cell", "basic_lstm_cell", "lstm_cell", "gru_cell"] as const;
type CellScope = (typeof CELL_SCOPES)[number];
const VARIABLE =
  /^(?:(.*)\/)?(basic_rnn_cell|basic_lstm_cell|lstm_cell|gru_cell)\/(kernel|bias|(?:gates|candidate)\/(?:kernel|bias))$/;

/** The variables of one cell. */
export interface Found {
  readonly scope: CellScope;
  readonly layer: number;
  readonly direction: number;
  /** The variables by their name in the cell's scope: "kernel", "gates/bias", … */
  readonly parts: Map<string, Weight>;
}

/** Separates the cells' variables, by layer and direction, from the others. */
export function sortOut(variables: Record<string, unknown>): { found: Found[]; rest: Weight[] } {
  const found = new Map<string, Found>();
  const rest: Weight[] = [];
  for (const [key, value] of Object.entries(variables)) {
    const path = at("variables", key);
    const weight = readWeight(value, path);
    const [, prefix = "", scope, name = ""] = VARIABLE.exec(key.replace(/:\d+$/, "")) ?? [];
    if (scope === undefined) {
      rest.push(weight);
      continue;
    }
    const segments = prefix.split("/");
    const layers = segments.map((segment) => /^cell_(\d+)$/.exec(segment)?.[1]);
    const stack = layers.findIndex((layer) => layer !== undefined);
    const direction = segments.findIndex((segment) => segment === "fw" || segment === "bw");
    if (direction >= 0 && stack > direction && Number(layers[stack]) > 0) {
      throw rangeError(path, "layers that are each bidirectional", "a stack of layers for each direction", {
        hint: "stack_bidirectional_dynamic_rnn makes layers that are each bidirectional",
      });
    }
    const id = `${prefix}/${scope}`;
    const entry: Found = found.get(id) ?? {
      scope: scope as CellScope,
      layer: stack >= 0 ? Number(layers[stack]) : 0,
      direction: direction >= 0 && segments[direction] === "bw" ? 1 : 0,
      parts: new Map(),
    };
    if (entry.parts.has(name)) throw rangeError(path, `one ${name} in a cell`, "two");
    entry.parts.set(name, weight);
    found.set(id, entry);
  }
  return { found: [...found.values()], rest };
}

/** Returns the variable of this name in its cell's scope. */
export function part({ scope, parts }: Found, name: string): Weight {
  const weight = parts.get(name);
  if (weight) return weight;
  throw rangeError("variables", `"…/${scope}/${name}"`, `only ${showNames(parts.keys())} in that scope`);
}

/** Reads the output layer from the variables that belong to no cell. Returns undefined if there are none. */
export function readHead(rest: readonly Weight[], rows: number): HeadParameters | undefined {
  if (rest.length === 0) return undefined;
  const kernel = rest.find(({ array: { shape } }) => shape.length === 2 && shape[0] === rows);
  const V = kernel?.array.shape[1] ?? 0;
  const bias = rest.find(({ array: { shape } }) => shape.length === 1 && shape[0] === V);
  const extra = rest.find((entry) => entry !== kernel && entry !== bias);
  if (!kernel || extra) {
    const { path, array } = extra ?? rest[0];
    const received = `shape ${showShape(array.shape)}`;
    throw rangeError(path, `a variable of a cell or of an output layer (${rows}, V)`, received);
  }
  return { w_ho: kernel.array, b_o: bias ? bias.array : zeroTensor(V) };
}
