/**
 * Which of a TensorFlow 1 program's variables are which: told by their names, as `tf.nn.rnn_cell` and the functions
 * that unroll it give them. Whatever is no cell's must be an output layer.
 */

import { showShape } from "../base/show.js";
import type { Tensor } from "../base/tensor.js";
import { quoted, readArray, zeros } from "./arrays.js";
import type { HeadParameters } from "./description.js";

/** The scopes in which cells keep their variables. */
export const CELL_SCOPES = ["basic_rnn_cell", "basic_lstm_cell", "lstm_cell", "gru_cell"] as const;
type CellScope = (typeof CELL_SCOPES)[number];
const VARIABLE =
  /^(?:(.*)\/)?(basic_rnn_cell|basic_lstm_cell|lstm_cell|gru_cell)\/(kernel|bias|(?:gates|candidate)\/(?:kernel|bias))$/;

/** One cell's variables. */
export interface Found {
  readonly scope: CellScope;
  readonly layer: number;
  readonly direction: number;
  /** "kernel", "gates/bias", … → the variable's full name and value. */
  readonly parts: Map<string, readonly [name: string, value: Tensor]>;
}

/** The cells' variables by layer and direction, and the others. */
export function sortOut(variables: Record<string, unknown>): { found: Found[]; rest: [string, Tensor][] } {
  const found = new Map<string, Found>();
  const rest: [string, Tensor][] = [];
  for (const [key, value] of Object.entries(variables)) {
    const array = readArray(value, key);
    const [, prefix = "", scope, name = ""] = VARIABLE.exec(key.replace(/:\d+$/, "")) ?? [];
    if (scope === undefined) {
      rest.push([key, array]);
      continue;
    }
    const segments = prefix.split("/");
    const layers = segments.map((segment) => /^cell_(\d+)$/.exec(segment)?.[1]);
    const stack = layers.findIndex((layer) => layer !== undefined);
    const direction = segments.findIndex((segment) => segment === "fw" || segment === "bw");
    if (direction >= 0 && stack > direction && Number(layers[stack]) > 0) {
      throw new RangeError(
        `variables: ${quoted(key)}: two stacks that meet only at the top are not what bidirectional layers are here (stack_bidirectional_dynamic_rnn is)`,
      );
    }
    const id = `${prefix}/${scope}`;
    const entry: Found = found.get(id) ?? {
      scope: scope as CellScope,
      layer: stack >= 0 ? Number(layers[stack]) : 0,
      direction: direction >= 0 && segments[direction] === "bw" ? 1 : 0,
      parts: new Map(),
    };
    if (entry.parts.has(name)) throw new RangeError(`variables: ${quoted(key)} is there twice`);
    entry.parts.set(name, [key, array]);
    found.set(id, entry);
  }
  return { found: [...found.values()], rest };
}

/** The variable of this name in its cell's scope, with its full name. */
export function part({ scope, parts }: Found, name: string): readonly [name: string, value: Tensor] {
  const value = parts.get(name);
  if (value) return value;
  const [beside = ""] = [...parts.values()][0] ?? [];
  throw new RangeError(`variables: "…/${scope}/${name}" is missing (there is ${quoted(beside)})`);
}

/** What stands beside the cells: nothing, or an output layer. */
export function readHead(rest: readonly [string, Tensor][], rows: number): HeadParameters | undefined {
  if (rest.length === 0) return undefined;
  const kernel = rest.find(([, { shape }]) => shape.length === 2 && shape[0] === rows);
  const V = kernel?.[1].shape[1] ?? 0;
  const bias = rest.find(([, { shape }]) => shape.length === 1 && shape[0] === V);
  const extra = rest.find((entry) => entry !== kernel && entry !== bias);
  if (!kernel || extra) {
    const [name, { shape }] = extra ?? rest[0];
    throw new RangeError(
      `variables: ${quoted(name)} of shape ${showShape(shape)} belongs to no cell and to no output layer (${rows}, V)`,
    );
  }
  return { w_ho: kernel[1], b_o: bias ? bias[1] : zeros(V) };
}
