/** The options of a text model: what they are, and what of them makes sense together. */

import {
  count,
  fraction,
  readOptions,
  unchecked,
  type Declaration,
  type OptionsOf,
  type ValuesOf,
} from "../../base/options.js";
import { show } from "../../base/show.js";
import { rangeError, typeError, type Path } from "../../base/errors.js";
import { seed, size } from "../../base/check.js";
import { readCell, readLayers, type RnnOptions } from "../../data/rnn-options.js";
import { Vocabulary } from "../../data/vocabulary.js";
import { Codec, kindOfText, readTextKind, type Text } from "./codec.js";
import { readTokenRule, type TokenRule } from "./tokens.js";

const CHAR_RNN = {
  /**
   * The text to learn, which gives the vocabulary and decides the kind: a string is one long text; an array is a list of
   * texts that each begin and end, for which an end token is added. Either this or `vocabulary`.
   */
  text: { read: unchecked<Text>, fallback: undefined },
  /** The tokens, when the text is not at hand. */
  vocabulary: { read: readVocabulary, fallback: undefined },
  /** With `vocabulary`: whether the model is for one long text or for a list of texts. Default "text". */
  kind: { read: readTextKind, fallback: undefined },
  /** With `text`: the token for everything that is not in the text. Default: none, and unseen tokens are errors. */
  unknown: { read: unchecked<string>, fallback: undefined },
  /** How a text is divided into tokens. Default "characters": code points. */
  tokens: { read: readTokenRule, fallback: "characters" },
  /**
   * With `text`: keeps this many of its most frequent tokens; of equally frequent ones the first by code point. All others
   * become the unknown token, which is then trained: `unknown`, or "<unknown>" if that is not given. The unknown token and
   * the end token of a list are not counted. Default: all tokens.
   */
  maxTokens: { read: count, fallback: undefined },
  /** The cell: "tanh", "relu", "gru" or "lstm". Default "gru". */
  cell: { read: readCell, fallback: "gru" },
  /** H: the width of the hidden state. Default 128. */
  hiddenSize: { read: size, fallback: 128 },
  /** L: number of layers; each reads the hidden states of the layer below. Default 1. */
  layers: { read: readLayers, fallback: 1 },
  /** Probability that a value between two layers is dropped in training, 0 ≤ p < 1; needs at least two layers. Default 0. */
  dropout: { read: fraction, fallback: 0 },
  /** Seed of the initial weights, of dropout and of the order of batches, 0 … 2³² − 1. Default 0. */
  seed: { read: seed, fallback: 0 },
} satisfies Declaration;

/** Options of {@link CharRnn}: the text or the vocabulary, and the size of the network. */
export interface CharRnnOptions extends OptionsOf<typeof CHAR_RNN> {}

type Values = ValuesOf<typeof CHAR_RNN>;

/** Reads the options, each once. */
export function readCharRnnOptions(options: unknown): { codec: Codec; network: RnnOptions } {
  const given = readOptions(options, CHAR_RNN);
  const { text, vocabulary, kind, unknown, tokens, maxTokens, ...network } = given;
  const { seed } = network;
  if (maxTokens !== undefined && (text === undefined || Array.isArray(tokens))) {
    const other = text === undefined ? "a vocabulary" : "an array of tokens";
    throw typeError("maxTokens", "a text whose tokens are counted", other);
  }
  if (text !== undefined && vocabulary !== undefined) {
    throw typeError("options", "either text or vocabulary", "both");
  }
  let codec: Codec;
  if (text !== undefined) codec = ofText(text, { kind, unknown, maxTokens }, { tokens, seed });
  else if (vocabulary !== undefined) codec = ofVocabulary(vocabulary, { kind, unknown }, { tokens, seed });
  else throw typeError("options", "either text or vocabulary", "neither");
  const { size } = codec.vocabulary;
  return { codec, network: { ...network, inputSize: size, outputSize: size } };
}

function ofText(
  text: Text,
  { kind, unknown, maxTokens }: Pick<Values, "kind" | "unknown" | "maxTokens">,
  options: { tokens: TokenRule; seed: number },
): Codec {
  const actual = kindOfText(text);
  if (kind !== undefined && kind !== actual) {
    throw rangeError("kind", `"${actual}", which the text is`, show(kind));
  }
  return Codec.of(text, { unknown, maxTokens }, { ...options, kind: actual });
}

function ofVocabulary(
  vocabulary: Vocabulary,
  { kind = "text", unknown }: Pick<Values, "kind" | "unknown">,
  options: { tokens: TokenRule; seed: number },
): Codec {
  if (unknown !== undefined) throw typeError("unknown", "the vocabulary to have it", show(unknown));
  return Codec.with(vocabulary, { ...options, kind });
}

/** Checks a vocabulary by its properties, since each entry of the package has a class of its own. */
export function readVocabulary(value: unknown, path: Path): Vocabulary {
  const isVocabulary =
    value instanceof Vocabulary ||
    (typeof value === "object" &&
      value !== null &&
      "tokens" in value &&
      Array.isArray(value.tokens) &&
      "encode" in value &&
      typeof value.encode === "function");
  if (isVocabulary) return value as Vocabulary;
  throw typeError(path, "a vocabulary (new Vocabulary(…))", show(value));
}
