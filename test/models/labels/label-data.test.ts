/** The forms in which data is read, and errors that name the place of what is wrong. */

import { SequenceClassifier, type LabelledSequence, type SequenceClassifierOptions } from "bptt";
import { describe, expect, it } from "vitest";

const ab = (a: unknown, b: unknown): LabelledSequence[] =>
  [
    { input: a, label: "a" },
    { input: b, label: "b" },
  ] as LabelledSequence[];

/** Creates a model, which the caller frees. */
const make = (data: unknown, options: Partial<SequenceClassifierOptions> = {}) =>
  new SequenceClassifier({ data: data as LabelledSequence[], hiddenSize: 4, ...options });

/** Returns the class and the message of the error that a call throws. */
function thrown(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return `${error.name} ${error.message}`;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("one feature", () => {
  const plain = ab([1, 2, 3], [3, 2, 1]);

  it("is an array of numbers, a typed array, or rows of one number", () => {
    const forms = [
      ab(Float32Array.of(1, 2, 3), Float64Array.of(3, 2, 1)),
      ab(Int8Array.of(1, 2, 3), Uint16Array.of(3, 2, 1)),
      ab([[1], [2], [3]], [Float32Array.of(3), [2], [1]]),
    ];
    const wanted = make(plain).save();
    for (const form of forms) expect(make(form).save()).toEqual(wanted);
    const model = make(plain);
    expect(model.classify([[1], [2], [5]])).toEqual(model.classify(Float32Array.of(1, 2, 5)));
  });
});

describe("scaling", () => {
  const data = ab(
    [
      [1, 100],
      [3, 100],
    ],
    [
      [5, 100],
      [7, 100],
    ],
  );

  it("subtracts the mean and divides by the deviation; a constant feature is only moved", () => {
    const scaled = make(data, { seed: 3 });
    const plain = make(data, { seed: 3, scale: "none" });
    const deviation = Math.sqrt(5);
    const input = [
      [4, 100],
      [9, 101],
    ];
    const z = input.map(([x, y]) => [(x! - 4) / deviation, y! - 100]);
    expect(scaled.classify(input)).toEqual(plain.classify(z));
  });

  it("makes the model the same for other units", () => {
    const other = data.map(({ input, label }) => ({
      input: (input as number[][]).map(([x, y]) => [x! * 1024 + 512, y! / 4]),
      label,
    }));
    const z = (model: SequenceClassifier, input: number[][]) => model.classify(input).probability;
    expect(z(make(other), [[2560, 25]])).toBe(z(make(data), [[2, 100]]));
  });
});

describe("patches", () => {
  const long = (steps: number) => Array.from({ length: steps }, (_, t) => t % 7);

  it.each([
    [[15, 15], 1],
    [[32, 32], 2],
    [[40, 100], 2], // the lower of two medians
    [[160, 161], 10],
  ])("of examples of %o steps are %i steps", (lengths, patch) => {
    const model = make(ab(...(lengths.map(long) as [number[], number[]])));
    expect(model.rnn.inputSize).toBe(patch);
  });

  it("join steps side by side, and leave out the rest", () => {
    const data = ab(long(32), long(40));
    const auto = make(data, { seed: 2, scale: "none" });
    const pairs = (input: number[]) =>
      Array.from({ length: input.length >> 1 }, (_, i) => [input[2 * i]!, input[2 * i + 1]!]);
    const joined = make(ab(pairs(long(32)), pairs(long(40))), { seed: 2, scale: "none", patch: 1 });
    expect(auto.classify(long(33))).toEqual(joined.classify(pairs(long(32))));
    expect(auto.classify([5])).toEqual(joined.classify([[5, 5]])); // shorter than a patch
  });

  it("are as long as they are told", () => {
    expect(make(ab(long(40), long(40)), { patch: 5 }).rnn.inputSize).toBe(5);
    expect(make(ab(long(40), long(40)), { patch: 1 }).rnn.inputSize).toBe(1);
  });
});

describe("text", () => {
  it("is read by characters, words, or a list of tokens, with a token for what is unknown", () => {
    const data = ab("so much", "depends upon");
    expect(make(data).inspect("so").tokens).toEqual(["s", "o"]);
    expect(make(data, { tokens: "words" }).inspect("so much").tokens).toEqual(["so", " ", "much"]);
    expect(make(data).rnn.inputSize).toBe(new Set("so muchdepends upon").size + 1);
  });

  it("may have tokens that no example has; they add nothing to the network", () => {
    const model = make(ab("aab", "bba"));
    const [x, y] = ["axb", "ayb"].map((text) => model.classify(text));
    expect(x).toEqual(y);
    expect(model.inspect("x").hidden.data).not.toEqual(model.inspect("a").hidden.data);
    expect([...model.rnn.parameters.w_ih_l0!.data.slice(-12)]).toEqual(new Array(12).fill(0));
  });

  it("keeps the most frequent tokens", () => {
    const model = make(ab("aaab", "bbbc"), { maxTokens: 2 });
    expect(model.rnn.inputSize).toBe(3);
    expect(model.classify("c")).toEqual(model.classify("z"));
  });
});

describe("errors name the place", () => {
  const good = ab([1, 2], [2, 1]);
  it.each<[string, () => unknown, string]>([
    [
      "no data",
      () => make(undefined),
      "TypeError data: expected an array of { input, label }, received undefined",
    ],
    ["an empty list", () => make([]), "RangeError data: expected at least one example, received none"],
    ["no example", () => make([...good, 3]), "TypeError data[2]: expected an object, received 3"],
    [
      "a wrong name",
      () => make([{ inputs: [1], label: "a" }]),
      'TypeError data[0]: expected { input, label, group? }, received "inputs"',
    ],
    [
      "tags",
      () => make([{ input: [1], tags: ["a"] }]),
      'TypeError data[0]: expected { input, label, group? }, received "tags"',
    ],
    [
      "no input",
      () => make([{ label: "a" }]),
      "TypeError data[0].input: expected a sequence, received undefined",
    ],
    [
      "a label that is a number",
      () => make([...good, { input: [1], label: 3 }]),
      "TypeError data[2].label: expected a string, received 3",
    ],
    [
      "one label",
      () => make([good[0]!, good[0]!]),
      "RangeError data: expected examples of at least 2 labels, received 1 label",
    ],
    [
      "an empty sequence",
      () => make(ab([1], [])),
      "RangeError data[1].input: expected at least one time step, received none",
    ],
    [
      "an empty text",
      () => make(ab("a", "")),
      "RangeError data[1].input: expected at least one token, received none",
    ],
    [
      "no features",
      () => make(ab([[]], [[]])),
      "RangeError data[0].input[0]: expected at least one feature, received none",
    ],
    [
      "NaN",
      () => make(ab([1, NaN], [1])),
      "RangeError data[0].input[1]: expected a finite number, received NaN",
    ],
    [
      "NaN in a row",
      () =>
        make(
          ab(
            [[1, 2]],
            [
              [1, 2],
              [1, Infinity],
            ],
          ),
        ),
      "RangeError data[1].input[1][1]: expected a finite number, received Infinity",
    ],
    [
      "no number",
      () => make(ab([1, null], [1])),
      "TypeError data[0].input[1]: expected a number, received null",
    ],
    [
      "steps of different widths",
      () => make(ab([[1, 2], [1]], [[1, 2]])),
      "RangeError data[0].input[1]: expected 2 features, received 1",
    ],
    [
      "examples of different widths",
      () => make(ab([[1, 2]], [[1, 2, 3]])),
      "RangeError data[1].input[0]: expected 2 features, received 3",
    ],
    [
      "numbers among rows",
      () => make(ab([[1, 2]], [1, 2])),
      "TypeError data[1].input: expected rows of 2 features, received one number per time step",
    ],
    [
      "text among numbers",
      () => make(ab([1, 2], "ab")),
      'TypeError data[1].input: expected rows of numbers, an array of numbers, or a string, received "ab"',
    ],
    [
      "numbers among text",
      () => make(ab("ab", [1])),
      "TypeError data[1].input: expected a string, received an array of length 1",
    ],
    [
      "too large a number",
      () => make(ab([1e39, 1], [1]), { scale: "none" }),
      "RangeError data[0].input[0]: expected a number that float32 can hold after scaling, received 1e+39",
    ],
    [
      "tokens of numbers",
      () => make(good, { tokens: "words" }),
      'TypeError tokens: expected no value for data that is no text, received "words"',
    ],
    [
      "a patch of text",
      () => make(ab("ab", "ba"), { patch: 2 }),
      "TypeError patch: expected 1 or no value for text, which is not joined, received 2",
    ],
    [
      "a patch of 0",
      () => make(good, { patch: 0 }),
      "RangeError patch: expected an integer >= 1, received 0",
    ],
    [
      "an unknown option",
      () => make(good, { lengths: 3 } as never),
      'TypeError options: expected known options only, received "lengths"',
    ],
    [
      "a label of fit",
      () => make(good).fit([{ input: [1], label: "c" }]),
      'RangeError examples[0].label: expected one of "a", "b", which the model was made with, received "c"',
    ],
    [
      "a width of fit",
      () => make(good).fit([{ input: [[1, 2]], label: "a" }]),
      "RangeError examples[0].input[0]: expected 1 feature, received 2",
    ],
    [
      "a width of classify",
      () => make(good).classify([[1, 2]]),
      "RangeError input[0]: expected 1 feature, received 2",
    ],
    [
      "text for numbers",
      () => make(good).classify("ab"),
      'TypeError input: expected rows of numbers, an array of numbers, or a string, received "ab"',
    ],
    [
      "one example of a label with validation",
      () => make(good).fit(good, { validationFraction: 0.5 }),
      'RangeError validationFraction: expected at least 2 examples of each label, received 1 of "a"',
    ],
    [
      "no groups",
      () => make(good).fit(good, { validationFraction: 0.5, validationGroups: true }),
      "TypeError examples[0].group: expected a string or a number, with validationGroups, received undefined",
    ],
    [
      "one group",
      () =>
        make(good).fit(
          good.map((each) => ({ ...each, group: 1 })),
          { validationFraction: 0.5, validationGroups: true },
        ),
      "RangeError validationGroups: expected examples of at least 2 groups, received 1",
    ],
    [
      "groups without validation",
      () => make(good).fit(good, { validationGroups: true }),
      "TypeError validationGroups: expected false without a validationFraction above 0, received true",
    ],
    [
      "patience without validation",
      () => make(good).fit(good, { patience: 3 }),
      "TypeError patience: expected no value without a validationFraction above 0, received 3",
    ],
    [
      "a weight of no label",
      () => make(good).fit(good, { classWeights: { c: 1 } }),
      'RangeError classWeights.c: expected a label of the model, received "c"',
    ],
    [
      "a negative weight",
      () => make(good).fit(good, { classWeights: { a: -1 } }),
      "RangeError classWeights.a: expected a finite number in 0..1000000, received -1",
    ],
    [
      "another word for weights",
      () => make(good).fit(good, { classWeights: "even" as "balanced" }),
      'TypeError classWeights: expected "balanced", or a number for each label, received "even"',
    ],
    [
      "true for augment",
      () => make(good).fit(good, { augment: true as never }),
      "TypeError augment: expected { noise, scale } or false, received true",
    ],
    [
      "an unknown kind of noise",
      () => make(good).fit(good, { augment: { blur: 1 } as never }),
      'TypeError augment: expected known options only, received "blur"',
    ],
    [
      "a stream in two directions",
      () => make(good).stream(),
      "RangeError stream: expected a model in one direction, received a bidirectional one",
    ],
    [
      "a background that is no label",
      () => make(good, { bidirectional: false }).stream({ background: "x" }),
      'RangeError background: expected one of "a", "b", which the model was made with, received "x"',
    ],
    [
      "a release above confidence",
      () => make(good, { bidirectional: false }).stream({ confidence: 0.5, release: 0.6 }),
      "RangeError release: expected a finite number in 0..0.5, received 0.6",
    ],
    [
      "a step of a stream",
      () => make(good, { bidirectional: false }).stream().push([1, 2]),
      "RangeError step: expected 1 feature, received 2",
    ],
    [
      "two tokens for a stream",
      () => make(ab("ab", "ba"), { bidirectional: false }).stream().push("ab"),
      "RangeError step: expected one token, received 2 tokens",
    ],
  ])("%s", (_name, call, message) => {
    expect(thrown(call)).toContain(message);
  });

  it("lists a few of many labels", () => {
    const data = Array.from({ length: 20 }, (_, i) => ({ input: [i], label: `l${i}` }));
    expect(thrown(() => make(data).evaluate([{ input: [1], label: "x" }]))).toContain(
      'expected one of "l0", "l1", "l10", "l11", "l12", "l13", "l14", "l15" or another of the 20 labels',
    );
  });
});
