/**
 * Reads Keras's files: `.keras` (a zip of metadata.json, config.json and model.weights.h5), whole models in
 * `.h5`, and weights alone in `.weights.h5` or `.h5`. HDF5 is not written, because that requires the C
 * library.
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
/** Number of bytes that a text in an archive may have in addition to the size of the archive. */
const LONGEST_TEXT = 2 ** 20;

/**
 * Reads the network from a file that Keras wrote: a whole model (`.keras`, or `.h5` with its JSON), or
 * weights alone (`.weights.h5`, `.h5`), for which `options` must contain what {@link fromKeras} needs to
 * know.
 *
 * A whole model must be one chain of SimpleRNN, GRU or LSTM layers of equal width, Bidirectional or not. It
 * may begin with an Embedding, which is multiplied into the input weights, and end with a Dense layer, whose
 * softmax is left to the loss. Dropout is ignored.
 *
 * @param bytes the file
 * @param options for weights alone: the cell and the number of layers
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when the file cannot be read, when it has layers or settings that bptt does not compute,
 *   which the message names, and when arrays are missing, superfluous or of the wrong shape
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

/** Reads a `.keras` archive. */
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

/** Reads a file without the model's JSON: the arrays in the order of `get_weights()`. */
function fromWeightsAlone(hdf5: Hdf5File, options: FromKerasOptions | undefined): NetworkDescription {
  if (options === undefined) {
    throw rangeError("options", "options with the cell, since the file contains only weights", "undefined");
  }
  const layers = textsOf(hdf5, "", "layer_names");
  if (layers !== undefined) {
    const weights = layers.flatMap((name) => [...legacyWeights(hdf5, "", name).values()]);
    const { resetAfter } = defaultsOf(hdf5.attribute("", "keras_version"));
    return fromWeights(weights, options, resetAfter, "file");
  }
  const arrays = new GroupedArrays(hdf5);
  // recurrent layers are numbered within their class; the file does not contain the order of the classes
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
 * Returns the settings that a configuration omits. In practice only `reset_after` is omitted, by GRU layers
 * that are older than the option. The last version whose default is false is 2.3.
 */
function defaultsOf(kerasVersion: unknown): Defaults {
  const [major = 0, minor = 0] = typeof kerasVersion === "string" ? kerasVersion.split(".").map(Number) : [];
  return { recurrentActivation: "sigmoid", resetAfter: major > 2 || (major === 2 && minor > 3) };
}

/**
 * Returns the groups of the layers. Keras 3 names them by class, not by the layer's name: "simple_rnn",
 * "simple_rnn_1", …
 */
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
    throw rangeError("options", "no options, since the file contains a whole model", show(options));
}
