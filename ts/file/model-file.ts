/**
 * Converts a network to a file and back. The file is the network's state_dict in safetensors, with the
 * configuration in the metadata. It also reads any file of PyTorch that contains such a module.
 *
 *     tensors     rnn.weight_ih_l0 … head.weight, head.bias       (state-dict.ts)
 *                 optimizer.…, training.…                         sections (section.ts). Two have no tensors: text, for how
 *                                                                 a model reads text, and trained, for its last run
 *     metadata    format "pt", bptt.version "1", bptt.config {…}, bptt.vocabulary {…}, bptt.optimizer.…, bptt.training.…,
 *                 bptt.series {…} or bptt.labels {…}: the description of a model of series or labels (description.ts)
 *
 * Writing is a pure function: the order is fixed, and neither a clock nor the host is read. Reading checks
 * the names and shapes of all tensors before it reads the values of any. This file uses no wasm: `Rnn` sets
 * the parameters.
 */

import { boolean, seed, size } from "../base/check.js";
import { readFloats, readTensorValues, type Dtype, type FileTensor } from "./dtype.js";
import { fileError } from "./file-error.js";
import { findModule, type LoadOptions } from "./find-module.js";
import { at, rangeError, type Path } from "../base/errors.js";
import { fraction, objectWith, readOptions, type Declaration, type NamesOf } from "../base/options.js";
import { parseJson } from "../base/json.js";
import { readCell, type RnnOptions } from "../data/rnn-options.js";
import { expectNoneLeft } from "./left-over.js";
import { parseSafetensors, type Stored } from "./safetensors.js";
import { serializeSafetensors } from "./safetensors-write.js";
import type { Section } from "./section.js";
import { show, showShape } from "../base/show.js";
import { fromStateDict, stateDictShapes, toStateDict, type Architecture } from "./state-dict.js";
import type { Tensor } from "../base/tensor.js";
import { Vocabulary, type VocabularyOptions } from "../data/vocabulary.js";
import type { Bytes } from "../base/typed-array.js";

const CONFIG = {
  cell: { read: readCell },
  resetAfter: { read: boolean, fallback: true },
  inputSize: { read: size },
  hiddenSize: { read: size },
  outputSize: { read: size, fallback: undefined },
  layers: { read: size },
  bidirectional: { read: boolean, fallback: false },
  dropout: { read: fraction, fallback: 0 },
  seed: { read: seed, fallback: 0 },
} satisfies Declaration & NamesOf<ModelConfig>;

/** The options of a network that a file contains. */
export interface ModelConfig extends Architecture {
  /** Default 0. */
  readonly dropout?: number;
  /** It is written only with dropout, whose random numbers depend on it. */
  readonly seed?: number;
}

/** The content of a file. */
export interface Model {
  readonly config: ModelConfig;
  /** All parameters, by the names of `rnn.parameters`. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  readonly vocabulary?: Vocabulary | undefined;
  readonly text?: Section | undefined;
  readonly trained?: Section | undefined;
  readonly optimizer?: Section | undefined;
  readonly training?: Section | undefined;
  /** JSON that describes a model of series. */
  readonly series?: string | undefined;
  /** JSON that describes a model of labels. */
  readonly labels?: string | undefined;
}

const VERSION = "1";
/** The element types of weights. Tensors of other types are quantized or not weights. */
const WEIGHTS: ReadonlySet<Dtype> = /* @__PURE__ */ new Set(["F32", "F16", "BF16", "F64"]);
const VOCABULARY_NAMES = { tokens: true, unknown: true } satisfies NamesOf<
  VocabularyOptions & { tokens: true }
>;
const SECTIONS = ["text", "trained", "optimizer", "training"] as const;
const DESCRIPTIONS = ["series", "labels"] as const;

/** Returns the bytes of a safetensors file. */
export function encodeModel(model: Model): Bytes {
  const { config, parameters, vocabulary } = model;
  const tensors = new Map<string, FileTensor>(Object.entries(toStateDict(config, parameters)));
  const metadata = new Map([
    ["format", "pt"],
    ["bptt.version", VERSION],
    ["bptt.config", JSON.stringify(rnnOptions(config))],
  ]);
  if (vocabulary !== undefined) {
    const { tokens, unknown } = vocabulary;
    metadata.set("bptt.vocabulary", JSON.stringify({ tokens, unknown }));
  }
  for (const name of SECTIONS) {
    const section = model[name];
    if (section === undefined) continue;
    metadata.set(`bptt.${name}`, VERSION); // marks the section as present even if it is empty
    for (const [key, tensor] of Object.entries(section.tensors)) tensors.set(`${name}.${key}`, tensor);
    for (const [key, text] of Object.entries(section.metadata)) metadata.set(`bptt.${name}.${key}`, text);
  }
  for (const name of DESCRIPTIONS) {
    const json = model[name];
    if (json !== undefined) metadata.set(`bptt.${name}`, json);
  }
  return serializeSafetensors(Object.fromEntries(tensors), Object.fromEntries(metadata));
}

/**
 * Reads a file of this library or of PyTorch.
 *
 * @param bytes the file
 * @param options the cell and the module, if the file does not decide them
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when the file is not such a file, or a tensor is missing, superfluous, of another shape
 *   or not finite
 */
