/**
 * Tests the rules that split a text into tokens, limits of a vocabulary, excluded tokens, and their
 * representation in a file.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CharRnn, Vocabulary, type CharRnnOptions } from "bptt";
import { tokenizer } from "../../../ts/models/text/tokens.js";

/** Returns the longest token at each position by trying all. */
function longestByTrying(tokens: readonly string[], text: string): string[] {
  const sorted = [...tokens].sort((a, b) => b.length - a.length);
  const found: string[] = [];
  for (let at = 0; at < text.length; at += found.at(-1)!.length) {
    const fits = sorted.find((token) => text.startsWith(token, at));
    found.push(fits ?? String.fromCodePoint(text.codePointAt(at)!));
  }
  return found;
}

describe("listed tokens", () => {
  it("are the longest that fit, as trying all finds them", () => {
    const unit = fc.constantFrom("a", "b", "c", "\u{1f600}", "\ud83d", "\ude00", "é");
    const token = fc.string({ unit, minLength: 1, maxLength: 6 });
    const text = fc.string({ unit, maxLength: 60 });
    const property = fc.property(fc.array(token, { maxLength: 12 }), text, (tokens, read) => {
      expect([...tokenizer(tokens)(read)]).toEqual(longestByTrying(tokens, read));
    });
    fc.assert(property, { seed: 1, numRuns: 1000 });
  });

  it("are the same where a text is measured in pieces", () => {
    const tokens = ["ab", "aab", "b".repeat(70_000), "ba", "bb"];
    const text = "aab".repeat(50_000) + "b".repeat(150_000) + "a";
    expect([...tokenizer(tokens)(text)]).toEqual(longestByTrying(tokens, text));
  });

  it("take no work in proportion to the square of a text or a list", () => {
    const tokens = Array.from({ length: 2000 }, (_, i) => `${"a".repeat(i)}b`);
    const text = "a".repeat(300_000);
    let count = 0;
    for (const token of tokenizer(tokens)(text)) count += token.length;
    expect(count).toBe(300_000);
  });

  it("are not empty", () => {
    const vocabulary = new Vocabulary(["a"]);
    expect(() => new CharRnn({ vocabulary, tokens: ["a", ""] })).toThrow(
      "tokens[1]: expected a non-empty string",
    );
  });
});

describe("graphemes", () => {
  const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });
  const whole = (text: string) => Array.from(segmenter.segment(text), ({ segment }) => segment);
  const parts = [
    "漢", "字", "か\u3099", "한", "ᄒ", "ᅡ", "ᆫ", "🇩", "🇪", "👍🏽", "👨‍👩‍👧", "\u0301", "e", "\r\n", "\r", "\n", "\u200d",
    "क\u094dष", "ก\u0e33", "\u0600", "\ud83d", "❤️\u200d🔥", "\u{e0100}",
  ]; // prettier-ignore

  it("are those of the whole text, wherever a piece ends", () => {
    const property = fc.property(
      fc.array(fc.constantFrom(...parts), { maxLength: 60 }),
      fc.nat(40),
      (some, pad) => {
        const text = "字".repeat(1000 + pad) + some.join("");
        expect([...tokenizer("graphemes")(text)]).toEqual(whole(text));
      },
    );
    fc.assert(property, { seed: 2, numRuns: 300 });
  });

  it.each(["漢", "🇩🇪", "👨‍👩‍👧", "e\u0301", "\u0301"])("of a long line of %s", (unit) => {
    const text = unit.repeat(3000);
    expect([...tokenizer("graphemes")(text)]).toEqual(whole(text));
  });

  it("of a long line come in time linear in it", () => {
    let count = 0;
    for (const _ of tokenizer("graphemes")("漢".repeat(1_000_000))) count++;
    expect(count).toBe(1_000_000);
  });
});

