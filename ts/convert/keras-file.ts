/**
 * Keras's files: `.keras` (a zip of config.json and model.weights.h5), whole models in `.h5`, and weights alone in
 * `.weights.h5` or `.h5`. HDF5 is read by jsfive, zip by fflate; writing HDF5 takes the C library, so it is not offered.
 *
 *     Keras 3   layers/<class>_<n>/(forward_layer/|backward_layer/|layer/)(cell/)vars/<k>
 *     tf.keras  the same under _layer_checkpoint_dependencies; .h5: <layer>/…/kernel:0, with the model's JSON as attribute
 *
 * Source: Keras 3.15 (saving_lib, legacy_h5_format), tf_keras 2.21.
 */

import { unzipSync } from "fflate";
import { show } from "../show.js";
import { tagOf } from "../typed-array.js";
import type { Tensor } from "../tensor.js";
import type { NetworkDescription } from "./description.js";
import { isHdf5, openHdf5, type Hdf5File } from "./hdf5.js";
import { fromLayers, type LayerWeights } from "./keras-layers.js";
import { readTopology, type Layer } from "./keras-topology.js";
import { fromKeras, type FromKerasOptions } from "./keras.js";

const DEFAULTS = { recurrentActivation: "sigmoid", resetAfter: true };
const CONFIG = "config.json";
const WEIGHTS = "model.weights.h5";
/** The group of a layer. */
const GROUP = /^(?:layers|_layer_checkpoint_dependencies)\/([^/]+)\//;
const ROLES = ["kernel", "recurrent_kernel", "bias"];
// what deflate can make of a byte at most; a header that says more is not true
const MOST_PER_BYTE = 1100;

/**
 * The network in a file that Keras wrote: a whole model (`.keras`, or `.h5` with its JSON), or weights alone
 * (`.weights.h5`, `.h5`), for which `options` must say what {@link fromKeras} needs to know.
 *
 * A whole model must be one chain of SimpleRNN, GRU or LSTM layers of equal width, Bidirectional or not, perhaps behind
 * an Embedding (which is multiplied into the input weights), perhaps with a Dense layer at the end, whose softmax is
 * left to the loss. Dropout is passed over.
 *
 * @param bytes the file
 * @param options for weights alone: the cell, how many layers
 * @throws TypeError when something is of the wrong kind
 * @throws RangeError for a file that cannot be read, for layers and settings that bptt does not compute, by name, and
 * for arrays that are missing, superfluous or of the wrong shape
 *
 * @example
 * import { existsSync, readFileSync } from "node:fs";
 * import { Rnn } from "bptt";
 * import { fromKerasFile } from "bptt/convert";
 *
 * if (existsSync("model.keras")) {
 *   const { config, parameters } = fromKerasFile(readFileSync("model.keras"));
 *   const rnn = new Rnn(config);
 *   rnn.setParameters(parameters);
 * }
 */
export function fromKerasFile(
  bytes: Uint8Array | ArrayBuffer,
  options?: FromKerasOptions,
): NetworkDescription {
  const file = fileBytes(bytes);
  if (!isHdf5(file)) return fromArchive(file, options);
  const hdf5 = openHdf5(file, "file");
  const json = hdf5.attribute("", "model_config");
  if (typeof json !== "string") return fromWeightsAlone(hdf5, options);
  expectNone(options);
  const layers = readTopology(parseJson(json, "model_config"), "model_config");
  return fromLayers(layers, (layer) => legacyWeights(hdf5, "model_weights", layer.name), DEFAULTS);
}

/** `.keras` */
function fromArchive(file: Uint8Array, options: FromKerasOptions | undefined): NetworkDescription {
  const { config, weights } = unzip(file);
  expectNone(options);
  const layers = readTopology(parseJson(new TextDecoder().decode(config), CONFIG), CONFIG);
  const hdf5 = openHdf5(weights, WEIGHTS);
  const groups = groupNames(layers);
  return fromLayers(layers, (layer) => groupWeights(hdf5, groups.get(layer) ?? ""), DEFAULTS);
}

/** A file without the model's JSON: the arrays in the order of `get_weights()`. */
function fromWeightsAlone(hdf5: Hdf5File, options: FromKerasOptions | undefined): NetworkDescription {
  if (options === undefined) {
    throw new RangeError("file: it holds weights alone: expected options that say the cell, got none");
  }
  const layers = hdf5.attribute("", "layer_names");
  if (Array.isArray(layers)) {
    const arrays = (layers as string[]).flatMap((name) => [...legacyWeights(hdf5, "", name).values()]);
    return fromKeras(arrays, options);
  }
  const found = new Map<string, { isDense: boolean; index: number }>();
  for (const path of hdf5.paths) {
    const group = GROUP.exec(path)?.[1];
    if (group === undefined) continue;
    const [, kind = "", index = "0"] = /^(.*?)(?:_(\d+))?$/.exec(group) ?? [];
    found.set(group, { isDense: kind === "dense" || kind === "time_distributed", index: Number(index) });
  }
  // recurrent layers are numbered within their class; what order the classes stood in is not in the file
  const order = [...found].sort(([, a], [, b]) => Number(a.isDense) - Number(b.isDense) || a.index - b.index);
  return fromKeras(
    order.flatMap(([group]) => [...groupWeights(hdf5, group).values()]),
    options,
  );
}

