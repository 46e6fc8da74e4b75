/** A tagger labels each time step, keeps what it learned in a file, and comes to the same bits however it is trained. */

import { SequenceClassifier, SequenceTagger, type TaggedSequence } from "bptt";
import { beforeAll, describe, expect, it } from "vitest";
import { seeded } from "../../support/random.js";
import { startWorker } from "../../support/worker.js";

const latin = new TextDecoder("latin1");
const textOf = (bytes: Uint8Array): string => latin.decode(bytes);

const WORDS =
  "so much depends upon a red wheel barrow glazed with rain water beside the white chickens".split(" ");

/** Words without their spaces, and after which characters they were. */
function spaced(count: number, seed: number): TaggedSequence[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => {
    const words = Array.from(
      { length: 2 + Math.floor(random() * 5) },
      () => WORDS[Math.floor(random() * WORDS.length)]!,
    );
    const tags = words.flatMap((word) => [...word].map((_, i) => (i === word.length - 1 ? "space" : "none")));
    return { input: words.join(""), tags };
  });
}

const training = spaced(80, 1);
const held = spaced(30, 2);

describe("spaces in text", () => {
  const model = new SequenceTagger({ data: training, hiddenSize: 32, seed: 1 });
  beforeAll(async () => {
    await model.fit(training, { steps: 300, validationFraction: 0.2 });
  }, 120_000);

  it("are restored in sentences that it has not seen", () => {
    const { perLabel, accuracy, confusion } = model.evaluate(held);
    expect(perLabel.find(({ label }) => label === "space")!.f1).toBeGreaterThan(0.95);
    const tagged = held.map(
      ({ input, tags }) => model.tag(input).filter(({ tag }, t) => tag === tags[t]).length,
    );
    const steps = held.reduce((sum, { tags }) => sum + tags.length, 0);
    expect(tagged.reduce((sum, n) => sum + n) / steps).toBe(accuracy);
    expect(confusion.flat().reduce((sum, n) => sum + n)).toBe(steps);
  });

  it("have probabilities that inspect shows", () => {
    const { input } = held[0]!;
    const { probabilities, labels, tokens } = model.inspect(input);
    expect(tokens!.join("")).toBe(input);
    model.tag(input).forEach(({ tag, probability }, t) => {
      expect(probabilities.data[t * 2 + labels.indexOf(tag)]).toBe(Math.fround(probability));
    });
  });

  it("come back from a file", () => {
    const bytes = model.save();
    const again = SequenceTagger.load(bytes);
    expect(again.evaluate(held)).toEqual(model.evaluate(held));
    expect(textOf(again.save())).toBe(textOf(bytes));
    expect(() => SequenceClassifier.load(bytes)).toThrow(
      'kind: expected "classifier", received "tagger"; load it with SequenceTagger.load',
    );
  });
});

describe("a run", () => {
  it.each([true, false])(
    "has the same bits in a worker and after interruptions, bidirectional %s",
    async (bidirectional) => {
      const make = () => new SequenceTagger({ data: training, hiddenSize: 8, bidirectional, seed: 2 });
      const options = { steps: 40, validationFraction: 0.25, classWeights: "balanced", patience: 5 } as const;
      const whole = make();
      await whole.fit(training, options);
      const bytes = textOf(whole.save());
      const elsewhere = make();
      await elsewhere.fit(training, { ...options, worker: startWorker });
      expect(textOf(elsewhere.save())).toBe(bytes);
      let model = make();
      const onProgress = ({ step }: { step: number }) => void (step % 13 === 0 && run.stop());
      let run = model.fit(training, { ...options, onProgress });
      while ((await run).stopped === "stopped") {
        model = SequenceTagger.load(model.save({ optimizer: true }));
        run = model.resume(training, { onProgress });
      }
      expect(textOf(model.save())).toBe(bytes);
    },
  );
});

describe("features", () => {
  const random = seeded(5);
  const levels: TaggedSequence[] = Array.from({ length: 20 }, () => {
    const input = Array.from({ length: 40 }, (_, t) => (t % 10 < 5 ? 0 : 3) + random());
    return { input, tags: input.map((x) => (x < 2 ? "low" : "high")) };
  });

  it("are never joined, and a stream has the bits of a whole sequence", async () => {
    const model = new SequenceTagger({ data: levels, hiddenSize: 8, bidirectional: false, seed: 1 });
    expect(model.rnn.inputSize).toBe(1);
    await model.fit(levels, { steps: 60 });
    expect(model.evaluate(levels).accuracy).toBeGreaterThan(0.9);
    const live = model.stream();
    const input = levels[3]!.input as number[];
    const whole = model.tag(input);
    input.forEach((value, t) => {
      const { tag, probability, probabilities } = live.push(value);
      expect({ tag, probability }).toEqual(whole[t]);
      expect(probabilities[0]!.probability + probabilities[1]!.probability).toBeCloseTo(1, 14);
    });
    live.reset();
    expect(live.push(input[0]!)).toMatchObject(whole[0]!);
    live.free();
    expect(() => live.push(1)).toThrow(expect.objectContaining({ code: "FREED" }));
  });
});

describe("errors name the place", () => {
  const good = [{ input: "ab", tags: ["x", "y"] }];
  const make = (data: unknown, options = {}) =>
    new SequenceTagger({ data: data as TaggedSequence[], hiddenSize: 4, ...options });
  it.each<[string, () => unknown, string]>([
    [
      "too few tags",
      () => make([...good, { input: "abc", tags: ["x"] }]),
      "data[1].tags: expected 3 tags, one for each time step of the input, received 1",
    ],
    [
      "a tag that is no string",
      () => make([{ input: "ab", tags: ["x", 3] }]),
      "data[0].tags[1]: expected a string, received 3",
    ],
    [
      "no tags",
      () => make([{ input: "ab" }]),
      "data[0].tags: expected an array of strings, received undefined",
    ],
    [
      "a label",
      () => make([{ input: "ab", label: "x" }]),
      'data[0]: expected { input, tags, group? }, received "label"',
    ],
    [
      "one tag",
      () => make([{ input: "ab", tags: ["x", "x"] }]),
      "data: expected examples of at least 2 labels, received 1 label",
    ],
    [
      "an unknown tag",
      () => make(good).evaluate([{ input: "a", tags: ["z"] }]),
      'examples[0].tags[0]: expected one of "x", "y", which the model was made with, received "z"',
    ],
    [
      "readout",
      () => make(good, { readout: "last" }),
      'options: expected known options only, received "readout"',
    ],
    ["patch", () => make(good, { patch: 2 }), 'options: expected known options only, received "patch"'],
    [
      "one example with validation",
      () => make(good).fit(good, { validationFraction: 0.5 }),
      "validationFraction: expected 0 with fewer than 2 examples, received 0.5",
    ],
    [
      "a stream in two directions",
      () => make(good).stream(),
      "stream: expected a model in one direction, received a bidirectional one",
    ],
  ])("%s", (_name, call, message) => {
    expect(call).toThrow(message);
  });
});
