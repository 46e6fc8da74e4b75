/** The options of a text model: what they are, and what of them makes sense together. */

import { objectWith, type NamesOf } from "../../base/options.js";
import { show } from "../../base/show.js";
import { rangeError, typeError } from "../../base/errors.js";
import { integer, oneOf } from "../../base/check.js";
import type { Cell, RnnOptions } from "../../data/rnn-options.js";
import { Vocabulary } from "../../data/vocabulary.js";
import { Codec, kindOf, type Text, type TextKind } from "./codec.js";
import { readTokenRule, type TokenRule } from "./tokens.js";

/** Options of {@link CharRnn}: the text or the vocabulary, and the network's size. */
export interface CharRnnOptions {
  /**
   * What the model is to learn: it gives the vocabulary and decides the kind. A string is one long text; an array are
   * texts that each begin and end, for which an end token is added. Either this or `vocabulary`.
   */
  text?: string | readonly string[];
  /** The tokens, where the text is not at hand. */
  vocabulary?: Vocabulary;
  /** With `vocabulary`: whether the model is for one long text or for a list. Default "text". */
  kind?: TextKind;
  /** With `text`: the token that stands for what is not in it. Default: none, and unseen tokens are errors. */
  unknown?: string;
  /** How a text falls into tokens. Default "characters": code points. */
  tokens?: TokenRule;
  /**
   * With `text`: keeps so many of its most frequent tokens, of equally frequent ones the first by code point. All others
   * are the unknown token, which is trained then: `unknown`, or "<unknown>" where that is not given. The unknown token and
   * the end token of a list are not counted. Default: all tokens.
   */
  maxTokens?: number;
  /** Default "gru". */
  cell?: Cell;
  /** H: the width of the hidden state. Default 128. */
  hiddenSize?: number;
  /** L: cells stacked upon each other. Default 1. */
  layers?: number;
  /** Between layers, in training; needs at least two layers. Default 0. */
  dropout?: number;
  /** Decides the first weights, what dropout drops and the order of batches, 0 … 2³² − 1. Default 0. */
  seed?: number;
}

const NAMES = {
  text: true,
  vocabulary: true,
  kind: true,
  unknown: true,
  tokens: true,
  maxTokens: true,
  cell: true,
  hiddenSize: true,
  layers: true,
  dropout: true,
  seed: true,
} satisfies NamesOf<CharRnnOptions>;

/** Reads the options, each once. */
export function readCharRnnOptions(options: unknown): { codec: Codec; network: RnnOptions } {
  const given = objectWith(options, "options", NAMES) as CharRnnOptions;
  const { text, vocabulary, kind, unknown, cell = "gru", hiddenSize = 128 } = given;
  const { tokens: rule = "characters", layers = 1, dropout = 0 } = given;
  const seed = integer(given.seed === undefined ? 0 : given.seed, "seed", { min: 0, max: 2 ** 32 - 1 });
  const tokens = readTokenRule(rule);
  const maxTokens =
    given.maxTokens === undefined ? undefined : integer(given.maxTokens, "maxTokens", { min: 1 });
  if (maxTokens !== undefined && (text === undefined || Array.isArray(tokens))) {
    const other = text === undefined ? "a vocabulary" : "an array of tokens";
    throw typeError("maxTokens", "a text whose tokens are counted", other);
  }
  if ((text === undefined) === (vocabulary === undefined)) {
    const got = text === undefined ? "neither" : "both";
    throw typeError("options", "either text or vocabulary", got);
  }
  const codec =
    text === undefined
      ? ofVocabulary(vocabulary, { kind, unknown }, { tokens, seed })
      : ofText(text, { kind, unknown, maxTokens }, { tokens, seed });
  const { size } = codec.vocabulary;
  const network = { cell, hiddenSize, layers, dropout, seed, inputSize: size, outputSize: size };
  return { codec, network };
}

interface Named {
  kind: unknown;
  unknown: unknown;
  maxTokens?: number | undefined;
}

function ofText(
  text: Text,
  { kind, unknown, maxTokens }: Named,
  options: { tokens: TokenRule; seed: number },
): Codec {
  const actual = kindOf(text);
  if (kind !== undefined && oneOf(kind, "kind", ["text", "list"]) !== actual) {
    throw rangeError("kind", `"${actual}", which the text is`, show(kind));
  }
  return Codec.of(text, { unknown: unknown as string | undefined, maxTokens }, { ...options, kind: actual });
}

function ofVocabulary(
  vocabulary: unknown,
  { kind = "text", unknown }: Named,
  options: { tokens: TokenRule; seed: number },
): Codec {
  if (!isVocabulary(vocabulary)) {
    throw typeError("vocabulary", "a vocabulary (new Vocabulary(…))", show(vocabulary));
  }
  if (unknown !== undefined) throw typeError("unknown", "the vocabulary to have it", show(unknown));
  return Codec.with(vocabulary, { ...options, kind: oneOf(kind, "kind", ["text", "list"]) });
}

/** Whether it can stand for a vocabulary; each entry of the package has a class of its own. */
export function isVocabulary(value: unknown): value is Vocabulary {
  if (value instanceof Vocabulary) return true;
  return (
    typeof value === "object" &&
    value !== null &&
    "tokens" in value &&
    Array.isArray(value.tokens) &&
    "encode" in value &&
    typeof value.encode === "function"
  );
}
