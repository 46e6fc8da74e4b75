import { Vocabulary } from "bptt";
import { describe, expect, it } from "vitest";

const gohome = new Vocabulary(["g", "o", "h", "m", "e"]);

describe("Vocabulary", () => {
  it("keeps the order it was given", () => {
    expect(gohome.tokens).toEqual(["g", "o", "h", "m", "e"]);
    expect(gohome.size).toBe(5);
    expect(gohome.encode("gohom")).toEqual(Int32Array.of(0, 1, 2, 1, 3));
    expect(gohome.decode(Int32Array.of(1, 2, 1, 3, 4))).toBe("ohome");
    expect(gohome.decode({ data: [0, 1], shape: [2] })).toBe("go");
    expect(gohome.has("g")).toBe(true);
    expect(gohome.has("x")).toBe(false);
    expect(gohome.encode("")).toEqual(new Int32Array(0));
    expect(gohome.decode([])).toBe("");
  });

  it("sorts a text's characters by code point, not by UTF-16 unit", () => {
    // U+FF5E is below U+1F600, but its UTF-16 unit is above that of the surrogate pair
    const vocabulary = Vocabulary.from("b\u{1f600}a\uff5eb");
    expect(vocabulary.tokens).toEqual(["a", "b", "\uff5e", "\u{1f600}"]);
    expect(vocabulary.encode("\u{1f600}a")).toEqual(Int32Array.of(3, 0));
    expect(vocabulary.decode([3, 0])).toBe("\u{1f600}a");
  });

  it("reads several texts", () => {
    expect(Vocabulary.from(["ba", "c"]).tokens).toEqual(["a", "b", "c"]);
  });

  it("keeps lone surrogates apart", () => {
    const vocabulary = Vocabulary.from("\ud83d\udc00x".split("").reverse().join(""));
    expect(vocabulary.decode(vocabulary.encode("x"))).toBe("x");
    expect(vocabulary.size).toBe(3);
  });

  it("has a token for what was not seen", () => {
    const within = new Vocabulary(["?", "a"], { unknown: "?" });
    expect(within.encode("ab")).toEqual(Int32Array.of(1, 0));
    const added = Vocabulary.from("ab", { unknown: "?" });
    expect(added.tokens).toEqual(["a", "b", "?"]);
    expect(added.encode("a\u{1f600}b")).toEqual(Int32Array.of(0, 2, 1));
    expect(gohome.encode("gx", { unknown: "e" })).toEqual(Int32Array.of(0, 4));
  });

  it("knows longer tokens in lists", () => {
    const words = new Vocabulary(["go", "home", "<end>"]);
    expect(words.encode(["go", "home", "<end>"])).toEqual(Int32Array.of(0, 1, 2));
    expect(words.decode([0, 1])).toBe("gohome");
    expect(() => words.encode("go")).toThrow(
      expect.objectContaining({
        name: "RangeError",
        message: 'text[0]: expected a character of the vocabulary, received "g"',
      }),
    );
  });

  it("cannot be changed through its list of tokens", () => {
    expect(Object.isFrozen(gohome.tokens)).toBe(true);
    const tokens = ["a", "b"];
    const vocabulary = new Vocabulary(tokens);
    tokens[0] = "c";
    expect(vocabulary.decode([0])).toBe("a");
  });

  it.each([
    [() => gohome.encode("gox"), RangeError, 'text[2]: expected a character of the vocabulary, received "x"'],
    [
      () => Vocabulary.from("a\u{1f600}").encode("\u{1f600}z"),
      RangeError,
      'text[2]: expected a character of the vocabulary, received "z"',
    ],
    [
      () => gohome.encode(["g", "go"]),
      RangeError,
      'text[1]: expected a token of the vocabulary, received "go"',
    ],
    [() => gohome.encode(5 as never), TypeError, "text: expected a string or an array of tokens, received 5"],
    [() => gohome.encode([5] as never), TypeError, "text[0]: expected a string, received 5"],
    [
      () => gohome.encode("g", { unknown: "?" }),
      RangeError,
      'unknown: expected a token of the vocabulary, received "?"',
    ],
    [() => gohome.decode([0, 5]), RangeError, "ids[1]: expected an id in 0..4, received 5"],
    [() => gohome.decode([-1]), RangeError, "ids[0]: expected an id in 0..4, received -1"],
    [() => gohome.decode([0.5]), RangeError, "ids[0]: expected an id in 0..4, received 0.5"],
    [() => gohome.decode(["0"] as never), TypeError, 'ids[0]: expected an id in 0..4, received "0"'],
    [() => gohome.decode([[0]] as never), RangeError, "ids: expected a row of ids (T), received rank 2"],
    [
      () => gohome.decode(Float32Array.of(0) as never),
      TypeError,
      "ids: expected integers, received Float32Array of length 1",
    ],
    [() => gohome.decode("0" as never), TypeError, 'ids: expected a row of integer ids, received "0"'],
    [
      () => new Vocabulary(["a", "b", "a"]),
      RangeError,
      'tokens[2]: expected each token once, received "a" as in tokens[0]',
    ],
    [() => new Vocabulary([]), RangeError, "tokens: expected at least one token, received none"],
    [() => new Vocabulary(["a", ""]), RangeError, 'tokens[1]: expected a non-empty string, received ""'],
    [
      () => new Vocabulary(["a", 1] as never),
      TypeError,
      "tokens[1]: expected a non-empty string, received 1",
    ],
    [() => new Vocabulary("abc" as never), TypeError, 'tokens: expected an array of strings, received "abc"'],
    [
      () => new Vocabulary(["a"], { unknown: "" }),
      RangeError,
      'unknown: expected a non-empty string, received ""',
    ],
    [
      () => new Vocabulary(["a"], { unkown: "a" } as never),
      TypeError,
      'options: expected known options only, received "unkown"; known are unknown',
    ],
    [() => Vocabulary.from(""), RangeError, "text: expected at least one character, received none"],
    [
      () => Vocabulary.from(7 as never),
      TypeError,
      "text: expected a string or an array of strings, received 7",
    ],
    [() => Vocabulary.from([7] as never), TypeError, "text[0]: expected a string, received 7"],
  ])("refuses what does not fit: %s", (run, kind, message) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(expect.objectContaining({ message }));
  });
});