describe("{ split, join }", () => {
  const tokens = {
    split: (text: string) => text.split(" ").filter((word) => word !== ""),
    join: (words: readonly string[]) => words.join(" "),
  };
  const text = "the cat sat on the mat the cat sat on the mat";

  it("cuts and joins", () => {
    const model = new CharRnn({ text, tokens, hiddenSize: 4 });
    expect(model.vocabulary.tokens).toEqual(["cat", "mat", "on", "sat", "the"]);
    const written = model.generate({ prompt: "the cat", length: 40 });
    expect(written.split(" ")).toHaveLength(40);
    expect([...model.stream({ prompt: "the cat", length: 40 })].join("")).toBe(written);
    const again = CharRnn.load(model.save(), { tokens });
    expect(again.generate({ prompt: "the cat", length: 40 })).toBe(written);
    expect(() => CharRnn.load(model.save())).toThrow(/^tokens: expected the function/);
  });

  it("stops at text that the joining made", () => {
    const model = new CharRnn({ text, tokens, hiddenSize: 4 });
    const written = model.generate({ prompt: "the cat", length: 60 });
    const at = written.indexOf(" ", 12);
    const stop = written.slice(at, at + 3);
    const want = written.slice(0, written.indexOf(stop));
    expect(model.generate({ prompt: "the cat", length: 60, stop })).toBe(want);
  });

  it("concatenates by default, as the function form does", () => {
    const split = (given: string) => given.match(/../g) ?? [];
    const [a, b] = [split, { split }].map(
      (rule) => new CharRnn({ text: "abcdabcd", tokens: rule, hiddenSize: 3 }),
    );
    expect(a!.generate({ prompt: "ab", length: 9 })).toBe(b!.generate({ prompt: "ab", length: 9 }));
  });

  it.each([
    [{}, "tokens.split: expected a function, received undefined"],
    [{ split: 1 }, "tokens.split: expected a function, received 1"],
    [{ split: () => ["a"], join: "" }, 'tokens.join: expected a function, received ""'],
    [{ split: () => ["a"], glue: 1 }, 'tokens: expected known options only, received "glue"'],
    [{ split: () => "a" }, 'tokens.split(text): expected an array of strings, received "a"'],
    [{ split: () => [""] }, "tokens.split(text)[0]: expected a non-empty string"],
  ])("%o is refused", (rule, message) => {
    expect(() => new CharRnn({ text: "a", tokens: rule as never })).toThrow(message);
  });

  it("refuses a join that gives no text", () => {
    const rule = { split: (given: string) => [...given], join: () => 1 as never };
    const model = new CharRnn({ text: "ab", tokens: rule, hiddenSize: 2 });
    expect(() => model.generate({ prompt: "a" })).toThrow(
      "tokens.join(tokens): expected a string, received 1",
    );
  });
});

describe("maxTokens", () => {
  it("keeps the most frequent, of equals the first by code point, and trains the unknown token", async () => {
    const text = "aaabbbccd".repeat(20);
    const model = new CharRnn({ text, maxTokens: 3, hiddenSize: 8, seed: 1 });
    expect(model.vocabulary.tokens).toEqual(["a", "b", "c", "<unknown>"]);
    await model.fit(text, { steps: 150, learningRate: 0.02 });
    expect(model.nextProbabilities("bbbcc")[0]?.token).toBe("<unknown>");
    expect(model.generate({ prompt: "bbbcc", length: 30, temperature: 0 })).not.toContain("<unknown>");
    const allowed = model.generate({ prompt: "bbbcc", length: 1, temperature: 0, allowUnknown: true });
    expect(allowed).toBe("<unknown>");
    expect(CharRnn.load(model.save()).evaluate(text)).toEqual(model.evaluate(text));
  });

  it("breaks ties by code point", () => {
    expect(new CharRnn({ text: "\u{1f600}\uffee", maxTokens: 1 }).vocabulary.tokens[0]).toBe("\uffee");
    expect(new CharRnn({ text: ["b a", "a b"], tokens: "words", maxTokens: 2, unknown: "?" }).vocabulary.tokens).toEqual([" ", "a", "?", "<end>"]); // prettier-ignore
  });

  it("adds no unknown token where nothing is left out", () => {
    expect(new CharRnn({ text: "abc", maxTokens: 3 }).vocabulary.unknown).toBeUndefined();
  });

  it.each([
    [{ text: "ab", maxTokens: 0 }, "maxTokens: expected an integer >= 1, received 0"],
    [{ text: "ab", maxTokens: 1, tokens: ["a"] }, "maxTokens: expected a text, whose tokens are counted"],
    [
      { vocabulary: new Vocabulary(["a"]), maxTokens: 1 },
      "maxTokens: expected a text, whose tokens are counted",
    ],
  ] as [CharRnnOptions, string][])("%o is refused", (options, message) => {
    expect(() => new CharRnn(options)).toThrow(message);
  });
});

