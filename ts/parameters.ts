/**
 * The table of a network's parameters (name, shape, offset) as the core laid them out in its one arena, and the ways
 * in and out of an arena of that layout: parameters and gradients alike.
 */

import { record } from "./check.js";
import { copyNumbers, rowMajor } from "./numbers.js";
import { show } from "./show.js";
import { floats, type Numbers1, type Numbers2, type Tensor } from "./tensor.js";
import type { RawRnn } from "./wasm/core.js";
import { f32 } from "./wasm/memory.js";

/** One value by parameter name: `w_ih_l0` (I, G·H), `w_hh_l0` (H, G·H), `b_h_l0` (G·H), `w_ho` (D·H, V), `b_o` (V). */
export type ParameterValues = Record<string, Numbers1 | Numbers2>;

/** A row of the table. */
export interface Parameter {
  readonly index: number;
  readonly name: string;
  readonly shape: readonly number[];
  readonly length: number;
  /** In floats from the start of the arena. */
  readonly offset: number;
}

/** A value for a parameter, checked. */
export interface Assignment {
  readonly parameter: Parameter;
  readonly data: Float32Array;
}

/** The table as the core has it. */
export function parameterTable(raw: RawRnn): readonly Parameter[] {
  return Array.from({ length: raw.parameterCount }, (_, index) => {
    const shape = [...raw.parameterShape(index)];
    const length = shape.reduce((product, n) => product * n, 1);
    return { index, name: raw.parameterName(index), shape, length, offset: raw.parameterOffset(index) };
  });
}

/** Copies of all tensors of the arena that begins at float32 index `start`. */
export function readArena(table: readonly Parameter[], start: number): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const { name, shape, length, offset } of table) {
    const data = floats(length, name);
    data.set(f32().subarray(start + offset, start + offset + length));
    tensors[name] = { data, shape: [...shape] };
  }
  return tensors;
}

/**
 * Reads a user's record of tensors in full before anything is written: all or nothing.
 * `finite` false lets NaN and infinity pass (gradients: the core reports them by name).
 */
export function readAssignments(
  values: unknown,
  name: string,
  table: readonly Parameter[],
  finite: boolean,
): Assignment[] {
  const given = record(values, name) as Record<string, unknown>;
  return Object.keys(given).map((key) => {
    const parameter = table.find((entry) => entry.name === key);
    if (!parameter) {
      const names = table.map((entry) => entry.name).join(", ");
      throw new RangeError(`${name}: no parameter ${show(key)}; there are ${names}`);
    }
    const data = floats(parameter.length, key);
    copyNumbers(given[key], key, rowMajor(parameter.shape, 0, data, finite));
    return { parameter, data };
  });
}

/** Writes what has been read into the arena that begins at float32 index `start`. */
export function writeArena(assignments: readonly Assignment[], start: number): void {
  for (const { parameter, data } of assignments) f32().set(data, start + parameter.offset);
}
