/**
 * Copies sequences out of and into the core's time-major buffers (T, B, stride); users see them batch-major.
 * Each direction of a layer (number l·D + d) has its own buffers; users see both directions side by side, (B,
 * T, D·H).
 *
 * Past a row's length the content of the core's buffers is unspecified; users see 0.
 */

import { openRows } from "./batch.js";
import { copySource } from "./numbers.js";
import { floats, type Tensor } from "../base/tensor.js";
import { RawDirectionBuffer, type RawBuffer } from "../wasm/enumerations.js";
import { f32, type BufferPlace } from "../wasm/memory.js";
import type { RawRnn } from "../wasm/raw-rnn.js";
import type { RowLengths } from "./row-rule.js";
import { showShape } from "../base/show.js";

/** The shape of the batch in the workspace. */
export interface Loaded {
  readonly batch: number;
  readonly time: number;
  readonly dense: boolean;
  readonly rows: RowLengths;
}

/** The number of layer directions and their width. */
export interface LayerDirections {
  /** L·D */
  readonly count: number;
  /** D */
  readonly directions: number;
  /** H */
  readonly hiddenSize: number;
}

/** Returns (B, T, width) from the (T, B, stride) buffer of a whole row. */
export function readSequence(raw: RawRnn, buffer: RawBuffer, width: number, loaded: Loaded): Tensor {
  const { batch, time } = loaded;
  const data = floats(batch * time * width, "outputs");
  copyOut(raw.place(buffer), width, loaded, { data, start: 0, rowStep: time * width, timeStep: width });
  return { data, shape: [batch, time, width] };
}

/** Returns (B, T, D·H) from the last layer's directions. */
export function readOutputs(raw: RawRnn, sizes: LayerDirections, loaded: Loaded): Tensor {
  const { batch, time } = loaded;
  const { count, directions, hiddenSize } = sizes;
  const width = directions * hiddenSize;
  const data = floats(batch * time * width, "outputs");
  for (let d = 0; d < directions; d++) {
    const place = raw.directionPlace(RawDirectionBuffer.Outputs, count - directions + d);
    copyOut(place, hiddenSize, loaded, {
      data,
      start: d * hiddenSize,
      rowStep: time * width,
      timeStep: width,
    });
  }
  return { data, shape: [batch, time, width] };
}

/** Fills a tensor that has been allocated, after a pass. */
export type Fill = () => Tensor;

/**
 * Allocates (T, L·D, B, H) for a buffer that each direction has: hidden states, their gradients, or cell
 * states. The function that it returns copies them after the pass.
 */
export function directionsRoom(
  raw: RawRnn,
  buffer: RawDirectionBuffer,
  sizes: LayerDirections,
  loaded: Loaded,
): Fill {
  return blocksRoom([(direction) => raw.directionPlace(buffer, direction)], sizes, loaded);
}

/** The same for (T, L·D, B, G·H): the gates' values, in PyTorch's order. */
export function gatesRoom(raw: RawRnn, gates: number, sizes: LayerDirections, loaded: Loaded): Fill {
  const places = Array.from(
    { length: gates },
    (_, gate) => (direction: number) => raw.gatePlace(gate, direction),
  );
  return blocksRoom(places, sizes, loaded);
}

/** The same for (T, L·D, B, blocks·H), the blocks of each direction side by side. */
function blocksRoom(
  blocks: ((direction: number) => BufferPlace)[],
  sizes: LayerDirections,
  loaded: Loaded,
): Fill {
  const { batch, time } = loaded;
  const { count, hiddenSize } = sizes;
  const width = blocks.length * hiddenSize;
  const data = floats(time * count * batch * width, "trace");
  return () => {
    for (let direction = 0; direction < count; direction++) {
      blocks.forEach((placeOf, block) => {
        const start = direction * batch * width + block * hiddenSize;
        const to = { data, start, rowStep: width, timeStep: count * batch * width };
        copyOut(placeOf(direction), hiddenSize, loaded, to);
      });
    }
    return { data, shape: [time, count, batch, width] };
  };
}

/** A destination of rows: row (t, b) is written to start + b·rowStep + t·timeStep. */
interface Destination {
  readonly data: Float32Array;
  readonly start: number;
  readonly rowStep: number;
  readonly timeStep: number;
}

/** Copies `width` floats of each row's time steps within its length. */
function copyOut(
  { start, stride }: BufferPlace,
  width: number,
  { batch, rows }: Loaded,
  to: Destination,
): void {
  const { data, rowStep, timeStep } = to;
  const view = f32();
  for (let b = 0; b < batch; b++) {
    const length = rows.lengths[b];
    for (let t = 0; t < length; t++) {
      const source = start + (t * batch + b) * stride;
      const target = to.start + b * rowStep + t * timeStep;
      for (let h = 0; h < width; h++) data[target + h] = view[source + h];
    }
  }
}

/** A user's value and its name in messages. */
type Named = readonly [value: unknown, name: string];

/**
 * Copies a user's (B, T, width) into a (T, B, stride) buffer. An undefined value, and steps past a length,
 * give zeros.
 */
export function writeSequence(
  raw: RawRnn,
  buffer: RawBuffer,
  [value, name]: Named,
  width: number,
  { batch, time, rows: lengths }: Loaded,
): void {
  const { start, stride } = raw.place(buffer);
  f32().fill(0, start, start + time * batch * stride); // clears the padding too
  if (value === undefined) return;
  const strides = [stride, batch * stride, 1] as const;
  const shape = [batch, time, width] as const;
  const source = openRows(value, name, `numbers of shape ${showShape(shape)}`, lengths);
  copySource(source, { shape, rank: 3, start, strides, lengths });
}

/**
 * Writes the sum of a user's (B, T, D·H) gradients into the last layer's directions, or zeros without any.
 */
export function writeOutputsGradient(
  raw: RawRnn,
  values: readonly Named[],
  { count, directions, hiddenSize }: LayerDirections,
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
  const view = f32();
  for (let d = 0; d < directions; d++) {
    const direction = count - directions + d;
    const { start, stride } = raw.directionPlace(RawDirectionBuffer.OutputsGradient, direction);
    view.fill(0, start, start + time * batch * stride); // clears the padding too
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
