/** The options of a text model and the checks of their combinations. */

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
   * The text to learn. It determines the vocabulary and the kind: a string is one long text; an array is a
   * list of texts, each with a beginning and an end, for which an end token is added. Give either this or
   * `vocabulary`.
   */
  text: { read: unchecked<Text>, fallback: undefined },
  /** The vocabulary, if the text is not available. */
  vocabulary: { read: readVocabulary, fallback: undefined },
  /** With `vocabulary`: "text" for one long text or "list" for a list of texts. Default "text". */
  kind: { read: readTextKind, fallback: undefined },
  /**
   * With `text`: the token that replaces tokens that are not in the vocabulary. Default: none, and unknown
   * tokens are errors.
   */
  unknown: { read: unchecked<string>, fallback: undefined },
  /** The rule that splits a text into tokens. Default "characters": code points. */
  tokens: { read: readTokenRule, fallback: "characters" },
  /**
   * With `text`: the number of most frequent tokens to keep; of equally frequent tokens the first by code
   * point are kept. All others are replaced by the unknown token, which is then trained: `unknown`, or
   * "<unknown>" if that is not given. The unknown token and the end token of a list are not counted. Default:
   * all tokens are kept.
   */
  maxTokens: { read: count, fallback: undefined },
  /** The cell: "tanh", "relu", "gru" or "lstm". Default "gru". */
  cell: { read: readCell, fallback: "gru" },
  /** H: the width of the hidden state. Default 128. */
  hiddenSize: { read: size, fallback: 128 },
  /** L: the number of layers. Each layer reads the hidden states of the layer below. Default 1. */
  layers: { read: readLayers, fallback: 1 },
  /**
   * Probability that a value between two layers is dropped in training, 0 ≤ p < 1. It requires at least two
   * layers. Default 0.
   */
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
    throw typeError("maxTokens", "a text, whose tokens are counted", other);
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
  if (unknown !== undefined)
    throw typeError("unknown", "no value, since the vocabulary has its own", show(unknown));
  return Codec.with(vocabulary, { ...options, kind });
}

/** Checks a vocabulary by its properties, because each entry of the package has its own class. */
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
