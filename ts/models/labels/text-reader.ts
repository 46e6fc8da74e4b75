/** Reads sequences of text: cuts them into tokens and encodes these as ids. Unseen tokens become the unknown token. */

import { nonEmpty, oneOf, string } from "../../base/check.js";
import { at, rangeError, typeError, type Path } from "../../base/errors.js";
import { readOptions, type Declaration } from "../../base/options.js";
import { show } from "../../base/show.js";
import { Vocabulary } from "../../data/vocabulary.js";
import { Codec } from "../text/codec.js";
import { joinTexts } from "../text/encoded-text.js";
import { isFunctionRule, tokenizer, type Tokenizer, type TokenRule } from "../text/tokens.js";
import type { Sequences } from "./sequences.js";

const RULES = ["characters", "graphemes", "words", "listed", "function"] as const;

/** The settings of a reader of text: plain data. */
export interface TextDescription {
  readonly kind: "text";
  /** The rule of the tokens; "listed": the vocabulary lists them. */
  readonly tokens: (typeof RULES)[number];
  readonly vocabulary: readonly string[];
  readonly unknown: string | null;
}

const TEXT = {
  kind: { read: (value: unknown, path: Path) => oneOf(value, path, ["text"]) },
  tokens: { read: (value: unknown, path: Path) => oneOf(value, path, RULES) },
  vocabulary: { read: readTokens },
  unknown: { read: (value: unknown, path: Path) => (value === null ? null : nonEmpty(value, path)) },
} satisfies Declaration;

/** Reads sequences of text. */
export class TextReader {
  readonly description: TextDescription;
  readonly vocabulary: Vocabulary;
  readonly #codec: Codec;
  readonly #cut: Tokenizer;

  constructor(vocabulary: Vocabulary, rule: TokenRule) {
    this.vocabulary = vocabulary;
    this.#codec = new Codec(vocabulary, undefined, { kind: "text", tokens: rule, seed: 0 });
    this.#cut = tokenizer(rule);
    const { tokens, unknown = null } = vocabulary;
    const name = typeof rule === "string" ? rule : isFunctionRule(rule) ? "function" : "listed";
    this.description = { kind: "text", tokens: name, vocabulary: tokens, unknown };
  }

  /** The reader for training texts. */
  static of(texts: readonly string[], tokens: TokenRule, maxTokens: number | undefined): TextReader {
    const unknown = unusedToken(texts, tokens);
    const { vocabulary } = Codec.of(texts, { unknown, maxTokens }, { kind: "text", tokens, seed: 0 });
    return new TextReader(vocabulary, tokens);
  }

  /** The reader of a file; `given`: a rule that no file can hold. */
  static read(value: unknown, path: Path, given: TokenRule | undefined): TextReader {
    const { tokens: name, vocabulary: tokens, unknown } = readOptions(value, TEXT, path);
    if (name === "function" && !isFunctionRule(given)) {
      throw typeError("tokens", "the function that the saved model had", show(given));
    }
    const vocabulary = new Vocabulary(tokens, unknown === null ? {} : { unknown });
    const listed = tokens.filter((token) => token !== unknown);
    return new TextReader(vocabulary, given ?? (name === "listed" ? listed : name));
  }

  /** The number of different ids. */
  get inputSize(): number {
    return this.vocabulary.size;
  }

  /** Encodes texts; `pathOf` names them in errors. */
  encode(inputs: readonly unknown[], pathOf: (i: number) => Path): Sequences {
    const texts = inputs.map((input, i) => string(input, pathOf(i)));
    const units = texts.reduce((sum, { length }) => sum + length, 0);
    const { ids, starts } = joinTexts(texts.length, units, (i) => {
      const encoded = this.#codec.encode(texts[i], pathOf(i));
      if (encoded.length === 0) throw rangeError(pathOf(i), "at least one token", "none");
      return encoded;
    });
    return { values: ids, width: 0, starts };
  }

  /** The id of one token. */
  id(value: unknown, path: Path): number {
    const tokens = [...this.#cut(string(value, path))];
    if (tokens.length !== 1) throw rangeError(path, "one token", `${tokens.length} tokens`);
    return this.vocabulary.encode(tokens)[0];
  }

  /** The tokens of a text. */
  tokens(text: string): string[] {
    return [...this.#cut(text)];
  }
}

/** A token that no text has. */
function unusedToken(texts: readonly string[], tokens: TokenRule): string {
  const taken = Array.isArray(tokens) ? tokens.join("") : "";
  let token = "<unknown>";
  while (taken.includes(token) || texts.some((text) => text.includes(token))) token = `<${token}>`;
  return token;
}

function readTokens(value: unknown, path: Path): string[] {
  if (!Array.isArray(value)) throw typeError(path, "an array of tokens", show(value));
  return value.map((token, i) => nonEmpty(token, at(path, i)));
}