describe("banned tokens", () => {
  const model = new CharRnn({ text: "abcd", unknown: "?", hiddenSize: 4, seed: 3 });

  it.each([{}, { temperature: 0 }, { topK: 3 }, { topP: 0.9 }, { topK: 1 }, { temperature: 1e30 }])(
    "are never written %o",
    (options) => {
      const texts = model.generate({ prompt: "a", length: 300, count: 4, exclude: ["a", "d"], ...options });
      expect(new Set(texts.join(""))).toEqual(
        "topK" in options || options.temperature === 0 ? new Set(texts.join("")) : new Set(["b", "c"]),
      );
      expect(texts.join("")).not.toMatch(/[ad?]/);
    },
  );

  it("include the unknown token unless it is allowed", () => {
    const options = { prompt: "a", length: 500, temperature: 5 };
    expect(model.generate(options)).not.toContain("?");
    expect([...model.stream(options)]).not.toContain("?");
    expect(model.generate({ ...options, allowUnknown: true })).toContain("?");
  });

  it("may be the end of a list's texts", () => {
    const list = new CharRnn({ text: ["ab"], hiddenSize: 4 });
    expect(list.generate({ length: 100, exclude: ["<end>"] })).toHaveLength(100);
  });

  it.each([
    [{ exclude: ["x"] }, RangeError, 'exclude[0]: expected a token of the vocabulary, received "x"'],
    [{ exclude: "a" }, TypeError, 'exclude: expected an array of tokens, received "a"'],
    [{ exclude: ["a", "b", "c", "d"] }, RangeError, "expected at least one token that may be written"],
    [{ allowUnknown: 1 }, TypeError, "allowUnknown: expected true or false, received 1"],
  ])("%o is refused", (options, kind, message) => {
    const call = () => model.generate({ prompt: "a", ...(options as object) });
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });

  it.each([0, 1])("infinite logits are an error at temperature %d", (temperature) => {
    const broken = new CharRnn({ text: "ab", cell: "relu", hiddenSize: 2 });
    const b_o = [3e38, 0];
    const w_ho = [[3e38, 0], [3e38, 0]]; // prettier-ignore
    broken.rnn.setParameters({ b_o, w_ho, b_h_l0: [3e38, 3e38] });
    expect(() => broken.generate({ prompt: "a", temperature })).toThrow(RangeError);
    expect(() => broken.generate({ prompt: "a", temperature })).toThrow(
      /^logits\[0\]\[\d\]: expected a finite/,
    );
  });
});

describe("a text in another normal form", () => {
  it("is named as such", () => {
    const composed = new CharRnn({ text: "caf\u00e9 \uac00", hiddenSize: 2 });
    const decomposed = new CharRnn({ text: "cafe\u0301", hiddenSize: 2 });
    expect(() => composed.generate({ prompt: "cafe\u0301" })).toThrow(/^prompt\[3\]|^prompt\[4\]/);
    expect(() => composed.generate({ prompt: "cafe\u0301" })).toThrow(
      'decomposed (NFD) and the vocabulary composed (NFC): text.normalize("NFC") has only known tokens',
    );
    expect(() => decomposed.evaluate("caf\u00e9")).toThrow(
      "composed (NFC) and the vocabulary decomposed (NFD)",
    );
    expect(() => composed.generate({ prompt: "caxe\u0301" })).not.toThrow(/NFC/);
  });
});