/** The arrays of a layer in the files of Keras 3: by place, since they bear no names. */
function groupWeights(hdf5: Hdf5File, group: string): LayerWeights {
  const weights = new Map<string, Tensor>();
  const paths = hdf5.paths.filter(
    (path) => GROUP.exec(path)?.[1] === group && !path.includes("/seed_generator/"),
  );
  // forward before backward, vars/0 before vars/1, as get_weights() has them
  const rank = (path: string) => (path.includes("/backward_layer/") ? 1 : 0);
  paths.sort((a, b) => rank(a) - rank(b) || placeOf(a) - placeOf(b));
  for (const path of paths) {
    const direction = /\/(forward|backward)_layer\//.exec(path)?.[1];
    const isCell = path.includes("/cell/");
    const roles = isCell ? ROLES : group.startsWith("embedding") ? ["embeddings"] : ["kernel", "bias"];
    const role = roles[placeOf(path)] ?? path;
    weights.set(direction === undefined ? role : `${direction}/${role}`, hdf5.read(path));
  }
  return weights;
}

/** The k of ".../vars/k". */
function placeOf(path: string): number {
  return Number(/\/vars\/(\d+)$/.exec(path)?.[1] ?? NaN);
}

/** The arrays of a layer in the older `.h5` files: by the names that the layer's group lists. */
function legacyWeights(hdf5: Hdf5File, prefix: string, layer: string): LayerWeights {
  const place = prefix === "" ? layer : `${prefix}/${layer}`;
  const names = hdf5.paths.some((path) => path.startsWith(`${place}/`))
    ? hdf5.attribute(place, "weight_names")
    : [];
  const weights = new Map<string, Tensor>();
  for (const name of Array.isArray(names) ? (names as string[]) : []) {
    const segments = name.split("/");
    const direction = segments
      .filter((segment) => segment !== layer)
      .map((segment) => /^(forward|backward)_/.exec(segment)?.[1])
      .find((found) => found !== undefined);
    const role = segments.at(-1)?.replace(/:\d+$/, "") ?? "";
    weights.set(direction === undefined ? role : `${direction}/${role}`, hdf5.read(`${place}/${name}`));
  }
  return weights;
}

/** Keras 3 names the groups by class, not by the layer's name: "simple_rnn", "simple_rnn_1", … */
function groupNames(layers: readonly Layer[]): Map<Layer, string> {
  const counts = new Map<string, number>();
  const names = new Map<Layer, string>();
  for (const layer of [...layers].sort((a, b) => a.order - b.order)) {
    const kind = layer.className
      .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
      .replace(/([a-z])([A-Z])/g, "$1_$2")
      .toLowerCase();
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    names.set(layer, count === 0 ? kind : `${kind}_${count}`);
  }
  return names;
}

function unzip(file: Uint8Array): { config: Uint8Array; weights: Uint8Array } {
  let parts: Record<string, Uint8Array>;
  try {
    parts = unzipSync(file, {
      filter: ({ name, size, originalSize }) => {
        if (name !== CONFIG && name !== WEIGHTS) return false;
        if (originalSize > size * MOST_PER_BYTE + MOST_PER_BYTE)
          throw new RangeError(`a wrong size of ${name}`);
        return true;
      },
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`file: neither HDF5 nor a .keras archive (${show(reason)})`, { cause });
  }
  const { [CONFIG]: config, [WEIGHTS]: weights } = parts;
  if (!config || !weights) {
    throw new RangeError(
      `file: expected a .keras archive with ${CONFIG} and ${WEIGHTS}: ${config ? WEIGHTS : CONFIG} is missing`,
    );
  }
  return { config, weights };
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RangeError(`${name}: expected JSON (${show((cause as Error).message)})`, { cause });
  }
}

function expectNone(options: unknown): void {
  if (options !== undefined)
    throw new RangeError("options: expected none, the file says itself what it holds");
}

function fileBytes(bytes: unknown): Uint8Array {
  if (tagOf(bytes) === "Uint8Array") return bytes as Uint8Array;
  if (Object.prototype.toString.call(bytes) === "[object ArrayBuffer]")
    return new Uint8Array(bytes as ArrayBuffer);
  throw new TypeError(`bytes: expected a Uint8Array or ArrayBuffer, got ${show(bytes)}`);
}
