/**
 * Maps tokens to ids and back. A text is split into code points (an emoji is one, not two UTF-16 units).
 * Longer tokens are found only if the text is given as a list of tokens.
 */

import { at, rangeError, typeError } from "../base/errors.js";
import { byCodePoints } from "../base/code-points.js";
import { nonEmpty, string } from "../base/check.js";
import { Inspectable } from "../base/inspectable.js";
import { readOptions, type Declaration, type OptionsOf } from "../base/options.js";
import { copyIds } from "./ids.js";
import { show } from "../base/show.js";
import { open } from "../base/source.js";
import { integers, type FlatTensor, type IdRow } from "../base/tensor.js";

const VOCABULARY = {
  /**
   * The token that replaces tokens that are not in the vocabulary. It is added at the end if it is not among
   * the tokens.
   */
  unknown: { read: nonEmpty, fallback: undefined },
} satisfies Declaration;

/** Options of {@link Vocabulary}. */
export interface VocabularyOptions extends OptionsOf<typeof VOCABULARY> {}

/**
 * Tokens and their ids 0 … size − 1.
 *
 * @example
 * import { Vocabulary } from "bptt";
 *
 * const vocabulary = new Vocabulary(["g", "o", "h", "m", "e"]);
 * console.log(vocabulary.encode("gohom")); // Int32Array [0, 1, 2, 1, 3]
 * console.log(vocabulary.decode([1, 2, 1, 3, 4])); // ohome
 */
export class Vocabulary extends Inspectable {
  /** The tokens by id. */
  readonly tokens: readonly string[];
  /** The token that replaces tokens that are not in the vocabulary. */
  readonly unknown: string | undefined;
  readonly #ids = new Map<string, number>();
  #unitIds: Int32Array | undefined; // id by UTF-16 unit, for tokens of one unit; −1 for all others

  /**
   * @param tokens the tokens in the order of their ids: non-empty strings without duplicates
   * @param options `unknown`: the token that replaces tokens that are not in the vocabulary
   * @throws TypeError when an argument is of the wrong kind
   * @throws RangeError when there is no token, or a token is empty or occurs twice
   */
  constructor(tokens: readonly string[], options: VocabularyOptions = {}) {
    super();
    if (!Array.isArray(tokens)) throw typeError("tokens", "an array of strings", show(tokens));
    const { unknown } = readOptions(options, VOCABULARY);
    const list: string[] = [];
    const length = tokens.length;
    for (let id = 0; id < length; id++) {
      const token = nonEmpty(tokens[id], at("tokens", id));
      const before = this.#ids.get(token);
      if (before !== undefined) {
        throw rangeError(at("tokens", id), "each token once", `${show(token)} as in tokens[${before}]`);
      }
      this.#ids.set(token, id);
      list.push(token);
    }
    if (unknown !== undefined && !this.#ids.has(unknown)) {
      this.#ids.set(unknown, list.length);
      list.push(unknown);
    }
    if (list.length === 0) throw rangeError("tokens", "at least one token", "none");
    this.tokens = Object.freeze(list);
    this.unknown = unknown;
  }

  /**
   * Returns the vocabulary of a text: its distinct characters (code points), sorted by code point.
   *
   * @param text one text, or several
   * @param options `unknown`: the token that replaces tokens that are not in the vocabulary
   * @throws TypeError when `text` is neither a string nor an array of strings
   * @throws RangeError when the text contains no character
   *
   * @example
   * import { Vocabulary } from "bptt";
   *
   * console.log(Vocabulary.from("gohome").tokens); // ["e", "g", "h", "m", "o"]
   */
  static from(text: string | readonly string[], options: VocabularyOptions = {}): Vocabulary {
    const { unknown } = readOptions(options, VOCABULARY);
    const characters = new Set<string>();
    if (typeof text === "string") {
      for (const character of text) characters.add(character);
    } else if (Array.isArray(text)) {
      const length = text.length;
      for (let i = 0; i < length; i++) {
        for (const character of string(text[i], at("text", i))) characters.add(character);
      }
    } else {
      throw typeError("text", "a string or an array of strings", show(text));
    }
    if (characters.size === 0 && unknown === undefined) {
      throw rangeError("text", "at least one character", "none");
    }
    return new Vocabulary([...characters].sort(byCodePoints), unknown === undefined ? {} : { unknown });
  }

  /** The number of tokens. */
  get size(): number {
    return this.tokens.length;
  }

