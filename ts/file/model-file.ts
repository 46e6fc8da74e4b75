/**
 * A network as a file: its state_dict in safetensors, with the configuration in the file's metadata, and back; and any
 * file of PyTorch's that holds such a module.
 *
 *     tensors     rnn.weight_ih_l0 … head.weight, head.bias       (state-dict.ts)
 *                 optimizer.…, training.…                         sections (section.ts); two have no tensors: text, of how
 *                                                                 a model reads it, and trained, of its last run
 *     metadata    format "pt", bptt.version "1", bptt.config {…}, bptt.vocabulary {…}, bptt.optimizer.…, bptt.training.…
 *
 * Writing is a pure function: fixed order, no clock, no host. Reading looks at names and shapes of all tensors before it
 * reads values of any. Knows no wasm: `Rnn` puts the parameters where they belong.
 */

import { boolean, expected, oneOf, seed, size } from "../base/check.js";
import { readFloats, readValues, type Dtype, type FileTensor } from "./dtype.js";
import { findModule, type LoadOptions } from "./find-module.js";
import { withCause, type Path } from "../base/errors.js";
import { fraction, objectWith, readOptions, type Declaration, type NamesOf } from "../base/options.js";
import { parseJson } from "../base/json.js";
import { CELLS, type RnnOptions } from "../data/rnn-options.js";
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
  cell: { read: (value: unknown, path: Path) => oneOf(value, path, CELLS) },
  resetAfter: { read: boolean, fallback: true },
  inputSize: { read: size },
  hiddenSize: { read: size },
  outputSize: { read: size, fallback: undefined },
  layers: { read: size },
  bidirectional: { read: boolean, fallback: false },
  dropout: { read: fraction, fallback: 0 },
  seed: { read: seed, fallback: 0 },
} satisfies Declaration & NamesOf<ModelConfig>;

/** The options of a network that a file keeps. */
export interface ModelConfig extends Architecture {
  /** Default 0. */
  readonly dropout?: number;
  /** Written only with dropout, whose random numbers depend on it. */
  readonly seed?: number;
}

/** What a file holds. */
export interface Model {
  readonly config: ModelConfig;
  /** All of them, by the names of `rnn.parameters`. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  readonly vocabulary?: Vocabulary | undefined;
  readonly text?: Section | undefined;
  readonly trained?: Section | undefined;
  readonly optimizer?: Section | undefined;
  readonly training?: Section | undefined;
}

const VERSION = "1";
/** Element types of weights; all others are quantized, or no weights. */
const WEIGHTS: ReadonlySet<Dtype> = new Set(["F32", "F16", "BF16", "F64"]);
const VOCABULARY_NAMES = { tokens: true, unknown: true } satisfies NamesOf<
  VocabularyOptions & { tokens: true }
>;
const SECTIONS = ["text", "trained", "optimizer", "training"] as const;

/** The bytes of a safetensors file. */
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
    metadata.set(`bptt.${name}`, VERSION); // there, though it may be empty
    for (const [key, tensor] of Object.entries(section.tensors)) tensors.set(`${name}.${key}`, tensor);
    for (const [key, text] of Object.entries(section.metadata)) metadata.set(`bptt.${name}.${key}`, text);
  }
  return serializeSafetensors(Object.fromEntries(tensors), Object.fromEntries(metadata));
}

/**
 * What a file of this library or of PyTorch holds.
 *
 * @param bytes the file
 * @param options which cell and which module, where the file does not say
 * @throws TypeError when something is of the wrong kind
 * @throws RangeError when this is no such file, or a tensor is missing, superfluous, of another shape or not finite
 */
