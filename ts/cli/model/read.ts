/** Reads a network from a file of any supported format, together with the file's description of its text. */

import { CharRnn, Rnn, type Cell, type RnnOptions } from "bptt";
import {
  fromKeras,
  fromKerasFile,
  fromTensorFlowJs,
  type FromKerasOptions,
  type NetworkDescription,
  type TensorFlowJsModel,
} from "bptt/convert";
import { isCheckError } from "../../base/errors.js";
import { parseJson } from "../../base/json.js";
import { UsageError } from "../failure.js";
import { nameOf, readBytes } from "../input.js";
import { formatOf, type Format } from "./file-format.js";
import { carried, carriedIn, hasOwnRule, metadataOf, withMetadata, type Metadata } from "./metadata.js";
import { decodeNpz } from "./npz.js";
import { readWeightFiles } from "./weight-files.js";
import { modelFailure, weightsAlone } from "./error-messages.js";

/** Properties that a file may lack. */
export interface ReadOptions {
  cell?: Cell | undefined;
  layers?: number | undefined;
  bidirectional?: boolean | undefined;
  /** False for layers without bias. */
  bias?: boolean | undefined;
  prefix?: string | undefined;
  head?: string | undefined;
}

/** A network and the data of its file. */
export interface StoredNetwork {
  readonly rnn: Rnn;
  readonly format: Format;
  /** The size of the file. */
  readonly bytes: number;
  /** The library's texts; for a safetensors file all of its texts. */
  readonly metadata: Metadata;
  /** The paths that were read: the file, and the files of its weights. "-" is standard input. */
  readonly files: readonly string[];
}

/** The description of a network, before the network is created. */
interface Found extends NetworkDescription {
  readonly metadata: Metadata;
  /** Files of weights in the folder of the model. */
  readonly weightFiles?: readonly string[];
}

/** Reads the network of a file. The caller frees it. */
export async function readNetworkFile(path: string, options: ReadOptions): Promise<StoredNetwork> {
  const name = nameOf(path);
  const bytes = await readBytes(path);
  try {
    const format = formatOf(bytes, name);
    const stored =
      format === "safetensors" ? load(bytes, options) : make(await find(format, path, bytes, options));
    const { rnn, metadata, weightFiles = [] } = stored;
    try {
      check(stored, () => (format === "safetensors" ? bytes : withMetadata(rnn.save(), carried(metadata))));
    } catch (error) {
      rnn.free();
      throw error;
    }
    return { rnn, format, bytes: bytes.length, metadata, files: [path, ...weightFiles] };
  } catch (error) {
    throw modelFailure(name, error);
  }
}

/** A network that was created. */
type Made = Pick<Found, "metadata" | "weightFiles"> & { readonly rnn: Rnn };

function load(bytes: Buffer<ArrayBuffer>, options: ReadOptions): Made {
  refuse(options, ["layers", "bidirectional", "bias"], "the shapes in the file decide that");
  const { cell, prefix, head } = options;
  const given = Object.entries({ cell, prefix, head }).filter(([, value]) => value !== undefined);
  const rnn = Rnn.load(bytes, Object.fromEntries(given));
  // the texts of the file describe the whole of it
  return { rnn, metadata: prefix === undefined && head === undefined ? metadataOf(bytes) : {} };
}

/** Reads the rest of a file in the library's own format, so that no damaged part is copied or shown. */
function check({ rnn, metadata }: Made, bytesOf: () => Uint8Array<ArrayBuffer>): void {
  if ("bptt.vocabulary" in metadata) {
    // only the program that made such a model has its rule; any rule is good enough for reading the rest
    const tokens = hasOwnRule(metadata) ? { tokens: (text: string) => Array.from(text) } : {};
    CharRnn.load(bytesOf(), tokens).free();
  } else if ("bptt.optimizer" in metadata) {
    const bytes = bytesOf();
    using twin = Rnn.load(bytes, { cell: rnn.cell });
    twin.loadOptimizer(bytes);
  }
}

async function find(
  format: Exclude<Format, "safetensors">,
  path: string,
  bytes: Buffer<ArrayBuffer>,
  options: ReadOptions,
): Promise<Found> {
  refuse(options, ["prefix", "head"], "it is for files of PyTorch");
  if (format === "npz") return findInNpz(bytes, nameOf(path), options);
  if (format === "tfjs") {
    refuse(options, ["cell", "layers", "bidirectional", "bias"], "the file decides that");
    return findInTensorFlowJs(path, bytes);
  }
  const { cell } = options;
  if (cell === undefined) refuse(options, ["layers", "bidirectional", "bias"], "it requires --cell");
  try {
    return { ...fromKerasFile(bytes, cell && kerasOptions(cell, options)), metadata: {} };
  } catch (error) {
    if (!isCheckError(error) || error.path[0] !== "options") throw error;
    throw cell === undefined ? weightsAlone(nameOf(path)) : new UsageError("--cell: the file decides that");
  }
}

function findInNpz(bytes: Uint8Array, name: string, options: ReadOptions): Found {
  const { arrays, metadata } = decodeNpz(bytes);
  const saved = configIn(metadata);
  if (saved?.cell !== undefined) {
    refuse(options, ["cell", "layers", "bidirectional", "bias"], "the file decides that");
    return { ...fromKeras(arrays, kerasOptions(saved.cell, saved)), metadata };
  }
  if (options.cell === undefined) throw weightsAlone(name);
  return { ...fromKeras(arrays, kerasOptions(options.cell, options)), metadata };
}

async function findInTensorFlowJs(path: string, bytes: Buffer): Promise<Found> {
  const json = parseJson(bytes.toString("utf8"), "file") as TensorFlowJsModel & {
    userDefinedMetadata?: unknown;
  }; // an object, because it begins with {
  const { weightData, weightFiles } = await readWeightFiles(path, json.weightsManifest);
  const { userDefinedMetadata: texts } = json;
  return { ...fromTensorFlowJs({ ...json, weightData }), metadata: carriedIn(texts), weightFiles };
}

/**
 * Creates the network, with the dropout from the file's texts, which other libraries' weights do not contain.
 */
function make({ config, parameters, metadata, weightFiles = [] }: Found): Made {
  const { dropout = 0, seed = 0 } = configIn(metadata) ?? {};
  const { layers = 1 } = config;
  const options = { ...config, ...(dropout === 0 || layers === 1 ? {} : { dropout, seed }) };
  const rnn = new Rnn(options);
  try {
    rnn.setParameters(parameters);
  } catch (error) {
    rnn.free();
    throw error;
  }
  return { rnn, metadata, weightFiles };
}

function configIn(metadata: Metadata): Partial<RnnOptions> | undefined {
  const text = metadata["bptt.config"];
  if (text === undefined) return undefined;
  const value = parseJson(text, ["file", "bptt.config"]);
  return typeof value === "object" && value !== null ? value : {};
}

function kerasOptions(
  cell: Cell,
  { layers, bidirectional, bias }: Omit<ReadOptions, "cell">,
): FromKerasOptions {
  return {
    cell,
    ...(layers === undefined ? {} : { layers }),
    ...(bidirectional === undefined ? {} : { bidirectional }),
    ...(bias === false ? { useBias: false } : {}),
  };
}

/** Refuses options that have no effect for this file, instead of ignoring them. */
function refuse(options: ReadOptions, names: readonly (keyof ReadOptions)[], why: string): void {
  const given = names.find((name) =>
    name === "bias" ? options.bias === false : options[name] !== undefined,
  );
  if (given === undefined) return;
  throw new UsageError(`--${given === "bias" ? "no-bias" : given}: ${why}`);
}