describe("a file keeps every option and state that affects results", () => {
  const text = "abcabcabd".repeat(12);
  const list = ["abc", "abd", "cab"];
  const OPTIONS: Record<string, CharRnnOptions> = {
    "a text": { text },
    "a list": { text: list },
    unknown: { text, unknown: "?" },
    "a vocabulary": { vocabulary: new Vocabulary(["a", "b", "c", "d"]) },
    "a vocabulary with unknown": { vocabulary: new Vocabulary(["a", "b", "c"], { unknown: "<unk>" }) },
    "kind list": { vocabulary: new Vocabulary(["a", "b", "c", "d"]), kind: "list" },
    graphemes: { text, tokens: "graphemes" },
    words: { text: "a b a c", tokens: "words", unknown: "?" },
    "listed with unknown": { text, tokens: ["ab", "c", "a"], unknown: "bd" },
    "listed and listed unknown": { text, tokens: ["ab", "c", "a", "bd"], unknown: "bd" },
    "listed, of another vocabulary": {
      vocabulary: new Vocabulary(["a", "b", "c", "d", "ab", "bd"]),
      tokens: ["ab", "a"],
    },
    maxTokens: { text, maxTokens: 2 },
    tanh: { text, cell: "tanh" },
    lstm: { text, cell: "lstm" },
    "layers and dropout": { text, layers: 2, dropout: 0.4 },
  };

  it.each(Object.entries(OPTIONS))("%s: reads, writes and trains the same", async (_, options) => {
    const model = new CharRnn({ hiddenSize: 5, seed: 7, ...options });
    const own = model.kind === "list" ? list : typeof options.text === "string" ? options.text : text;
    await model.fit(own, { steps: 3 });
    const again = CharRnn.load(model.save());
    expect(again.vocabulary.tokens).toEqual(model.vocabulary.tokens);
    expect([again.kind, again.end, again.vocabulary.unknown]).toEqual([model.kind, model.end, model.vocabulary.unknown]); // prettier-ignore
    expect(again.inspect("abd").tokens).toEqual(model.inspect("abd").tokens);
    expect(again.evaluate(own)).toEqual(model.evaluate(own));
    expect(again.generate({ prompt: "a", length: 30 })).toBe(model.generate({ prompt: "a", length: 30 }));
    for (const each of [model, again]) await each.fit(own, { steps: 3 });
    expect(again.rnn.parameters).toEqual(model.rnn.parameters);
  });

  it.each([false, true])("frozen parameters, with an unfinished run %s", async (optimizer) => {
    const options = { text, hiddenSize: 5, layers: 2, dropout: 0.2, seed: 7 };
    const uninterrupted = new CharRnn(options);
    const cut = new CharRnn(options);
    for (const each of [uninterrupted, cut]) each.rnn.freeze(["w_hh_l0", "b_o"]);
    await uninterrupted.fit(text, { steps: 8 });
    if (!optimizer) {
      await cut.fit(text, { steps: 8 });
      const again = CharRnn.load(cut.save());
      for (const each of [again, uninterrupted]) await each.fit(text, { steps: 3 });
      expect(again.rnn.parameters).toEqual(uninterrupted.rnn.parameters);
      return;
    }
    const run = cut.fit(text, { steps: 8, pauseEvery: 3 });
    for await (const { step } of run) if (step === 3) run.stop();
    const again = CharRnn.load(cut.save({ optimizer: true }));
    expect(again.rnn.frozen).toEqual(["w_hh_l0", "b_o"]);
    await again.resume(text);
    expect(again.rnn.parameters).toEqual(uninterrupted.rnn.parameters);
  });
});

it("takes 200 000 texts in a batch", async () => {
  const texts = Array.from({ length: 200_000 }, (_, i) => "ab".charAt(i % 2));
  const model = new CharRnn({ text: texts, hiddenSize: 2 });
  const { steps } = await model.fit(texts, { steps: 1, batchSize: 200_000 });
  expect(steps).toBe(1);
});
