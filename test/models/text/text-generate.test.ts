/**
 * Tests how logits become text: which tokens can be sampled, where a text stops, and how a text is split into
 * tokens.
 */

import { CharRnn, Vocabulary, type StreamOptions } from "bptt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { draw } from "../../../ts/models/text/sample-token.js";
import { readGenerateOptions } from "../../../ts/models/text/generate-options.js";
import { ranked, softmax } from "../../../ts/models/shared/softmax.js";
import { Stop } from "../../../ts/models/text/stop-sequence.js";
import { codePoints, distinctCodePoints, tokenizer } from "../../../ts/models/text/tokens.js";

describe("softmax", () => {
  it("sums to 1, at any temperature", () => {
    const logits = Float32Array.of(1, -3, 80, 79.5, -1e30);
    for (const temperature of [1e-30, 0.1, 1, 1e30]) {
      expect(softmax(logits, temperature).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    }
    expect(ranked(softmax(logits))).toEqual([2, 3, 0, 1, 4]);
  });
});

describe("draw", () => {
  const logits = Float32Array.of(0, 3, 1, 2, /* row 1 */ 5, -1, 5, 4.9);
  const often = (options: StreamOptions): [Set<number>, Set<number>] => {
    const config = readGenerateOptions(options, true);
    const drawn: [Set<number>, Set<number>] = [new Set(), new Set()];
    for (let step = 0; step < 400; step++)
      draw(logits, 2, step, config).forEach((id, b) => drawn[b]!.add(id));
    return drawn;
  };

  it("takes the largest, the first of equals, at temperature 0 or among one", () => {
    for (const options of [{ temperature: 0 }, { topK: 1 }, { topP: 1e-9 }]) {
      expect(often(options)).toEqual([new Set([1]), new Set([0])]);
    }
  });

  it("draws among the k likeliest, or the fewest that come to p, and each of those", () => {
    expect(often({ topK: 2 })).toEqual([new Set([1, 3]), new Set([0, 2])]);
    // row 0: 0.644 0.237 0.087 0.032; row 1: 0.341 0.341 0.309 0.008
    expect(often({ topP: 0.7 })).toEqual([new Set([1, 3]), new Set([0, 2, 3])]);
    expect(often({ topP: 0.6 })).toEqual([new Set([1]), new Set([0, 2])]);
    expect(often({ topP: 0.7, topK: 2 })).toEqual([new Set([1, 3]), new Set([0, 2])]);
    expect(often({ topK: 99, temperature: 100 })).toEqual([new Set([0, 1, 2, 3]), new Set([0, 1, 2, 3])]);
  });

  it("draws each as often as its probability says", () => {
    const config = readGenerateOptions({ topK: 2, seed: 5 }, true);
    const counts = [0, 0, 0, 0];
    for (let step = 0; step < 4000; step++) counts[draw(logits, 2, step, config)[0]!]!++;
    // p = 1/(1 + e⁻¹) of the larger; five standard deviations √(4000·p·(1 − p)) ≈ 28
    expect(Math.abs(counts[1]! - 4000 / (1 + Math.exp(-1)))).toBeLessThan(140);
  });
});

describe("Stop", () => {
  it("returns the text before the stop text, for any division into tokens", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 20 }), letters, (tokens, text) => {
        const stop = new Stop(text);
        let out = "";
        for (const token of tokens) {
          out += stop.take(token).join("");
          expect(out).not.toContain(text);
          if (stop.reached) break;
        }
        const all = tokens.join("");
        expect(stop.reached).toBe(all.includes(text));
        if (!stop.reached) out += stop.rest().join("");
        expect(out).toBe(all.includes(text) ? all.slice(0, all.indexOf(text)) : all);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("generate and stream", () => {
  const text = "the theory of thermal things. ".repeat(3);
  const model = new CharRnn({ text, hiddenSize: 12, seed: 2 });
  const options = { prompt: "the ", length: 60, seed: 7 };

  it("say the same for the same seed, and another for another", () => {
    const said = model.generate(options);
    expect(said).toHaveLength(60);
    expect(model.generate(options)).toBe(said);
    expect([...model.stream(options)].join("")).toBe(said);
    expect(model.generate({ ...options, count: 3 })[0]).toBe(said);
    expect(new Set(model.generate({ ...options, count: 3 })).size).toBe(3);
    expect(model.generate({ ...options, seed: 8 })).not.toBe(said);
    expect(model.generate({ ...options, length: 20 })).toBe(said.slice(0, 20));
    expect(model.generate({ ...options, length: 0 })).toBe("");
  });

  it("end before the text to stop at, and give up when nobody listens", () => {
    const said = model.generate(options);
    const stop = said.slice(10, 12);
    expect(model.generate({ ...options, stop })).toBe(said.slice(0, said.indexOf(stop)));
    expect([...model.stream({ ...options, stop })].join("")).toBe(said.slice(0, said.indexOf(stop)));
    for (const character of model.stream(options)) {
      expect(character).toBe(said[0]);
      break;
    }
  });

  it("of a list model end by themselves and begin with nothing", () => {
    const list = new CharRnn({ text: ["ab", "ba"], hiddenSize: 4, seed: 1 });
    const said = list.generate({ count: 50, length: 100 });
    expect(said.some(({ length }) => length < 100)).toBe(true);
    expect(said.join("")).toMatch(/^[ab]*$/); // never the end token itself
    expect(
      list
        .nextProbabilities("")
        .map(({ token }) => token)
        .sort(),
    ).toEqual(["<end>", "a", "b"]);
    list.free();
  });
});

describe("tokens", () => {
  const KOREAN = "다람쥐 헌 쳇바퀴";
  const FAMILY = "👨‍👩‍👧 e\u0301a\r\n🇰🇷";

  it("code points are counted, distinguished and numbered as by a string's iterator, including unpaired surrogates", () => {
    const unit = fc.constantFrom(0x61, 0x62, 0xe9, 0xd7ff, 0xd83d, 0xdbff, 0xdc00, 0xdc4d, 0xe000, 0xffff);
    const units = fc.array(unit, { minLength: 1 }).map((all) => String.fromCharCode(...all));
    fc.assert(
      fc.property(units, units, (text, other) => {
        const all = Array.from(text);
        expect(codePoints(text)).toBe(all.length);
        expect([...distinctCodePoints([text, other])]).toEqual([...new Set([...all, ...other])]);
        const vocabulary = new Vocabulary([...new Set(all)]);
        expect(Array.from(vocabulary.encode(text))).toEqual(all.map((c) => vocabulary.tokens.indexOf(c)));
        const at = Array.from(other).findIndex((character) => !vocabulary.has(character));
        if (at < 0) return;
        const place = Array.from(other).slice(0, at).join("").length;
        expect(() => vocabulary.encode(other)).toThrow(
          `text[${place}]: expected a character of the vocabulary`,
        );
      }),
    );
  });

  it("are code points, graphemes, words, the longest listed, or one's own", () => {
    expect([...tokenizer("characters")("a👍e\u0301\ud800")]).toEqual(["a", "👍", "e", "\u0301", "\ud800"]);
    expect([...tokenizer("graphemes")(FAMILY)]).toEqual(["👨‍👩‍👧", " ", "e\u0301", "a", "\r\n", "🇰🇷"]);
    expect([...tokenizer("words")("Don't stop: 3 naïve  cafe\u0301s, e-mail!\n")]).toEqual([
      "Don't",
      " ",
      "stop",
      ":",
      " ",
      "3",
      " ",
      "naïve",
      "  ",
      "cafe\u0301s",
      ",",
      " ",
      "e-mail",
      "!",
      "\n",
    ]);
    expect([...tokenizer(["a", "ab", "abc"])("abcabxa")]).toEqual(["abc", "ab", "x", "a"]);
    expect([...tokenizer((text) => text.split("|"))("a|b")]).toEqual(["a", "b"]);
  });

  it("joined are the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        for (const rule of ["characters", "graphemes", "words", ["a", "ab"]] as const) {
          expect([...tokenizer(rule)(text)].join("")).toBe(text);
        }
      }),
    );
  });

  it.each(["characters", "graphemes", "words"] as const)(
    "%s: Korean, emoji and combining marks come back",
    async (tokens) => {
      const text = `${KOREAN} ${FAMILY}. `.repeat(8);
      const model = new CharRnn({ text, tokens, hiddenSize: 24, seed: 1 });
      await model.fit(text, { steps: 250, batchSize: 2, learningRate: 0.02 });
      const again = CharRnn.load(model.save());
      const cut = tokenizer(tokens);
      const [first, ...rest] = cut(`${KOREAN} ${FAMILY}. `);
      expect(again.generate({ prompt: first!, temperature: 0, length: rest.length })).toBe(rest.join(""));
      expect([...again.stream({ prompt: first!, temperature: 0, length: rest.length })]).toEqual(rest);
      const { loss, bitsPerCharacter } = again.evaluate(text);
      const tokenCount = [...cut(text)].length - 1;
      const characters = Array.from(text).length - Array.from(first!).length;
      expect(bitsPerCharacter).toBeCloseTo((loss * tokenCount) / Math.LN2 / characters, 10);
      model.free();
      again.free();
    },
  );

  it("of one's own are kept by a file as far as a file can", () => {
    const split = (text: string) => text.match(/../gs) ?? [];
    const model = new CharRnn({ text: ["abcd", "cdab"], tokens: split, hiddenSize: 3 });
    expect(model.vocabulary.tokens).toEqual(["ab", "cd", "<end>"]);
    expect(() => CharRnn.load(model.save())).toThrow(
      /^tokens: expected the function that the saved model had/,
    );
    expect(CharRnn.load(model.save(), { tokens: split }).evaluate(["abab"])).toEqual(
      model.evaluate(["abab"]),
    );
    const listed = CharRnn.load(
      new CharRnn({ text: "abab", tokens: ["b", "ab", "a"], hiddenSize: 3 }).save(),
    );
    expect(listed.vocabulary.tokens).toEqual(["b", "ab", "a"]);
    expect(listed.inspect("abb").tokens).toEqual(["ab", "b"]);
  });

  it("that were not seen follow the vocabulary's rule", () => {
    const strict = new CharRnn({ text: "abc", hiddenSize: 3 });
    expect(() => strict.generate({ prompt: "ax" })).toThrow(
      'prompt[1]: expected a character of the vocabulary, received "x"',
    );
    expect(() => strict.fit("abd")).toThrow('text[2]: expected a character of the vocabulary, received "d"');
    const lenient = new CharRnn({ text: "abc", unknown: "?", hiddenSize: 3 });
    expect(lenient.inspect("ax").tokens).toEqual(["a", "?"]);
    const given = new CharRnn({
      vocabulary: new Vocabulary(["a", "<end>"], { unknown: "?" }),
      kind: "list",
      hiddenSize: 3,
    });
    expect([given.end, given.vocabulary.tokens]).toEqual(["<<end>>", ["a", "<end>", "?", "<<end>>"]]);
    expect(given.evaluate(["ab", ""]).loss).toBeGreaterThan(0);
  });
});