export function decodeModel(bytes: unknown, options: LoadOptions = {}): Model {
  const stored = parseSafetensors(bytes);
  const saved = readConfig(stored.metadata);
  const isSection = (name: string) => SECTIONS.some((section) => name.startsWith(`${section}.`));
  const candidates = new Map([...stored.tensors].filter(([name]) => saved === undefined || !isSection(name)));
  const module = findModule(candidates, saved, options);
  const { names, biases, about } = module;
  const described = saved !== undefined && module.described;
  const config: ModelConfig = described ? { ...saved, ...module.architecture } : module.architecture;

  const known = new Set<string>();
  for (const { name, shape } of stateDictShapes(config, names, biases)) {
    const tensor = candidates.get(name);
    if (tensor === undefined) {
      throw new RangeError(
        `bytes: ${about}expected a tensor ${show(name)} of shape ${showShape(shape)}, which is missing`,
      );
    }
    if (tensor.shape.length !== shape.length || tensor.shape.some((n, axis) => n !== shape[axis])) {
      throw new RangeError(
        `bytes: ${about}tensor ${show(name)}: expected shape ${showShape(shape)}, received ${showShape(tensor.shape)}`,
      );
    }
    known.add(name);
  }
  const left = [...candidates.keys()].filter((name) => !known.has(name) && module.owns(name));
  expectNoneLeft(left, candidates, module, (config.bidirectional ? 2 : 1) * config.hiddenSize);

  const read = (name: string): Tensor => {
    const tensor = candidates.get(name);
    if (tensor === undefined)
      throw new RangeError(`bytes: expected a tensor ${show(name)}, which is missing`);
    if (!WEIGHTS.has(tensor.dtype)) {
      throw new RangeError(
        `bytes: tensor ${show(name)}: expected ${[...WEIGHTS].join(", ")}, received ${tensor.dtype}`,
      );
    }
    const floats = readFloats(tensor, name);
    const bad = floats.data.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) {
      const place = `bytes: tensor ${show(name)}, value ${bad}`;
      throw new RangeError(expected(place, "a finite number (float32)", readValues(tensor, name)[bad]));
    }
    return floats;
  };
  return {
    config,
    parameters: fromStateDict(config, read, names, biases),
    vocabulary: described ? readVocabulary(stored.metadata, config) : undefined,
    ...(described ? readSections(stored) : {}),
  };
}

/** The options that make the network of a file, and what is written of them; their order is the file's. */
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

/** The configuration in a file's metadata; undefined for a file that this library did not write. */
function readConfig(metadata: Stored["metadata"]): ModelConfig | undefined {
  const version = metadata.get("bptt.version");
  const text = metadata.get("bptt.config");
  if (version === undefined && text === undefined) return undefined;
  if (version !== VERSION) {
    throw new RangeError(
      expected("bytes: its bptt.version", `${show(VERSION)}, all that this version of bptt reads`, version),
    );
  }
  return readJson(text, "bptt.config", (value, name) => readOptions(value, CONFIG, name));
}

function readVocabulary(
  metadata: Stored["metadata"],
  { inputSize, outputSize = inputSize }: ModelConfig,
): Vocabulary | undefined {
  const text = metadata.get("bptt.vocabulary");
  if (text === undefined) return undefined;
  return readJson(text, "bptt.vocabulary", (value, name) => {
    const { tokens, ...options } = objectWith(value, name, VOCABULARY_NAMES) as { tokens: string[] };
    const vocabulary = new Vocabulary(tokens, options);
    for (const [which, width] of Object.entries({ inputSize, outputSize })) {
      if (vocabulary.size !== width) {
        throw new RangeError(
          `${name}: expected ${width} tokens as the weights' ${which}, received ${vocabulary.size}`,
        );
      }
    }
    return vocabulary;
  });
}

/** Those of the sections that are there. */
function readSections(stored: Stored): Partial<Record<(typeof SECTIONS)[number], Section>> {
  const there = SECTIONS.filter((name) => stored.metadata.has(`bptt.${name}`));
  return Object.fromEntries(there.map((name) => [name, readSection(stored, name)]));
}

function readSection(stored: Stored, name: string): Section {
  const behind = <T>(map: ReadonlyMap<string, T>, prefix: string): [string, T][] =>
    [...map]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]): [string, T] => [key.slice(prefix.length), value]);
  const tensors = behind(stored.tensors, `${name}.`).map(([key, tensor]): [string, FileTensor] => [
    key,
    { data: readValues(tensor, `${name}.${key}`), shape: [...tensor.shape] },
  ]);
  return {
    tensors: Object.fromEntries(tensors),
    metadata: Object.fromEntries(behind(stored.metadata, `bptt.${name}.`)),
  };
}

/** What `read` makes of a text of the metadata; whatever is wrong with it is a wrong value of the file. */
function readJson<T>(text: string | undefined, name: string, read: (value: unknown, name: string) => T): T {
  if (text === undefined) throw new RangeError(`bytes: its metadata has no ${name}`);
  try {
    return read(parseJson(text, name), name);
  } catch (error) {
    const why = (error as Error).message;
    const said = `bytes: its ${why.startsWith(name) ? why : `${name}: ${why}`}`;
    throw withCause(new RangeError(said), error);
  }
}
