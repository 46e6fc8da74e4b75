/**
 * Keras's files: `.keras` (a zip of metadata.json, config.json and model.weights.h5), whole models in `.h5`, and
 * weights alone in `.weights.h5` or `.h5`. Writing HDF5 takes the C library, so it is not offered.
 *
 * Source: Keras 3.15 (saving_lib, legacy_h5_format), tf_keras 2.21.
 */

import { fileBytes } from "../base/file-bytes.js";
import { parseJson } from "../base/json.js";
import { at, rangeError } from "../base/errors.js";
import { show, showNames } from "../base/show.js";
import { decodeUtf8 } from "../base/utf8.js";
import type { NetworkDescription } from "./description.js";
import { isHdf5, openHdf5, type Hdf5File } from "./hdf5.js";
import { fromLayers, type Defaults } from "./keras-layers.js";
import { readTopology, type Layer } from "./keras-topology.js";
import { GroupedArrays, legacyWeights, textsOf } from "./keras-weights.js";
import { fromWeights, type FromKerasOptions } from "./keras.js";
import { isZip, openZip, type Zip } from "./zip.js";

const METADATA = "metadata.json";
const CONFIG = "config.json";
const WEIGHTS = "model.weights.h5";
/** Bytes that a text in an archive may have beyond the archive's own. */
const LONGEST_TEXT = 2 ** 20;

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
  const place = at("file", "/", "attrs", "model_config");
  const layers = readTopology(parseJson(json, place), place);
  const defaults = defaultsOf(hdf5.attribute("", "keras_version"));
  return fromLayers(layers, (layer) => legacyWeights(hdf5, "model_weights", layer.name), defaults, place);
}

/** `.keras` */
function fromArchive(file: Uint8Array, options: FromKerasOptions | undefined): NetworkDescription {
  const archive = readArchive(file);
  expectNone(options);
  const place = at("file", CONFIG);
  const layers = readTopology(parseJson(archive.config, place), place);
  const arrays = new GroupedArrays(openHdf5(archive.weights, at("file", WEIGHTS)));
  const groups = groupNames(layers);
  const metadata = archive.metadata === undefined ? {} : parseJson(archive.metadata, at("file", METADATA));
  const defaults = defaultsOf((metadata as { keras_version?: unknown } | null)?.keras_version);
  const network = fromLayers(layers, (layer) => arrays.take(groups.get(layer) ?? ""), defaults, place);
  arrays.expectNone();
  return network;
}

/** A file without the model's JSON: the arrays in the order of `get_weights()`. */
function fromWeightsAlone(hdf5: Hdf5File, options: FromKerasOptions | undefined): NetworkDescription {
  if (options === undefined) {
    throw rangeError("options", "options with the cell, since the file holds weights alone", "undefined");
  }
  const layers = textsOf(hdf5, "", "layer_names");
  if (layers !== undefined) {
    const weights = layers.flatMap((name) => [...legacyWeights(hdf5, "", name).values()]);
    const { resetAfter } = defaultsOf(hdf5.attribute("", "keras_version"));
    return fromWeights(weights, options, resetAfter, "file");
  }
  const arrays = new GroupedArrays(hdf5);
  // recurrent layers are numbered within their class; the order of the classes is not in the file
  const order = arrays.groups
    .map((group) => {
      const [, kind = "", index = "0"] = /^(.*?)(?:_(\d+))?$/.exec(group) ?? [];
      return { group, isDense: kind === "dense" || kind === "time_distributed", index: Number(index) };
    })
    .sort((a, b) => Number(a.isDense) - Number(b.isDense) || a.index - b.index);
  const weights = order.flatMap(({ group }) => [...arrays.take(group).values()]);
  arrays.expectNone();
  return fromWeights(weights, options, true, "file");
}

/**
 * Settings that a configuration leaves out. The only one that is left out in practice is `reset_after` of GRU layers
 * from before Keras had it; the last version whose default is false is 2.3.
 */
function defaultsOf(kerasVersion: unknown): Defaults {
  const [major = 0, minor = 0] = typeof kerasVersion === "string" ? kerasVersion.split(".").map(Number) : [];
  return { recurrentActivation: "sigmoid", resetAfter: major > 2 || (major === 2 && minor > 3) };
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

interface Archive {
  readonly metadata: string | undefined;
  readonly config: string;
  readonly weights: Uint8Array;
}

function readArchive(file: Uint8Array): Archive {
  if (!isZip(file)) throw rangeError("file", "an HDF5 file or a .keras archive", "neither");
  const zip = openZip(file);
  const missing = [CONFIG, WEIGHTS].find((name) => !zip.names.includes(name));
  if (missing !== undefined)
    throw rangeError(
      "file",
      `a .keras archive with ${show(missing)}`,
      showNames(zip.names) || "an empty one",
    );
  return {
    metadata: zip.names.includes(METADATA) ? textIn(zip, METADATA, file.length) : undefined,
    config: textIn(zip, CONFIG, file.length),
    weights: zip.read(WEIGHTS),
  };
}

function textIn(zip: Zip, name: string, archiveSize: number): string {
  const longest = archiveSize + LONGEST_TEXT;
  if (zip.sizeOf(name) > longest)
    throw rangeError(at("file", name), `at most ${longest} bytes of text`, `${zip.sizeOf(name)}`);
  return decodeUtf8(zip.read(name));
}

function expectNone(options: unknown): void {
  if (options !== undefined)
    throw rangeError("options", "no options, since the file holds a whole model", show(options));
}
