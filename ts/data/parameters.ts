/**
 * The table of a network's parameters (name, shape, offset) in the core's arena, and the functions that copy
 * tensors into and out of an arena of that layout. Parameters and gradients share the layout.
 */

import { at, rangeError, typeError, type Path } from "../base/errors.js";
import { record } from "../base/check.js";
import { copyNumbers, rowMajor } from "./numbers.js";
import { show } from "../base/show.js";
import { floats, type Numbers1, type Numbers2, type Tensor } from "../base/tensor.js";
import { f32, type BufferPlace } from "../wasm/memory.js";
import type { RawRnn } from "../wasm/raw-rnn.js";

/**
 * Values by parameter name. Layer 0 has `w_ih_l0` (I, G·H), `w_hh_l0` (H, G·H), `b_h_l0` (G·H), and `b_hn_l0`
 * (H) in a gru that resets after the product. The names of the second direction end in `_reverse`. The other
 * layers, `_l1` …, have D·H inputs. The output layer has `w_ho` (D·H, V) and `b_o` (V). Gates are side by
 * side: gru r z n, lstm i f g o.
 */
export type ParameterValues = Record<string, Numbers1 | Numbers2>;

/** Messages list at most this many names. */
const MOST_LISTED = 12;

/** A row of the table. */
export interface Parameter {
  readonly index: number;
  readonly name: string;
  readonly shape: readonly number[];
  readonly length: number;
  /** Offset in floats from the start of the arena. */
  readonly offset: number;
}

/** A checked value for a parameter. */
export interface Assignment {
  readonly parameter: Parameter;
  readonly data: Float32Array;
}

/** Returns the table of the core. */
export function parameterTable(raw: RawRnn): readonly Parameter[] {
  return Array.from({ length: raw.parameterCount }, (_, index) => {
    const entry = raw.parameter(index);
    return { index, ...entry, length: entry.shape.reduce((product, n) => product * n, 1) };
  });
}

/** Room for the tensors of an arena. */
export function arenaRoom(table: readonly Parameter[]): Record<string, Tensor> {
  const room = ({ name, shape, length }: Parameter): [string, Tensor] => [
    name,
    { data: floats(length, name), shape: [...shape] },
  ];
  return Object.fromEntries(table.map(room));
}

/** Returns copies of all tensors of an arena, in `into` where it is given. */
export function readArena(
  table: readonly Parameter[],
  { start }: BufferPlace,
  into: Record<string, Tensor> = arenaRoom(table),
): Record<string, Tensor> {
  for (const { name, length, offset } of table)
    into[name]?.data.set(f32().subarray(start + offset, start + offset + length));
  return into;
}

/**
 * Reads a user's record of tensors completely before anything is written, so that a bad value changes
 * nothing. If `finite` is false, NaN and infinity are accepted, as in gradients, which the core reports by
 * name.
 */
export function readAssignments(
  values: unknown,
  path: Path,
  table: readonly Parameter[],
  finite: boolean,
): Assignment[] {
  const given = record(values, path) as Record<string, unknown>;
  return Object.keys(given).map((key) => {
    const parameter = find(table, key, path);
    const data = floats(parameter.length, key);
    copyNumbers(given[key], at(path, key), rowMajor(parameter.shape, 0, data, finite ? "finite" : "any"));
    return { parameter, data };
  });
}

/** Returns the entries of the given names: one name, or an array of names. */
export function readNames(names: unknown, table: readonly Parameter[], path: Path): Parameter[] {
  const given: unknown = typeof names === "string" ? [names] : names;
  if (!Array.isArray(given)) throw typeError(path, "a parameter's name or an array of names", show(names));
  return Array.from(given as unknown[], (key, k) => {
    if (typeof key !== "string") throw typeError(at(path, k), "a parameter's name", show(key));
    return find(table, key, typeof names === "string" ? path : at(path, k));
  });
}

function find(table: readonly Parameter[], key: string, path: Path): Parameter {
  const parameter = table.find((entry) => entry.name === key);
  if (parameter) return parameter;
  const names = table.map((entry) => entry.name);
  const listed =
    names.length > MOST_LISTED ? [...names.slice(0, MOST_LISTED), "…", ...names.slice(-2)] : names;
  throw rangeError(path, "the name of a parameter", show(key), { hint: `there are ${listed.join(", ")}` });
}

/** Writes assignments to an arena. */
export function writeArena(assignments: readonly Assignment[], { start }: BufferPlace): void {
  for (const { parameter, data } of assignments) f32().set(data, start + parameter.offset);
}