  /**
   * Returns true if the token is in the vocabulary.
   *
   * @example
   * import { Vocabulary } from "bptt";
   *
   * console.log(new Vocabulary(["a", "b"]).has("c")); // false
   */
  has(token: string): boolean {
    return this.#ids.has(token);
  }

  /**
   * Returns the ids of a text's characters (code points), or of a list of tokens.
   *
   * @param text a text, or tokens
   * @param options `unknown`: for this call, the token that replaces tokens that are not in the vocabulary;
   *   it must be in the vocabulary itself
   * @returns the ids, one per character or token
   * @throws TypeError when `text` is neither a string nor an array of strings
   * @throws RangeError when a character is not in the vocabulary and there is no `unknown`; the message gives
   *   the character and its position, so that it begins at `text[position]`
   *
   * @example
   * import { Vocabulary } from "bptt";
   *
   * const vocabulary = new Vocabulary(["<end>", "o", "h"], { unknown: "?" });
   * console.log(vocabulary.encode("oho!")); // Int32Array [1, 2, 1, 3]
   * console.log(vocabulary.encode(["o", "<end>"])); // Int32Array [1, 0]
   */
  encode(text: string | readonly string[], options: VocabularyOptions = {}): Int32Array {
    const { unknown = this.unknown } = readOptions(options, VOCABULARY);
    const fallback = unknown === undefined ? undefined : this.#ids.get(unknown);
    if (unknown !== undefined && fallback === undefined) {
      throw rangeError("unknown", "a token of the vocabulary", show(unknown));
    }
    if (typeof text === "string") return this.#encodeText(text, fallback);
    if (!Array.isArray(text)) throw typeError("text", "a string or an array of tokens", show(text));
    const ids: number[] = [];
    const length = text.length;
    for (let i = 0; i < length; i++) {
      const token = string(text[i], at("text", i));
      ids.push(this.#ids.get(token) ?? fallback ?? unseen(i, "a token", token));
    }
    return Int32Array.from(ids);
  }

  /**
   * Returns the text of a row of ids.
   *
   * @param ids (T)
   * @throws TypeError when `ids` is not a row of integers
   * @throws RangeError when an id is out of range
   *
   * @example
   * import { Vocabulary } from "bptt";
   *
   * console.log(new Vocabulary(["a", "b"]).decode([1, 0, 1])); // bab
   */
  decode(ids: IdRow | FlatTensor<IdRow>): string {
    const source = open(ids, "ids", "a row of integer ids");
    if (source.shape.length !== 1) {
      throw rangeError("ids", "a row of ids (T)", `rank ${source.shape.length}`);
    }
    const columns = source.shape[0];
    const into = integers(columns, "ids");
    const limit = this.size;
    copyIds(source, { rows: 1, columns, rank: 1, start: 0, strides: [0, 1], into, limit, noun: "an id" });
    let text = "";
    for (const id of into) text += this.tokens[id];
    return text;
  }

  #encodeText(text: string, fallback: number | undefined): Int32Array {
    const ids = integers(text.length, "text"); // there are at most as many code points as UTF-16 units
    const unitIds = (this.#unitIds ??= this.#makeUnitIds());
    let count = 0;
    for (let position = 0; position < text.length; position++) {
      const unit = text.charCodeAt(position);
      let id = unit < unitIds.length ? unitIds[unit] : -1; // a table lookup, because a text may have millions of characters
      if (id < 0) {
        const character = String.fromCodePoint(text.codePointAt(position) as number);
        id = this.#ids.get(character) ?? fallback ?? unseen(position, "a character", character);
        position += character.length - 1;
      }
      ids[count++] = id;
    }
    return count === ids.length ? ids : ids.slice(0, count);
  }

  /**
   * The table reaches to the largest token of one unit. Surrogates are left out, because they may be half of
   * a code point.
   */
  #makeUnitIds(): Int32Array {
    const units = this.tokens.filter((token) => token.length === 1 && !/[\uD800-\uDFFF]/.test(token));
    const length = units.reduce((most, token) => Math.max(most, token.charCodeAt(0) + 1), 0);
    const unitIds = new Int32Array(length).fill(-1);
    for (const token of units) unitIds[token.charCodeAt(0)] = this.#ids.get(token) as number;
    return unitIds;
  }
}

function unseen(position: number, what: string, token: string): never {
  throw rangeError(at("text", position), `${what} of the vocabulary`, show(token));
}
