/**
 * The rules that split a text into tokens. Every rule except a custom function is lossless: the joined tokens
 * are the text.
 *
 * Code points, the default, are the same on every engine. Words and graphemes follow the engine's Unicode
 * tables, so characters newer than an engine may be split differently there.
 */

import { func, readOptions, type Declaration, type OptionsOf } from "../../base/options.js";
import { show } from "../../base/show.js";
import { at, rangeError, typeError, type Path } from "../../base/errors.js";
import { nonEmpty } from "../../base/check.js";
import { LongestMatch } from "./longest-match.js";

/** The name of a rule. */
export type TokenRuleName = "characters" | "graphemes" | "words";

const TOKEN_FUNCTIONS = {
  /** Returns the tokens of a text, in its order. */
  split: { read: func<(text: string) => readonly string[]> },
  /**
   * Returns the text of tokens; default: concatenation. It is called with up to 17 tokens that follow each other, and adds
   * text at the end for each, such as `(tokens) => tokens.join(" ")`.
   */
  join: { read: func<(tokens: readonly string[]) => string>, fallback: undefined },
} satisfies Declaration;

/** Functions that split a text into tokens and join tokens to a text. */
export interface TokenFunctions extends OptionsOf<typeof TOKEN_FUNCTIONS> {}

/**
 * The rule that splits a text into tokens: "characters" (code points), "graphemes" (user-perceived
 * characters), "words" (words, runs of white space, and all other characters one by one), a list of tokens
 * (the longest match), a function, or `{ split, join }` if the text is not the concatenation of its tokens.
 */
export type TokenRule =
  TokenRuleName | readonly string[] | ((text: string) => readonly string[]) | TokenFunctions;

const NAMES: readonly string[] = ["characters", "graphemes", "words"];
const WANTED = `"characters", "graphemes", "words", an array of tokens, a function or { split, join }`;
/** Matches a word with its marks and inner apostrophes and hyphens, white space, or any other character. */
const WORDS = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’-][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*|\s+|./gsu;

/** Splits a text, lazily if possible, because the tokens of a long text would not fit into an array. */
export type Tokenizer = (text: string) => Iterable<string>;

/** Returns `value` if it is a rule. An array is copied. */
export function readTokenRule(value: unknown, path: Path): TokenRule {
  if (typeof value === "function") return value as (text: string) => string[];
  if (Array.isArray(value)) {
    const tokens: string[] = [];
    for (let i = 0; i < value.length; i++) tokens.push(nonEmpty(value[i], at(path, i)));
    return tokens;
  }
  if (typeof value === "string") {
    if (NAMES.includes(value)) return value;
    throw rangeError(path, WANTED, show(value));
  }
  if (typeof value !== "object" || value === null) throw typeError(path, WANTED, show(value));
  const { split, join } = readOptions(value, TOKEN_FUNCTIONS, path);
  return join === undefined ? { split } : { split, join };
}

/** Returns true if a rule is a function, which no file can contain. */
export function isFunctionRule(rule: TokenRule | undefined): boolean {
  return typeof rule === "function" || (typeof rule === "object" && "split" in rule);
}

/** Number of preceding tokens that determine, together with a token, the text that it adds. */
const CONTEXT = 16;

/** Returns a function that joins tokens one at a time: each call returns the text that its token adds. */
export function joiner(rule: TokenRule): (token: string) => string {
  const join = typeof rule === "object" && "split" in rule ? rule.join : undefined;
  if (join === undefined) return (token) => token;
  const textOf = (tokens: readonly string[]): string => {
    const text: unknown = join(tokens);
    if (typeof text !== "string") throw typeError("tokens.join(tokens)", "a string", show(text));
    return text;
  };
  let before: string[] = [];
  return (token) => {
    const length = before.length === 0 ? 0 : textOf(before).length;
    const tokens = [...before, token];
    before = tokens.slice(-CONTEXT);
    return textOf(tokens).slice(length);
  };
}

/** Returns the tokenizer of a rule. */
export function tokenizer(rule: TokenRule): Tokenizer {
  if (typeof rule === "function") return (text) => own(rule, text, "tokens(text)");
  if (typeof rule === "object") {
    if (!("split" in rule)) return longestMatch(rule);
    const { split } = rule;
    return (text) => own(split, text, "tokens.split(text)");
  }
  if (rule === "characters") return (text) => text;
  if (rule === "words") return words;
  if (!("Segmenter" in Intl)) {
    throw rangeError("tokens", "another rule than graphemes, which this engine lacks", show(rule));
  }
  const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });
  return (text) => graphemes(segmenter, text);
}

/**
 * Number of units that a segmenter gets at a time. In some engines its time per segment grows with the text.
 */
const PIECE = 1024;

/**
 * Yields the graphemes of a text, piece by piece. The end of a grapheme depends only on the text between the
 * end of the previous one and the next code point. A piece that begins at such an end therefore gives the
 * graphemes of the whole text, except for the last one, which may continue.
 */
function* graphemes(segmenter: Intl.Segmenter, text: string): Generator<string, void, undefined> {
  let size = PIECE;
  for (let start = 0; start < text.length;) {
    let end = start + size;
    if (end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end++; // includes the second half of a pair
    let last: string | undefined;
    let at = start;
    for (const { segment } of segmenter.segment(text.slice(start, end))) {
      if (last !== undefined) {
        yield last;
        at += last.length;
      }
      last = segment;
    }
    if (end >= text.length) return yield last as string;
    size = at === start ? 2 * size : PIECE; // one grapheme fills the piece
    start = at;
  }
}

function* words(text: string): Generator<string, void, undefined> {
  for (const [word] of text.matchAll(WORDS)) yield word;
}

/** Returns the number of code points. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let i = 1; i < text.length; i++) {
    // two units of a pair count once
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) count--;
  }
  return count;
}

/**
 * Returns the distinct code points of texts. Units are first marked in a table, because a text may have
 * millions of them.
 */
export function distinctCodePoints(texts: readonly string[]): Set<string> {
  const seen = new Uint8Array(0x10000);
  const found = new Set<string>();
  for (const text of texts) {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (seen[unit]) continue;
      const character = String.fromCodePoint(text.codePointAt(i) as number);
      found.add(character);
      if (character.length === 2) i++;
      else if ((unit & 0xf800) !== 0xd800) seen[unit] = 1; // a surrogate may be half of another code point elsewhere
    }
  }
  return found;
}

/** The automaton is built with the first text. */
function longestMatch(tokens: readonly string[]): Tokenizer {
  let matcher: LongestMatch | undefined;
  return (text) => (matcher ??= new LongestMatch(tokens)).cut(text);
}

function own(rule: (text: string) => readonly string[], text: string, path: Path): readonly string[] {
  const found: unknown = rule(text);
  if (!Array.isArray(found)) throw typeError(path, "an array of strings", show(found));
  return Array.from(found as unknown[], (token, i) => nonEmpty(token, at(path, i)));
}
