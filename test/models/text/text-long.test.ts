// Tests that long texts, which are encoded in pieces into the smallest ids, give the same ids as encoding at
// once.

import fc from "fast-check";
import { Vocabulary } from "bptt";
import { describe, expect, it } from "vitest";
import { Codec } from "../../../ts/models/text/codec.js";
import { tokenizer, type TokenRule } from "../../../ts/models/text/tokens.js";

/** Code units that are encoded at a time. */
const PIECE = 2 ** 16;

function codecOf(text: string, tokens: TokenRule = "characters"): Codec {
  return Codec.of(text, {}, { kind: "text", tokens, seed: 0 });
}

describe("ids of a long text", () => {
  // 😀 has two units, each lone half has one; each occurs once on either side of the border between two
  // pieces
  it.each([-3, -2, -1, 0, 1])("an emoji %i units from the border of two pieces", (offset) => {
    const text = `${"a".repeat(PIECE + offset)}😀b${"a".repeat(PIECE)}`;
    const codec = codecOf(text);
    expect([...codec.vocabulary.tokens]).toEqual(["a", "b", "😀"]);
    const ids = codec.encode(text);
    expect(ids).toHaveLength(2 * PIECE + offset + 2);
    expect(Array.from(ids)).toEqual(Array.from(codec.vocabulary.encode(text)));
  });

  it.each(["\ud83d", "\ude00"])("half an emoji at the border", (half) => {
    for (const offset of [-2, -1, 0]) {
      const text = `${"a".repeat(PIECE + offset)}${half}${"ab".repeat(3)}`;
      const codec = codecOf(text);
      expect(Array.from(codec.encode(text))).toEqual(Array.from(codec.vocabulary.encode(text)));
    }
  });

  it.each(["words", "graphemes", ["a", "ab", " "]] as const)("tokens by %s", (rule) => {
    const text = "ab a ab ".repeat(PIECE / 4);
    const codec = codecOf(text, rule as TokenRule);
    const tokens = [...tokenizer(rule as TokenRule)(text)];
    expect(tokens.length).toBeGreaterThan(PIECE);
    const ids = codec.encode(text);
    expect(ids).toHaveLength(tokens.length);
    expect(Array.from(ids)).toEqual(Array.from(codec.vocabulary.encode(tokens)));
  });

  it("graphemes are those of the whole text, wherever it is cut", () => {
    const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });
    const unit = fc.constantFrom(
      "a",
      " ",
      "\r",
      "\n",
      "\r\n",
      "e\u0301",
      "\u0301",
      "👨‍👩‍👧",
      "\u200d",
      "각",
      "\ud83d",
      "🇩🇪",
      "क्षि",
    );
    const text = fc.array(unit, { minLength: 1000, maxLength: 1300 }).map((units) => units.join(""));
    fc.assert(
      fc.property(text, (whole) => {
        const expected = Array.from(segmenter.segment(whole), ({ segment }) => segment);
        expect([...tokenizer("graphemes")(whole)]).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it("tokens by a function, more of them than characters", () => {
    const codec = codecOf("abc", (text) => [...text].flatMap((character) => [character, character]));
    expect(Array.from(codec.encode("cab"))).toEqual([2, 2, 0, 0, 1, 1]);
  });

  it("one that is not there is named with its place, in whichever piece", () => {
    const codec = codecOf("ab");
    for (const at of [0, 5, PIECE - 1, PIECE, 2 * PIECE + 17]) {
      const text = `${"a".repeat(at)}é`;
      const message = `text[${at}]: expected a character of the vocabulary, received "é"`;
      expect(() => codec.encode(text)).toThrow(expect.objectContaining({ name: "RangeError", message }));
      expect(() => codec.encode(text, "text", 3)).toThrow(
        expect.objectContaining({ name: "RangeError", message: message.replace("text", "text[3]") }),
      );
    }
    const words = codecOf("a b", "words");
    const text = `${"a ".repeat(PIECE / 2 + 1)}c`;
    expect(() => words.encode(text)).toThrow(
      `text[${PIECE + 2}]: expected a token of the vocabulary, received "c"`,
    );
  });

  it.each([
    [256, Uint8Array],
    [257, Uint16Array],
    [65_536, Uint16Array],
    [65_537, Int32Array],
  ] as const)("of %i tokens are the smallest that hold them", (size, Kind) => {
    const tokens = Array.from({ length: size }, (_, i) => String.fromCodePoint(0x10000 + i));
    const codec = Codec.with(new Vocabulary(tokens), { kind: "text", tokens: "characters", seed: 0 });
    const ids = codec.encode(`${tokens[size - 1]}${tokens[0]}`);
    expect(ids).toBeInstanceOf(Kind);
    expect(Array.from(ids)).toEqual([size - 1, 0]);
  });
});
