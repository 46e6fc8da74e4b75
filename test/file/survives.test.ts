/** Every constructor option and every state of a network or text model survives save and load. The types name them all. */

import { Adam, CharRnn, Rnn, Vocabulary, type CharRnnOptions, type RnnOptions } from "bptt";
import { describe, expect, it } from "vitest";
import { parseSafetensors } from "../../ts/file/safetensors.js";

const BASE: RnnOptions = { cell: "gru", inputSize: 4, hiddenSize: 5, outputSize: 4 };
const BATCH = { inputs: [[0, 1, 2]], targets: [[1, 2, 3]] };
const TEXT = "so much depends upon a red wheel barrow glazed with rain water. ".repeat(3);

/** For each option a value that is not its default, with what it needs. */
const RNN: { [Name in keyof Required<RnnOptions>]: RnnOptions & Required<Pick<RnnOptions, Name>> } = {
  cell: { ...BASE, cell: "lstm" },
  inputSize: { ...BASE, inputSize: 7 },
  hiddenSize: { ...BASE, hiddenSize: 9 },
  outputSize: { ...BASE, outputSize: 6 },
  layers: { ...BASE, layers: 2 },
  bidirectional: { ...BASE, bidirectional: true },
  dropout: { ...BASE, layers: 2, dropout: 0.3 },
  init: { ...BASE, init: "uniform-hidden" },
  recurrentInit: { ...BASE, recurrentInit: "orthogonal" },
  forgetBias: { ...BASE, cell: "lstm", forgetBias: 2 },
  resetAfter: { ...BASE, resetAfter: false },
  seed: { ...BASE, layers: 2, dropout: 0.3, seed: 77 },
};

/** The options that decide nothing but the first weights, which a file replaces. */
const INITIAL = new Set(["init", "recurrentInit", "forgetBias"]);

/** The options in a file. */
function saved(bytes: Uint8Array): Record<string, unknown> {
  return JSON.parse(parseSafetensors(bytes).metadata.get("bptt.config") ?? "{}") as Record<string, unknown>;
}

describe.each(Object.entries(RNN))("%s of a network", (name, options) => {
  it("is in the file, and what was loaded gives the same file and continues with the same bits", () => {
    const rnn = new Rnn(options);
    const adam = new Adam({ learningRate: 0.01, weightDecay: 0.1 });
    rnn.freeze("w_hh_l0");
    for (let step = 0; step < 3; step++) rnn.trainStep(BATCH, adam, { carryState: !options.bidirectional });
    const bytes = rnn.save();
    if (!INITIAL.has(name)) expect(saved(bytes)[name]).toEqual(options[name as keyof RnnOptions]);
    const weights = Rnn.load(bytes);
    expect(weights.save()).toEqual(bytes);
    expect(weights.frozen).toEqual(["w_hh_l0"]);

    const whole = rnn.save({ optimizer: adam });
    const loaded = Rnn.load(whole);
    const optimizer = loaded.loadOptimizer(whole);
    expect(loaded.save({ optimizer })).toEqual(whole);
    for (let step = 0; step < 3; step++)
      expect(loaded.trainStep(BATCH, optimizer, { carryState: !options.bidirectional })).toEqual(
        rnn.trainStep(BATCH, adam, { carryState: !options.bidirectional }),
      );
    expect(loaded.save({ optimizer })).toEqual(rnn.save({ optimizer: adam }));
    for (const each of [rnn, weights, loaded]) each.free();
  });
});

const MODEL: CharRnnOptions = { text: TEXT, cell: "gru", hiddenSize: 6 };
const VOCABULARY = new Vocabulary([...new Set(TEXT)].sort());
/** The same for text models. */
const CHAR_RNN: {
  [Name in keyof Required<CharRnnOptions>]: CharRnnOptions & Required<Pick<CharRnnOptions, Name>>;
} = {
  // prettier-ignore
  text: { ...MODEL, text: TEXT.split(" ") },
  vocabulary: { cell: "gru", hiddenSize: 6, vocabulary: VOCABULARY },
  kind: {
    cell: "gru",
    hiddenSize: 6,
    vocabulary: new Vocabulary([...VOCABULARY.tokens, "\n"]),
    kind: "list",
  },
  unknown: { ...MODEL, unknown: "?" },
  tokens: { ...MODEL, tokens: "words" },
  maxTokens: { ...MODEL, maxTokens: 9 },
  cell: { ...MODEL, cell: "lstm" },
  hiddenSize: { ...MODEL, hiddenSize: 9 },
  layers: { ...MODEL, layers: 2 },
  dropout: { ...MODEL, layers: 2, dropout: 0.3 },
  seed: { ...MODEL, seed: 77 },
};

describe.each(Object.entries(CHAR_RNN))("%s of a text model", (_name, options) => {
  it("survives: the same file, the same generated text, and the same bits of further training", async () => {
    const model = new CharRnn(options);
    const list = model.kind === "list";
    const text = list ? TEXT.split(" ") : TEXT;
    const settings = { steps: 3, batchSize: 2, sequenceLength: 8 };
    await model.fit(text, settings);
    const bytes = model.save();
    const loaded = CharRnn.load(bytes);
    expect(loaded.save()).toEqual(bytes);
    expect(loaded.evaluate(text)).toEqual(model.evaluate(text));
    const generation = { length: 20, seed: 3, ...(list ? {} : { prompt: "so" }) };
    expect(loaded.generate(generation)).toBe(model.generate(generation));
    await Promise.all([model.fit(text, settings), loaded.fit(text, settings)]);
    expect(loaded.evaluate(text)).toEqual(model.evaluate(text));
    model.free();
    loaded.free();
  });
});
