/**
 * Sequences on their way out of and into the core's time-major buffers (T, B, stride), batch-major for people.
 * A layer's direction ("unit" l·D + d) has buffers of its own; people see both directions side by side, (B, T, D·H).
 *
 * Past a row's length the core may keep what it likes there; people see 0.
 */

import { openRows } from "./batch.js";
import { copySource } from "./numbers.js";
import { floats, type Tensor } from "../base/tensor.js";
import { RawBuffer } from "../wasm/core.js";
import { f32 } from "../wasm/memory.js";
import type { RawRnn } from "../wasm/raw.js";
import type { RowLengths } from "./row-rule.js";
import { showShape } from "../base/show.js";

/** The shape that lies in the workspace. */
export interface Loaded {
  readonly batch: number;
  readonly time: number;
  readonly dense: boolean;
  readonly rows: RowLengths;
}

/** Which layers' directions there are, and how wide they are. */
export interface Units {
  /** L·D */
  readonly count: number;
  /** D */
  readonly directions: number;
  /** H */
  readonly hiddenSize: number;
}

/** (B, T, width) from the (T, B, stride) buffer of a whole row. */
export function readSequence(raw: RawRnn, buffer: RawBuffer, width: number, loaded: Loaded): Tensor {
  const { batch, time } = loaded;
  const data = floats(batch * time * width, "outputs");
  copyOut(raw.pointer(buffer) >>> 2, raw.stride(buffer), width, loaded, data, 0, time * width, width);
  return { data, shape: [batch, time, width] };
}

/** (B, T, D·H) from the last layer's directions. */
export function readOutputs(raw: RawRnn, units: Units, loaded: Loaded): Tensor {
  const { batch, time } = loaded;
  const { count, directions, hiddenSize } = units;
  const width = directions * hiddenSize;
  const data = floats(batch * time * width, "outputs");
  const stride = raw.stride(RawBuffer.Outputs);
  for (let d = 0; d < directions; d++) {
    const start = raw.unitPointer(RawBuffer.Outputs, count - directions + d) >>> 2;
    copyOut(start, stride, hiddenSize, loaded, data, d * hiddenSize, time * width, width);
  }
  return { data, shape: [batch, time, width] };
}

/** (T, L·D, B, H) of a buffer that each unit has: hidden states, their gradients, cell states. */
export function readUnits(raw: RawRnn, buffer: RawBuffer, units: Units, loaded: Loaded): Tensor {
  return readBlocks(raw, buffer, [0], units, loaded);
}

/** (T, L·D, B, G·H): the gates' values, in PyTorch's order. */
export function readGates(raw: RawRnn, gates: number, units: Units, loaded: Loaded): Tensor {
  const offsets = Array.from({ length: gates }, (_, gate) => raw.gateOffset(gate));
  return readBlocks(raw, RawBuffer.Gates, offsets, units, loaded);
}

function readBlocks(raw: RawRnn, buffer: RawBuffer, offsets: number[], units: Units, loaded: Loaded): Tensor {
  const { batch, time } = loaded;
  const { count, hiddenSize } = units;
  const width = offsets.length * hiddenSize;
  const data = floats(time * count * batch * width, "trace");
  const stride = raw.stride(buffer);
  for (let unit = 0; unit < count; unit++) {
    const start = raw.unitPointer(buffer, unit) >>> 2;
    offsets.forEach((offset, gate) => {
      const to = unit * batch * width + gate * hiddenSize;
      copyOut(start + offset, stride, hiddenSize, loaded, data, to, width, count * batch * width);
    });
  }
  return { data, shape: [time, count, batch, width] };
}

/** Copies `width` floats of each row's steps within its length: (t, b) goes to to + b·rowStep + t·timeStep. */
function copyOut(
  start: number,
  stride: number,
  width: number,
  { batch, rows }: Loaded,
  data: Float32Array,
  to: number,
  rowStep: number,
  timeStep: number,
): void {
  const view = f32();
  for (let b = 0; b < batch; b++) {
    const length = rows.lengths[b];
    for (let t = 0; t < length; t++) {
      const source = start + (t * batch + b) * stride;
      const target = to + b * rowStep + t * timeStep;
      for (let h = 0; h < width; h++) data[target + h] = view[source + h];
    }
  }
}

/** Copies a user's (B, T, width) into a (T, B, stride) buffer: zeros when absent, and past a length. */
export function writeSequence(
  raw: RawRnn,
  buffer: RawBuffer,
  value: unknown,
  name: string,
  width: number,
  { batch, time, rows: lengths }: Loaded,
): void {
  const start = raw.pointer(buffer) >>> 2;
  const stride = raw.stride(buffer);
  f32().fill(0, start, start + time * batch * stride); // the padding too
  if (value === undefined) return;
  const strides = [stride, batch * stride, 1] as const;
  const shape = [batch, time, width] as const;
  const source = openRows(value, name, `numbers of shape ${showShape(shape)}`, lengths);
  copySource(source, { shape, rank: 3, start, strides, lengths });
}

/** Writes the sum of users' (B, T, D·H) gradients into the last layer's directions; zeros where there is none. */
export function writeOutputsGradient(
  raw: RawRnn,
  values: readonly (readonly [value: unknown, name: string])[],
  { count, directions, hiddenSize }: Units,
  { batch, time, rows: lengths }: Loaded,
): void {
  const width = directions * hiddenSize;
  const shape = [batch, time, width] as const;
  const given = values
    .filter(([value]) => value !== undefined)
    .map(([value, name]) => {
      const into = floats(batch * time * width, name);
      const strides = [time * width, width, 1] as const;
      const source = openRows(value, name, `numbers of shape ${showShape(shape)}`, lengths);
      copySource(source, { shape, rank: 3, start: 0, strides, into, lengths });
      return into;
    });
  const stride = raw.stride(RawBuffer.OutputsGradient);
  const view = f32();
  for (let d = 0; d < directions; d++) {
    const start = raw.unitPointer(RawBuffer.OutputsGradient, count - directions + d) >>> 2;
    view.fill(0, start, start + time * batch * stride); // the padding too
    for (const data of given) {
      for (let b = 0; b < batch; b++) {
        for (let t = 0; t < time; t++) {
          const from = (b * time + t) * width + d * hiddenSize;
          const to = start + (t * batch + b) * stride;
          for (let h = 0; h < hiddenSize; h++) view[to + h] = view[to + h] + data[from + h];
        }
      }
    }
  }
}
