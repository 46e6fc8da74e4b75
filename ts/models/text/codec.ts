/**
 * Converts between text and ids for a model: its kind, its vocabulary, the rule that splits a text into
 * tokens and, for lists of texts, the token at the beginning and end of each.
 */

import { objectWith, type NamesOf } from "../../base/options.js";
import { show } from "../../base/show.js";
import { at, isCheckError, rangeError, typeError, withFields, type Path } from "../../base/errors.js";
import { byCodePoints } from "../../base/code-points.js";
import { integer, nonEmpty, oneOf, string } from "../../base/check.js";
import type { Section } from "../../file/section.js";
import { packSection, unpackSection } from "../../file/section.js";
import { Vocabulary } from "../../data/vocabulary.js";
import { isWorthKeeping, readNetworkState, type NetworkState } from "../shared/network-state.js";
import { joinTexts, whole, type EncodedText } from "./encoded-text.js";
import { idArray, type IdArray } from "./id-array.js";
import {
  codePoints,
  distinctCodePoints,
  isFunctionRule,
  joiner,
  tokenizer,
  type Tokenizer,
  type TokenRule,
} from "./tokens.js";
import { mostFrequent } from "./most-frequent.js";

/** "text" for one long text, "list" for a list of texts, each with a beginning and an end. */
export type TextKind = "text" | "list";

/** A text of either kind. */
export type Text = string | readonly string[];

/** The options of a codec besides its vocabulary. */
export interface CodecOptions {
  readonly kind: TextKind;
  readonly tokens: TokenRule;
  readonly seed: number;
}

/** The options that determine the vocabulary of a text. */
export interface VocabularyChoice {
  /** The token that replaces tokens that are not in the vocabulary. */
  readonly unknown?: string | undefined;
  /** The number of most frequent tokens to keep. */
  readonly maxTokens?: number | undefined;
}

const KINDS = ["text", "list"] as const;
/** The normal form that a text needs, and the forms of the text and the vocabulary in that case. */
const NORMAL_FORMS = [
  ["NFC", "decomposed (NFD)", "composed (NFC)"],
  ["NFD", "composed (NFC)", "decomposed (NFD)"],
] as const;
const RULES = ["characters", "graphemes", "words", "listed", "function"] as const;
/** The section of a file that describes a codec. */
interface SavedCodec {
  readonly kind: unknown;
  readonly tokens: unknown;
  readonly end: unknown;
  readonly seed: unknown;
  readonly listed?: unknown;
  readonly network?: unknown;
}

const SECTION_NAMES = {
  kind: true,
  tokens: true,
  end: true,
  seed: true,
  listed: true,
  network: true,
} satisfies NamesOf<SavedCodec>;
/** The place of the codec in errors about a file. */
const STATE = ["bytes", "text"];

/** Checks the name of a kind. */
export function readTextKind(value: unknown, path: Path): TextKind {
  return oneOf(value, path, KINDS);
}

/** Returns the kind of a text and checks it. */
export function kindOfText(text: unknown, path: Path = "text"): TextKind {
  if (typeof text === "string") return "text";
  if (!Array.isArray(text)) throw typeError(path, "a string or an array of strings", show(text));
  for (let i = 0; i < text.length; i++) string(text[i], at(path, i));
  return "list";
}

/** Converts text to ids and back. */
export class Codec {
  readonly kind: TextKind;
  readonly vocabulary: Vocabulary;
  /** The token at the beginning and end of a list's texts; undefined for one long text. */
  readonly end: string | undefined;
  /** The id of that token; −1 without one. */
  readonly endId: number;
  /** The model's seed. */
  readonly seed: number;
  readonly #rule: TokenRule;
  readonly #cut: Tokenizer;

  constructor(vocabulary: Vocabulary, end: string | undefined, { kind, tokens, seed }: CodecOptions) {
    this.kind = kind;
    this.vocabulary = vocabulary;
    this.end = end;
    this.endId = end === undefined ? -1 : vocabulary.tokens.indexOf(end);
    this.seed = seed;
    this.#rule = tokens;
    this.#cut = tokenizer(tokens);
  }

