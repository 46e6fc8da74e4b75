/** A classifier learns, keeps what it learned in a file, and comes to the same bits however it is trained. */

import { CharRnn, Rnn, SequenceClassifier, Sgd, type LabelFitOptions, type LabelledSequence } from "bptt";
import { beforeAll, describe, expect, it } from "vitest";
import { seeded } from "../../support/random.js";
import { startWorker } from "../../support/worker.js";

const latin = new TextDecoder("latin1");
/** Bytes as something that is quickly compared. */
const textOf = (bytes: Uint8Array): string => latin.decode(bytes);

/** Rising, falling and flat series with noise, of different lengths. */
function slopes(count: number, seed: number): LabelledSequence[] {
  const random = seeded(seed);
  const labels = ["down", "flat", "up"];
  return Array.from({ length: count }, (_, i) => {
    const slope = (i % 3) - 1;
    const steps = 8 + Math.floor(random() * 10);
    const start = 4 * random();
    const input = Array.from({ length: steps }, (_, t) => [
      start + 0.6 * slope * t + 0.5 * random(),
      random(),
    ]);
    return { input, label: labels[i % 3]!, group: i >> 2 };
  });
}

const training = slopes(48, 1);
const held = slopes(60, 2);
const fitted: LabelFitOptions = { steps: 400, validationFraction: 0.25, validateEvery: 30, patience: 10 };

const make = (options = {}) =>
  new SequenceClassifier({ data: training, hiddenSize: 12, seed: 4, ...options });

describe.each(["mean", "last"] as const)("with readout %s", (readout) => {
  const model = make({ readout });
  beforeAll(async () => {
    await model.fit(training, fitted);
  });

  it("labels what it has not seen", () => {
    const { accuracy, macroF1, perLabel, confusion, calibrationError } = model.evaluate(held);
    expect(accuracy).toBeGreaterThan(0.9);
    expect(macroF1).toBeGreaterThan(0.9);
    expect(calibrationError).toBeLessThan(0.2);
    expect(perLabel.map(({ support }) => support)).toEqual([20, 20, 20]);
    expect(confusion.flat().reduce((sum, n) => sum + n)).toBe(60);
  });

  it("classifies one as it evaluates many", () => {
    const classified = held.map(({ input }) => model.classify(input));
    const { accuracy, loss } = model.evaluate(held);
    expect(classified.filter(({ label }, i) => label === held[i]!.label).length / 60).toBe(accuracy);
    const lost = classified.map(({ probabilities }, i) => {
      return -Math.log(probabilities.find(({ label }) => label === held[i]!.label)!.probability);
    });
    expect(lost.reduce((sum, x) => sum + x) / 60).toBeCloseTo(loss, 12);
  });

  it("ranks all labels, whose probabilities add up to 1", () => {
    for (const { input } of held) {
      const { label, probability, probabilities } = model.classify(input);
      expect(probabilities[0]).toEqual({ label, probability });
      expect(probabilities.map((each) => each.label).sort()).toEqual(model.labels);
      expect(probabilities.reduce((sum, each) => sum + each.probability, 0)).toBeCloseTo(1, 14);
      for (let i = 1; i < 3; i++)
        expect(probabilities[i]!.probability).toBeLessThanOrEqual(probabilities[i - 1]!.probability);
    }
  });

  it("reads out the logits of the network", () => {
    const { input } = held[7]!;
    const { rnn, temperature } = model;
    const plain = new SequenceClassifier({ data: training, hiddenSize: 12, scale: "none" });
    plain.free();
    const { probabilities, labels } = model.inspect(input);
    const [steps, classes] = probabilities.shape as [number, number];
    const logs = labels.map((_, c) => {
      const own = Array.from({ length: steps }, (_, t) => Math.log(probabilities.data[t * classes + c]!));
      return readout === "mean" ? own.reduce((sum, x) => sum + x) / steps : own[steps - 1]!;
    });
    const sum = logs.reduce((total, x) => total + Math.exp(x), 0);
    for (const { label, probability } of model.classify(input).probabilities) {
      expect(probability).toBeCloseTo(Math.exp(logs[labels.indexOf(label)]!) / sum, 5);
    }
    expect(rnn.outputSize).toBe(3);
    expect(temperature).toBeGreaterThan(0.2);
  });

  it("is the same after saving and loading", () => {
    const bytes = model.save();
    const again = SequenceClassifier.load(bytes);
    expect(textOf(again.save())).toBe(textOf(bytes));
    expect(again.evaluate(held)).toEqual(model.evaluate(held));
    expect(again.temperature).toBe(model.temperature);
    expect(again.lastRun).toEqual(model.lastRun);
    expect(again.resumable).toBe(false);
  });
});

