/**
 * Reads and writes the weights of TensorFlow.js artifacts: consecutive little-endian float32 values, and a
 * list of their names and shapes. The data is untrusted, so every length is checked before it is used.
 */

import { at, rangeError, typeError, type Path } from "../base/errors.js";
import { record } from "../base/check.js";
import { show, showNames } from "../base/show.js";
import { readShape, type Tensor } from "../base/tensor.js";
import { tagOf } from "../base/typed-array.js";
import type { Weight } from "./arrays.js";
import { list } from "./description.js";
import type { LayerWeights } from "./keras-layers.js";
import type { Layer } from "./keras-topology.js";

/** The name and shape of a weight. Its values follow those of the previous weight. */
export interface TensorFlowJsWeight {
  name: string;
  shape: number[];
  dtype: string;
  /** Present if the weight is quantized, which is refused. */
  quantization?: unknown;
}

/**
 * The argument of `fromTensorFlowJs`: `tf.io.ModelArtifacts`, or a model.json with the bytes of its weight
 * files.
 */
export interface TensorFlowJsModel {
  /** The layers, as in model.json. */
  modelTopology?: unknown;
  /** The weights in the order of the data, in artifacts of `tf.io`. */
  weightSpecs?: readonly TensorFlowJsWeight[];
  /** The weights by files, in a model.json. */
  weightsManifest?: readonly { readonly weights: readonly TensorFlowJsWeight[] }[];
  /** The bytes of all weight files in the manifest's order, concatenated or as a list. */
  weightData?: ArrayBuffer | Uint8Array | readonly (ArrayBuffer | Uint8Array)[];
}

/** Concatenates values, little-endian. */
export function joinValues(arrays: readonly Tensor[]): ArrayBuffer {
  const buffer = new ArrayBuffer(arrays.reduce((bytes, { data }) => bytes + data.length * 4, 0));
  const view = new DataView(buffer);
  let at = 0;
  for (const { data } of arrays) for (const x of data) view.setFloat32((at += 4) - 4, x, true);
  return buffer;
}

/** Returns all weights of the data by name. */
export function readWeights(model: TensorFlowJsModel): Map<string, Weight> {
  const specs = specsOf(model);
  const bytes = bytesOf(model.weightData);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const arrays = new Map<string, Weight>();
  let start = 0;
  specs.forEach(({ spec, place }) => {
    const { name, shape, dtype, quantization } = record(spec, place) as Partial<TensorFlowJsWeight>;
    if (typeof name !== "string") throw typeError(at(place, "name"), "a name", show(name));
    if (dtype !== "float32" || quantization !== undefined) {
      const received = quantization === undefined ? show(dtype) : "a quantized weight";
      throw rangeError(at(place, "dtype"), `"float32" for ${show(name)}`, received);
    }
    if (arrays.has(name)) throw rangeError(at(place, "name"), "each name once", `${show(name)} again`);
    const sizes = list(shape, at(place, "shape"), "an array of sizes");
    const length = sizes.reduce<number>((product, n) => product * Number(n), 1);
    readShape(sizes, at(place, "shape"), length);
    const values = at("model", "weightData", name);
    if (start + length * 4 > bytes.length) {
      throw rangeError(values, `${length * 4} bytes at byte ${start}`, `${bytes.length} bytes of data`);
    }
    const data = new Float32Array(length);
    for (let i = 0; i < length; i++) data[i] = view.getFloat32(start + i * 4, true);
    const bad = data.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) throw rangeError(at(values, bad), "a finite number", show(data[bad]));
    arrays.set(name, { array: { data, shape: [...(sizes as number[])] }, path: values });
    start += length * 4;
  });
  if (start !== bytes.length)
    throw rangeError(at("model", "weightData"), `${start} bytes`, `${bytes.length}`);
  return arrays;
}

/** Returns the list of weights, each with its place in errors. */
function specsOf({ weightSpecs, weightsManifest }: TensorFlowJsModel): { spec: unknown; place: Path }[] {
  const placed = (specs: unknown, path: Path) =>
    list(specs, path, "an array of weights").map((spec, k) => ({ spec, place: at(path, k) }));
  if (weightSpecs !== undefined) return placed(weightSpecs, at("model", "weightSpecs"));
  const manifest = at("model", "weightsManifest");
  return list(weightsManifest, manifest, "an array of groups of weights").flatMap((group, k) => {
    const { weights } = record(group, at(manifest, k)) as { weights?: unknown };
    return placed(weights, at(manifest, k, "weights"));
  });
}

function bytesOf(weightData: TensorFlowJsModel["weightData"]): Uint8Array {
  const place = at("model", "weightData");
  const isList = Array.isArray(weightData);
  const parts = isList ? (weightData as unknown[]) : [weightData];
  const views = parts.map((part, k) => {
    if (tagOf(part) === "Uint8Array") return part as Uint8Array;
    if (Object.prototype.toString.call(part) === "[object ArrayBuffer]")
      return new Uint8Array(part as ArrayBuffer);
    throw typeError(isList ? at(place, k) : place, "an ArrayBuffer or Uint8Array", show(part));
  });
  if (views.length === 1) return views[0];
  const all = new Uint8Array(views.reduce((bytes, { length }) => bytes + length, 0));
  let end = 0;
  for (const part of views) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

/** Largest number of segments of a name, more than nested layers need. */
const MOST_SEGMENTS = 32;

/**
 * The weights by the segments of their names, so that a layer's weights are found without a search through
 * all.
 */
export class NamedWeights {
  readonly #bySegment = new Map<string, [name: string, segments: readonly string[]][]>();
  readonly #left: Map<string, Weight>;
  readonly #arrays: ReadonlyMap<string, Weight>;

  constructor(arrays: ReadonlyMap<string, Weight>) {
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

  /**
   * Returns the weights whose names contain a layer's name, by role: "lstm/kernel",
   * "bidirectional/forward_lstm/lstm_cell/bias".
   */
  take(layer: Layer): LayerWeights {
    const inner =
      layer.className === "TimeDistributed"
        ? (layer.config["layer"] as { config?: { name?: unknown } } | undefined)?.config?.name
        : undefined;
    const places = new Set([layer.name, ...(typeof inner === "string" ? [inner] : [])]);
    const weights = new Map<string, Weight>();
    for (const place of places) {
      const named = this.#bySegment.get(place) ?? [];
      this.#bySegment.delete(place); // a second layer of this name finds nothing
      for (const [name, segments] of named) {
        const array = this.#arrays.get(name);
        if (array === undefined) continue;
        this.#left.delete(name);
        const place = segments.findIndex((segment) => places.has(segment));
        const direction =
          layer.className === "Bidirectional"
            ? /^(forward|backward)(?=_)/.exec(segments[place + 1] ?? "")?.[0]
            : undefined;
        weights.set(`${direction === undefined ? "" : `${direction}/`}${segments.at(-1) ?? ""}`, array);
      }
    }
    return weights;
  }

  /** Throws if there are weights that no layer used. */
  expectNone(): void {
    if (this.#left.size > 0)
      throw rangeError(
        at("model", "weightData"),
        "only weights of the layers",
        `also ${showNames(this.#left.keys())}`,
      );
  }
}