  /**
   * Creates the codec of a text: its tokens sorted by code point, or in the given order, followed by the end
   * token.
   */
  static of(text: Text, { unknown, maxTokens }: VocabularyChoice, options: CodecOptions): Codec {
    const { tokens } = options;
    let found: readonly string[];
    const texts = typeof text === "string" ? [text] : text;
    if (isListed(tokens)) found = new Vocabulary(tokens).tokens;
    else if (maxTokens !== undefined) {
      const kept = mostFrequent(texts, tokenizer(tokens), { maxTokens, unknown });
      return Codec.with(kept, options);
    } else {
      const seen =
        tokens === "characters" ? distinctCodePoints(texts) : distinctTokens(texts, tokenizer(tokens));
      found = [...seen].sort(byCodePoints);
    }
    if (found.length === 0) throw rangeError("text", "at least one token", "none");
    return Codec.with(new Vocabulary(found, unknown === undefined ? {} : { unknown }), options);
  }

  /** Creates the codec of a vocabulary, to which a list's end token is added. */
  static with(vocabulary: Vocabulary, options: CodecOptions): Codec {
    if (options.kind === "text") return new Codec(vocabulary, undefined, options);
    let end = "<end>";
    while (vocabulary.has(end)) end = `<${end}>`;
    const { unknown } = vocabulary;
    const whole = new Vocabulary([...vocabulary.tokens, end], unknown === undefined ? {} : { unknown });
    return new Codec(whole, end, options);
  }

  /** Creates the codec that a section of a file describes. `given` is a rule that no file can contain. */
  static read(vocabulary: Vocabulary, section: Section, given: TokenRule | undefined): Codec {
    const state = objectWith(unpackSection(section, "text"), STATE, SECTION_NAMES) as Record<string, unknown>;
    const kind = readTextKind(state["kind"], at(STATE, "kind"));
    const rule = oneOf(state["tokens"], at(STATE, "tokens"), RULES);
    const seed = integer(state["seed"], at(STATE, "seed"), { min: 0, max: 2 ** 32 - 1 });
    const end = state["end"];
    if (kind === "list" ? typeof end !== "string" || !vocabulary.has(end) : end !== null) {
      throw rangeError(at(STATE, "end"), kind === "list" ? "a token" : "null", show(end));
    }
    if (rule === "function" && !isFunctionRule(given)) {
      throw typeError("tokens", "the function that the saved model had", show(given));
    }
    const listed = state["listed"] === undefined ? withoutEnd(vocabulary, end) : readListed(state["listed"]);
    const tokens = given ?? (rule === "listed" ? listed : rule);
    return new Codec(vocabulary, end === null ? undefined : (end as string), { kind, tokens, seed });
  }

  /** Returns the section of a file that describes this codec. */
  section(network: NetworkState): Section {
    const rule = this.#rule;
    const tokens = typeof rule === "string" ? rule : isFunctionRule(rule) ? "function" : "listed";
    const kept = isWorthKeeping(network);
    const model = { kind: this.kind, tokens, end: this.end ?? null, seed: this.seed };
    const state = { ...model, ...(kept && { network }) };
    if (!isListed(rule)) return packSection(state);
    const implied = new Set(withoutEnd(this.vocabulary, this.end));
    const same = implied.size === new Set(rule).size && rule.every((token) => implied.has(token));
    return packSection(same ? state : { ...state, listed: rule });
  }