describe("a run", () => {
  it.each<[string, object, LabelFitOptions]>([
    ["two directions", {}, fitted],
    ["one direction, one epoch of many", { bidirectional: false }, { epochs: 20, batchSize: 7 }],
    [
      "groups, class weights and another optimizer",
      { cell: "lstm" },
      {
        steps: 40,
        validationFraction: 0.3,
        validationGroups: true,
        classWeights: "balanced",
        augment: false,
        learningRate: 0.01,
      },
    ],
    ["dropout", { layers: 2, dropout: 0.3, bidirectional: false }, { steps: 30, classWeights: { up: 2 } }],
  ])("has the same bits in a worker and after interruptions: %s", async (_name, options, fit) => {
    const whole = make(options);
    const reports: number[] = [];
    await whole.fit(training, { ...fit, onProgress: ({ loss }) => void reports.push(loss) });
    const bytes = textOf(whole.save());

    const elsewhere = make(options);
    await elsewhere.fit(training, { ...fit, worker: startWorker });
    expect(textOf(elsewhere.save())).toBe(bytes);

    let model = make(options);
    const losses: number[] = [];
    const onProgress = ({ step, loss }: { step: number; loss: number }) => {
      losses.push(loss);
      if (step % 17 === 0) run.stop();
    };
    let run = model.fit(training, { ...fit, onProgress });
    for (let i = 0; (await run).stopped === "stopped"; i++) {
      expect(model.resumable).toBe(true);
      if (i % 2 === 0) model = SequenceClassifier.load(model.save({ optimizer: true }));
      run = model.resume(training, { onProgress });
    }
    expect(textOf(model.save())).toBe(bytes);
    expect(losses.filter((_, i) => losses[i] !== losses[i - 1])).toEqual(
      reports.filter((_, i) => reports[i] !== reports[i - 1]),
    );
  });

  it("has the defaults of the documentation", async () => {
    const model = make();
    const { steps, epochs } = await model.fit(training, { every: 1000 });
    expect([steps, epochs]).toEqual([1002, 334]); // 48 examples in batches of 16, at least 1000 steps
    expect(model.lastRun?.settings).toMatchObject({
      batchSize: 16,
      clipNorm: 1,
      learningRate: null,
      augment: { noise: 0.05, scale: 0.1 },
      classWeights: null,
      validationFraction: 0,
      seed: 4,
    });
    expect(model.lastRun?.optimizer).toBe("adam");
    expect(model.temperature).toBe(1);
  });

  it("begins with a rate of 5e-3 and ends near 0, and decays weights", async () => {
    const model = make();
    const rates: number[] = [];
    const run = model.fit(training, {
      steps: 50,
      onProgress: ({ learningRate }) => void rates.push(learningRate!),
    });
    const state = await run.checkpoint();
    await run;
    expect(rates[0]).toBe(5e-3);
    expect(rates[49]).toBeLessThan(1e-5);
    expect(textOf(state)).toMatch(/weightDecay\\?":0\.01/);
  });

  it("uses a given optimizer with its own rate", async () => {
    const model = make();
    const rates = new Set<number>();
    await model.fit(training, {
      steps: 5,
      optimizer: new Sgd({ learningRate: 0.25 }),
      onProgress: ({ learningRate }) => void rates.add(learningRate!),
    });
    expect([...rates]).toEqual([0.25]);
    expect(model.lastRun?.optimizer).toBe("sgd");
  });

  it("refuses to resume with other examples, or without a run", async () => {
    const model = make();
    expect(() => model.resume(training)).toThrow("resume: expected an unfinished run");
    const run = model.fit(training, { steps: 10 });
    run.stop();
    await run;
    expect(() => model.resume(held)).toThrow("examples: expected the examples with which the run began");
    await model.resume(training);
    expect(model.lastRun?.steps).toBe(10);
  });

  it("takes labels by their weight", async () => {
    const both = [
      { input: [1, 2], label: "a" },
      { input: [1, 2], label: "b" },
    ];
    const model = new SequenceClassifier({ data: both, hiddenSize: 4 });
    await model.fit(both, { steps: 150, classWeights: { a: 3 }, learningRate: 0.02 });
    const { label, probability } = model.classify([1, 2]);
    expect(label).toBe("a");
    expect(probability).toBeCloseTo(0.75, 1);
  });
});

describe("sequences longer than a window", () => {
  const long = (label: string, steps: number) => ({
    input: Array.from({ length: steps }, (_, t) => (label === "a" ? t % 2 : t % 3)),
    label,
  });
  it.each([true, false])("are read in parts, bidirectional %s", async (bidirectional) => {
    const data = [long("a", 9000), long("b", 8000), long("a", 20), long("b", 30)];
    const model = new SequenceClassifier({ data, hiddenSize: 4, patch: 1, bidirectional, seed: 1 });
    const { steps } = await model.fit(data, { epochs: 2, batchSize: 2 });
    expect(steps).toBe(6); // the longest is in two parts
    const { probability } = model.classify(data[0]!.input);
    expect(probability).toBeGreaterThan(0.4);
    expect(
      model
        .evaluate(data)
        .confusion.flat()
        .reduce((sum, n) => sum + n),
    ).toBe(4);
    if (!bidirectional) {
      const live = model.stream({ window: 9000 });
      const last = data[0]!.input.map((value) => live.push(value).probability).at(-1);
      expect(last).toBe(probability);
    }
    model.free();
  });
});

describe("a file", () => {
  const bytes = make().save();
  const header = () => {
    const length = new DataView(bytes.buffer).getUint32(0, true);
    return JSON.parse(latin.decode(bytes.subarray(8, 8 + length))) as {
      __metadata__: Record<string, string>;
    };
  };
  /** The file with another description. */
  const withLabels = (change: (description: Record<string, unknown>) => void): Uint8Array => {
    const json = header();
    const description = JSON.parse(json.__metadata__["bptt.labels"]!) as Record<string, unknown>;
    change(description);
    json.__metadata__["bptt.labels"] = JSON.stringify(description);
    const text = new TextEncoder().encode(JSON.stringify(json));
    const old = new DataView(bytes.buffer).getUint32(0, true);
    const padded = text.length + ((8 - (text.length % 8)) % 8);
    const out = new Uint8Array(8 + padded + bytes.length - 8 - old).fill(0x20);
    new DataView(out.buffer).setUint32(0, padded, true);
    new DataView(out.buffer).setUint32(4, 0, true);
    out.set(text, 8);
    out.set(bytes.subarray(8 + old), 8 + padded);
    return out;
  };

  it("says how it was made", () => {
    const description = JSON.parse(header().__metadata__["bptt.labels"]!) as object;
    expect(description).toMatchObject({
      version: 1,
      kind: "classifier",
      labels: ["down", "flat", "up"],
      input: { kind: "features", patch: 1 },
      readout: "mean",
      temperature: 1,
      seed: 4,
    });
  });

  it("is a network as any", () => {
    const rnn = Rnn.load(bytes);
    expect([rnn.inputSize, rnn.outputSize, rnn.bidirectional]).toEqual([2, 3, true]);
  });

  it.each<[string, (description: Record<string, unknown>) => void, string]>([
    [
      "a newer version",
      (d) => (d["version"] = 2),
      '["bptt.labels"].version: expected at most 1, all that this version of bptt reads, received 2',
    ],
    [
      "another kind",
      (d) => (d["kind"] = "tagger"),
      '["bptt.labels"].kind: expected "classifier", received "tagger"; load it with SequenceTagger.load',
    ],
    [
      "too few labels",
      (d) => (d["labels"] = ["a", "b"]),
      '["bptt.labels"]: expected the labels of a network from 2 to 3, received those of one from 2 to 2',
    ],
    [
      "a label twice",
      (d) => (d["labels"] = ["a", "a", "b"]),
      '["bptt.labels"].labels: expected at least 2 different labels',
    ],
    [
      "a deviation of 0",
      (d) => ((d["input"] as { deviation: number[] }).deviation = [1, 0]),
      '["bptt.labels"].input.deviation[1]: expected a number above 0, received 0',
    ],
    [
      "another width",
      (d) => ((d["input"] as { mean: number[] }).mean = [1]),
      '["bptt.labels"].input.deviation: expected 1 numbers, as many as of mean, received 2',
    ],
    [
      "no temperature",
      (d) => delete d["temperature"],
      '["bptt.labels"].temperature: expected a finite number in 0.001..1000, received undefined',
    ],
    [
      "something more",
      (d) => (d["more"] = 1),
      '["bptt.labels"]: expected known options only, received "more"',
    ],
    ["a frozen parameter that there is not", (d) => (d["network"] = { frozen: ["w"], dropoutStep: 0 }), "w"],
  ])("with %s is refused", (_name, change, message) => {
    expect(() => SequenceClassifier.load(withLabels(change))).toThrow(message);
    expect(() => SequenceClassifier.load(withLabels(change))).toThrow(RangeError);
  });

  it("of another model is refused, and so is this one by others", () => {
    const text = new CharRnn({ text: "abc", hiddenSize: 4 }).save();
    expect(() => SequenceClassifier.load(text)).toThrow(
      "bytes: expected a file of a SequenceClassifier, received one of another model",
    );
    expect(() => CharRnn.load(bytes)).toThrow("bytes: expected a model with a vocabulary");
  });

  it("of a model with a function for tokens needs the function", () => {
    const split = (text: string) => text.split("-");
    const data = [
      { input: "a-bc", label: "x" },
      { input: "bc-d", label: "y" },
    ];
    const model = new SequenceClassifier({ data, tokens: split, hiddenSize: 4 });
    expect(() => SequenceClassifier.load(model.save())).toThrow(
      "tokens: expected the function that the saved model had, received undefined",
    );
    const again = SequenceClassifier.load(model.save(), { tokens: split });
    expect(again.classify("bc-a-zz")).toEqual(model.classify("bc-a-zz"));
    expect(again.inspect("bc-a").tokens).toEqual(["bc", "a"]);
  });

  it("keeps listed tokens, frozen parameters and the step of dropout", () => {
    const data = [
      { input: "abab", label: "x" },
      { input: "baab", label: "y" },
    ];
    const model = new SequenceClassifier({ data, tokens: ["ab", "a", "b"], hiddenSize: 4 });
    model.rnn.freeze("b_o");
    const again = SequenceClassifier.load(model.save());
    expect(again.inspect("aab").tokens).toEqual(["a", "ab"]);
    expect(again.rnn.frozen).toEqual(["b_o"]);
    expect(textOf(again.save())).toBe(textOf(model.save()));
  });
});

it("frees its memory, and is of no use then", () => {
  const model = make();
  model.free();
  model.free();
  for (const use of [
    () => model.classify([[1, 2]]),
    () => model.evaluate(held),
    () => model.fit(training),
    () => model.save(),
    () => model.inspect([[1, 2]]),
  ]) {
    expect(use).toThrow(expect.objectContaining({ code: "FREED" }));
  }
});
