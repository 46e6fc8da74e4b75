/**
 * The weights of TensorFlow.js artifacts: float32 values one behind the other, little-endian, and a list that says
 * which begins where. Read as untrusted data: every length is checked before it is used.
 */

import { record } from "../base/check.js";
import { show, showNames } from "../base/show.js";
import { readShape, type Tensor } from "../base/tensor.js";
import { tagOf } from "../base/typed-array.js";
import { quoted } from "./arrays.js";
import { list } from "./description.js";
import type { LayerWeights } from "./keras-layers.js";
import type { Layer } from "./keras-topology.js";

/** A weight's place in the data: its name and shape; each follows the one before. */
export interface TensorFlowJsWeight {
  name: string;
  shape: number[];
  dtype: string;
  /** Present where the file was quantized, which is refused. */
  quantization?: unknown;
}

/** What `fromTensorFlowJs` takes: `tf.io.ModelArtifacts`, or a model.json with the bytes of its weight files. */
export interface TensorFlowJsModel {
  /** The layers, as model.json has them. */
  modelTopology?: unknown;
  /** The weights in the order of the data (of `tf.io` artifacts). */
  weightSpecs?: readonly TensorFlowJsWeight[];
  /** The same by files (of a model.json). */
  weightsManifest?: readonly { readonly weights: readonly TensorFlowJsWeight[] }[];
  /** The bytes of all weight files, one behind the other in the manifest's order, or one by one. */
  weightData?: ArrayBuffer | Uint8Array | readonly (ArrayBuffer | Uint8Array)[];
}

/** The values one behind the other, little-endian. */
export function joined(arrays: readonly Tensor[]): ArrayBuffer {
  const buffer = new ArrayBuffer(arrays.reduce((bytes, { data }) => bytes + data.length * 4, 0));
  const view = new DataView(buffer);
  let at = 0;
  for (const { data } of arrays) for (const x of data) view.setFloat32((at += 4) - 4, x, true);
  return buffer;
}

/** All weights by name, cut out of the data. */
export function readWeights({
  weightSpecs,
  weightsManifest,
  weightData,
}: TensorFlowJsModel): Map<string, Tensor> {
  const specs =
    weightSpecs !== undefined
      ? list(weightSpecs, "weightSpecs", "an array of weights")
      : list(weightsManifest, "weightsManifest", "an array of groups of weights").flatMap((group, k) =>
          list(
            (record(group, `weightsManifest[${k}]`) as { weights?: unknown }).weights,
            `weightsManifest[${k}].weights`,
            "an array of weights",
          ),
        );
  const bytes = bytesOf(weightData);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const arrays = new Map<string, Tensor>();
  let at = 0;
  specs.forEach((spec, k) => {
    const { name, shape, dtype, quantization } = record(
      spec,
      `weightSpecs[${k}]`,
    ) as Partial<TensorFlowJsWeight>;
    if (typeof name !== "string")
      throw new TypeError(`weightSpecs[${k}].name: expected a name, received ${show(name)}`);
    if (dtype !== "float32" || quantization !== undefined) {
      const got = quantization === undefined ? show(dtype) : "a quantized weight";
      throw new RangeError(`weightSpecs: ${quoted(name)}: expected float32, received ${got}`);
    }
    if (arrays.has(name)) throw new RangeError(`weightSpecs: ${quoted(name)} is there twice`);
    const sizes = list(shape, `weightSpecs[${k}].shape`, "an array of sizes");
    const length = sizes.reduce<number>((product, n) => product * Number(n), 1);
    readShape(sizes, `weightSpecs: ${quoted(name)}.shape`, length);
    if (at + length * 4 > bytes.length) {
      throw new RangeError(
        `weightData: ${quoted(name)} ends at byte ${at + length * 4}, there are ${bytes.length}`,
      );
    }
    const data = new Float32Array(length);
    for (let i = 0; i < length; i++) data[i] = view.getFloat32(at + i * 4, true);
    const bad = data.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0)
      throw new RangeError(
        `weightData: ${quoted(name)}[${bad}]: expected a finite number, received ${data[bad]}`,
      );
    arrays.set(name, { data, shape: [...(sizes as number[])] });
    at += length * 4;
  });
  if (at !== bytes.length) throw new RangeError(`weightData: expected ${at} bytes, received ${bytes.length}`);
  return arrays;
}

function bytesOf(weightData: TensorFlowJsModel["weightData"]): Uint8Array {
  const parts = Array.isArray(weightData) ? (weightData as unknown[]) : [weightData];
  const views = parts.map((part) => {
    if (tagOf(part) === "Uint8Array") return part as Uint8Array;
    if (Object.prototype.toString.call(part) === "[object ArrayBuffer]")
      return new Uint8Array(part as ArrayBuffer);
    throw new TypeError(`weightData: expected an ArrayBuffer or Uint8Array, received ${show(part)}`);
  });
  if (views.length === 1) return views[0];
  const all = new Uint8Array(views.reduce((bytes, { length }) => bytes + length, 0));
  let at = 0;
  for (const part of views) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Of a name, more than layers within layers have. */
const MOST_SEGMENTS = 32;

/** The weights by the segments of their names, so that a layer's are found without looking at all. */
export class NamedWeights {
  readonly #bySegment = new Map<string, [name: string, segments: readonly string[]][]>();
  readonly #left: Map<string, Tensor>;
  readonly #arrays: ReadonlyMap<string, Tensor>;

  constructor(arrays: ReadonlyMap<string, Tensor>) {
    this.#arrays = arrays;
    this.#left = new Map(arrays);
    for (const name of arrays.keys()) {
      const segments = name.split("/", MOST_SEGMENTS);
      for (const segment of new Set(segments)) {
        const named = this.#bySegment.get(segment) ?? [];
        named.push([name, segments]);
        this.#bySegment.set(segment, named);
      }
    }
  }

  /** The weights that bear a layer's name, by role: "lstm/kernel", "bidirectional/forward_lstm/lstm_cell/bias". */
  take(layer: Layer): LayerWeights {
    const inner =
      layer.className === "TimeDistributed"
        ? (layer.config["layer"] as { config?: { name?: unknown } } | undefined)?.config?.name
        : undefined;
    const places = new Set([layer.name, ...(typeof inner === "string" ? [inner] : [])]);
    const weights = new Map<string, Tensor>();
    for (const place of places) {
      const named = this.#bySegment.get(place) ?? [];
      this.#bySegment.delete(place); // of another layer of this name nothing is left
      for (const [name, segments] of named) {
        const array = this.#arrays.get(name);
        if (array === undefined) continue;
        this.#left.delete(name);
        const at = segments.findIndex((segment) => places.has(segment));
        const direction =
          layer.className === "Bidirectional"
            ? /^(forward|backward)(?=_)/.exec(segments[at + 1] ?? "")?.[0]
            : undefined;
        weights.set(`${direction === undefined ? "" : `${direction}/`}${segments.at(-1) ?? ""}`, array);
      }
    }
    return weights;
  }

  /** Throws when weights are left that no layer took. */
  expectNone(): void {
    if (this.#left.size > 0)
      throw new RangeError(
        `model: expected no weights but the layers', received also ${showNames(this.#left.keys())}`,
      );
  }
}