export function decodeModel(bytes: unknown, options: LoadOptions = {}): Model {
  const stored = parseSafetensors(bytes);
  const saved = readConfig(stored.metadata);
  const isSection = (name: string) => SECTIONS.some((section) => name.startsWith(`${section}.`));
  const candidates = new Map([...stored.tensors].filter(([name]) => saved === undefined || !isSection(name)));
  const module = findModule(candidates, saved, options);
  const { names, biases, hint } = module;
  const described = saved !== undefined && module.described;
  const config: ModelConfig = described ? { ...saved, ...module.architecture } : module.architecture;

  const known = new Set<string>();
  for (const { name, shape } of stateDictShapes(config, names, biases)) {
    const tensor = candidates.get(name);
    if (tensor === undefined) {
      throw rangeError(tensorPath(name), `a tensor of shape ${showShape(shape)}`, "nothing", { hint });
    }
    if (tensor.shape.length !== shape.length || tensor.shape.some((n, axis) => n !== shape[axis])) {
      throw rangeError(tensorPath(name), `shape ${showShape(shape)}`, showShape(tensor.shape), { hint });
    }
    known.add(name);
  }
  const left = [...candidates.keys()].filter((name) => !known.has(name) && module.owns(name));
  expectNoneLeft(left, candidates, module, (config.bidirectional ? 2 : 1) * config.hiddenSize);

  const read = (name: string): Tensor => {
    const tensor = candidates.get(name);
    const path = tensorPath(name);
    if (tensor === undefined) throw rangeError(path, "a tensor", "nothing");
    if (!WEIGHTS.has(tensor.dtype)) {
      throw rangeError(at(path, "dtype"), `one of ${[...WEIGHTS].join(", ")}`, tensor.dtype);
    }
    const floats = readFloats(tensor, path);
    const bad = floats.data.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) {
      throw rangeError(at(path, bad), "a finite number (float32)", show(readTensorValues(tensor, path)[bad]));
    }
    return floats;
  };
  return {
    config,
    parameters: fromStateDict(config, read, names, biases),
    vocabulary: described ? readVocabulary(stored.metadata, config) : undefined,
    ...(described ? { ...readSections(stored), ...readDescriptions(stored) } : {}),
  };
}

/**
 * Returns the options of a file's network, which are also what is written. Their order is the order in the
 * file.
 */
export function rnnOptions(config: ModelConfig): RnnOptions {
  const { cell, inputSize, hiddenSize, outputSize, layers, bidirectional } = config;
  const { resetAfter = true, dropout = 0, seed = 0 } = config;
  return {
    cell,
    ...(cell === "gru" ? { resetAfter } : {}),
    inputSize,
    hiddenSize,
    ...(outputSize === undefined ? {} : { outputSize }),
    layers,
    bidirectional,
    ...(dropout === 0 ? {} : { dropout, seed }),
  };
}

/**
 * Returns the configuration in a file's metadata, or undefined for a file that this library did not write.
 */
function readConfig(metadata: Stored["metadata"]): ModelConfig | undefined {
  const version = metadata.get("bptt.version");
  const text = metadata.get("bptt.config");
  if (version === undefined && text === undefined) return undefined;
  if (version !== VERSION) {
    const what = `${show(VERSION)}, all that this version of bptt reads`;
    throw rangeError(at("bytes", "metadata", "bptt.version"), what, show(version));
  }
  return readJson(text, "bptt.config", (value) => readOptions(value, CONFIG));
}

function readVocabulary(
  metadata: Stored["metadata"],
  { inputSize, outputSize = inputSize }: ModelConfig,
): Vocabulary | undefined {
  const text = metadata.get("bptt.vocabulary");
  if (text === undefined) return undefined;
  return readJson(text, "bptt.vocabulary", (value) => {
    const { tokens, ...options } = objectWith(value, "options", VOCABULARY_NAMES) as { tokens: string[] };
    const vocabulary = new Vocabulary(tokens, options);
    for (const [which, width] of Object.entries({ inputSize, outputSize })) {
      if (vocabulary.size !== width) {
        throw rangeError("tokens", `${width} tokens as the weights' ${which}`, show(vocabulary.size));
      }
    }
    return vocabulary;
  });
}

/** Returns the sections that the file contains. */
function readSections(stored: Stored): Partial<Record<(typeof SECTIONS)[number], Section>> {
  const there = SECTIONS.filter((name) => stored.metadata.has(`bptt.${name}`));
  return Object.fromEntries(there.map((name) => [name, readSection(stored, name)]));
}

/** Returns the descriptions that the file contains. */
function readDescriptions({ metadata }: Stored): Partial<Record<(typeof DESCRIPTIONS)[number], string>> {
  const entries = DESCRIPTIONS.map((name) => [name, metadata.get(`bptt.${name}`)]);
  return Object.fromEntries(entries.filter(([, json]) => json !== undefined));
}

function readSection(stored: Stored, name: string): Section {
  const after = <T>(map: ReadonlyMap<string, T>, prefix: string): [string, T][] =>
    [...map]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]): [string, T] => [key.slice(prefix.length), value]);
  const tensors = after(stored.tensors, `${name}.`).map(([key, tensor]): [string, FileTensor] => [
    key,
    { data: readTensorValues(tensor, tensorPath(`${name}.${key}`)), shape: [...tensor.shape] },
  ]);
  return {
    tensors: Object.fromEntries(tensors),
    metadata: Object.fromEntries(after(stored.metadata, `bptt.${name}.`)),
  };
}

/**
 * Reads a JSON text of the metadata with `read`, whose errors call the value `options`. Any error becomes a
 * wrong value of the file.
 */
function readJson<T>(text: string | undefined, name: string, read: (value: unknown) => T): T {
  const path = at("bytes", "metadata", name);
  if (text === undefined) throw rangeError(path, "JSON", "nothing");
  const value = parseJson(text, path);
  try {
    return read(value);
  } catch (error) {
    throw fileError(error, path, "options");
  }
}

function tensorPath(name: string): Path {
  return at("bytes", "tensors", name);
}
