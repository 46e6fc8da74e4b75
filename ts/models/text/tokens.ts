/**
 * How a text falls into tokens. Every rule but a function of one's own loses nothing: its tokens joined are the text.
 *
 * Code points are the default: the same on every engine. Words and graphemes follow the engine's Unicode tables, so
 * that characters newer than an engine may be cut otherwise there.
 */

import { expected, nonEmpty } from "../../base/check.js";

/** A rule by name. */
export type TokenRuleName = "characters" | "graphemes" | "words";

/**
 * How a text falls into tokens: by "characters" (code points), by "graphemes" (what a reader sees as one character), by
 * "words" (words, runs of white space, and all else one by one), by a list of tokens (the longest that fits), or by a
 * function.
 */
export type TokenRule = TokenRuleName | readonly string[] | ((text: string) => readonly string[]);

const NAMES: readonly string[] = ["characters", "graphemes", "words"];
const WANTED = `"characters", "graphemes", "words", an array of tokens or a function`;
/** A word with its marks, apostrophes and hyphens inside; white space; any other character. */
const WORDS = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’-][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*|\s+|./gsu;

/** Cuts a text; token by token where it can, as those of a long text would not fit into an array. */
export type Tokenizer = (text: string) => Iterable<string>;

/** `value` if it is a rule; an array is copied. */
export function readTokenRule(value: unknown): TokenRule {
  if (typeof value === "function") return value as (text: string) => string[];
  if (Array.isArray(value)) return Array.from(value as string[]); // what is in it the vocabulary checks
  if (typeof value === "string") {
    if (NAMES.includes(value)) return value as TokenRuleName;
    throw new RangeError(expected("tokens", WANTED, value));
  }
  throw new TypeError(expected("tokens", WANTED, value));
}

/** The tokenizer of a rule. */
export function tokenizer(rule: TokenRule): Tokenizer {
  if (typeof rule === "function") return (text) => own(rule, text);
  if (typeof rule !== "string") return longestMatch(rule);
  if (rule === "characters") return (text) => text;
  if (rule === "words") return words;
  if (!("Segmenter" in Intl)) {
    throw new RangeError(expected("tokens", "another rule than graphemes, which this engine lacks", rule));
  }
  const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });
  return function* (text) {
    for (const piece of betweenGraphemes(text))
      for (const { segment } of segmenter.segment(piece)) yield segment;
  };
}

/** Units of a piece that a segmenter is given: what it takes for a segment grows with the text, in some engines. */
const PIECE = 1024;

/** A text in pieces that end where a grapheme surely does: between two ASCII characters that are not CR LF, or behind LF. */
function* betweenGraphemes(text: string): Generator<string, void, undefined> {
  const ends = (at: number) => {
    const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
    return before === 0x0a || (before < 0x80 && after < 0x80 && before !== 0x0d);
  };
  for (let start = 0, end; start < text.length; start = end) {
    end = Math.min(text.length, start + PIECE);
    while (end < text.length && !ends(end)) end++;
    yield text.slice(start, end);
  }
}

function* words(text: string): Generator<string, void, undefined> {
  for (const [word] of text.matchAll(WORDS)) yield word;
}

/** The number of code points. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let i = 1; i < text.length; i++) {
    // two units of a pair are one
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) count--;
  }
  return count;
}

/** The different code points of texts. Units are ticked off in a table first: a text may have millions of them. */
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
      else if ((unit & 0xf800) !== 0xd800) seen[unit] = 1; // a surrogate may be half of another code point next time
    }
  }
  return found;
}

/** The longest of the tokens at each place; a code point where none fits. */
function longestMatch(tokens: readonly string[]): Tokenizer {
  const known = new Set(tokens);
  const lengths = [...new Set(tokens.map((token) => token.length))].sort((a, b) => b - a);
  return function* (text) {
    for (let at = 0; at < text.length;) {
      const length = lengths.find((n) => known.has(text.slice(at, at + n)));
      const token =
        length === undefined
          ? String.fromCodePoint(text.codePointAt(at) as number)
          : text.slice(at, at + length);
      yield token;
      at += token.length;
    }
  };
}

function own(rule: (text: string) => readonly string[], text: string): readonly string[] {
  const found: unknown = rule(text);
  if (!Array.isArray(found)) throw new TypeError(expected("tokens(text)", "an array of strings", found));
  return Array.from(found as unknown[], (token, i) => nonEmpty(token, `tokens(text)[${i}]`));
}