  /** Returns a function that joins tokens one at a time: each call returns the text that its token adds. */
  joiner(): (token: string) => string {
    return joiner(this.#rule);
  }

  /** Returns the ids of a text. In errors the text is called `path`, or its `index`-th text. */
  encode(text: string, path: Path = "text", index?: number): IdArray {
    const { vocabulary, endId } = this;
    const called = () => (index === undefined ? path : at(path, index));
    const tokens = this.#cut(text);
    const pieces = this.#rule === "characters" ? slices(text) : groups(tokens);
    const all = idArray(vocabulary.size, Array.isArray(tokens) ? tokens.length : text.length);
    let count = 0;
    for (const [piece, start] of pieces) {
      try {
        const ids = vocabulary.encode(piece);
        all.set(ids, count);
        count += ids.length;
      } catch (error) {
        // the vocabulary calls it "text", and counts from the start of the piece
        if (!isCheckError(error)) throw error;
        const [, position] = error.path;
        if (typeof position !== "number") throw error;
        throw withFields(error, { path: at(called(), start + position), hint: this.#normalForm(text) });
      }
    }
    const ids = count === all.length ? all : all.slice(0, count);
    const ending = endId < 0 ? -1 : ids.indexOf(endId);
    if (ending >= 0) throw rangeError(called(), `no end token ${show(this.end)}`, `one at token ${ending}`);
    return ids;
  }

  /**
   * Returns advice about a text that the vocabulary has in another normal form, or undefined if that is not
   * the reason.
   */
  #normalForm(text: string): string | undefined {
    for (const [form, is, other] of NORMAL_FORMS) {
      const normal = text.normalize(form);
      if (normal === text || !this.#has(normal)) continue;
      return `the text is ${is} and the vocabulary ${other}: text.normalize("${form}") has only known tokens`;
    }
    return undefined;
  }

  #has(text: string): boolean {
    for (const token of this.#cut(text)) if (!this.vocabulary.has(token)) return false;
    return true;
  }

  /** Returns the ids of a whole text of this model's kind. */
  encodeAll(text: Text): EncodedText {
    const kind = kindOfText(text);
    if (kind !== this.kind) {
      const wanted = this.kind === "list" ? "a list of texts" : "one long text";
      throw rangeError("text", `${wanted}, which this model is for`, show(text));
    }
    if (typeof text === "string") {
      const ids = this.encode(text);
      if (ids.length < 2) {
        throw rangeError("text", "at least 2 tokens", `${ids.length}`);
      }
      return whole(ids);
    }
    if (text.length === 0) throw rangeError("text", "at least one text", "none");
    const units = text.reduce((sum, { length }) => sum + length, 0); // a token has rarely less than one unit
    return joinTexts(text.length, units, (i) => this.encode(text[i], "text", i));
  }

  /** Returns the number of code points in the tokens that are to be predicted. An end counts as one. */
  characters(text: Text): number {
    if (typeof text !== "string") return text.reduce((sum, part) => sum + codePoints(part) + 1, 0);
    for (const first of this.#cut(text)) return codePoints(text) - codePoints(first);
    return 0;
  }
}

function isListed(rule: TokenRule): rule is readonly string[] {
  return Array.isArray(rule);
}

/** Returns the tokens of a list of tokens, unless the file contains them. */
function withoutEnd({ tokens }: Vocabulary, end: unknown): string[] {
  return tokens.filter((token) => token !== end);
}

/** Reads the state of the network from a section of a file. Files of a network without such a state omit it. */
export function codecNetworkState(section: Section): NetworkState {
  const { network } = unpackSection(section, "text") as { network?: unknown };
  return readNetworkState(network, at(STATE, "network"));
}

function readListed(value: unknown): string[] {
  const path = at(STATE, "listed");
  if (!Array.isArray(value)) throw typeError(path, "an array of tokens", show(value));
  return value.map((token, i) => nonEmpty(token, at(path, i)));
}

function distinctTokens(texts: readonly string[], cut: Tokenizer): Set<string> {
  const seen = new Set<string>();
  for (const text of texts) for (const token of cut(text)) seen.add(token);
  return seen;
}

/** Number of units that are encoded at a time, which limits the memory besides the text and its ids. */
const PIECE = 2 ** 16;

/** Yields a text in pieces that end between two code points, each with its position. */
function* slices(text: string): Generator<readonly [piece: string, start: number], void, undefined> {
  for (let start = 0, end; start < text.length; start = end) {
    end = Math.min(text.length, start + PIECE);
    if (end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end++; // includes the second half of a pair
    yield [text.slice(start, end), start];
  }
}

/** Yields tokens in groups, each with its position. */
function* groups(
  tokens: Iterable<string>,
): Generator<readonly [group: string[], start: number], void, undefined> {
  let start = 0;
  let group: string[] = [];
  for (const token of tokens) {
    group.push(token);
    if (group.length < PIECE) continue;
    yield [group, start];
    start += group.length;
    group = [];
  }
  if (group.length > 0) yield [group, start];
}
