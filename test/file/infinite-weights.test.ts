/** Tests that no model with infinite weights comes out of a file: each `load` names the weight. */

import { CharRnn, Forecaster, Rnn, SequenceClassifier, SequenceTagger } from "bptt";
import { toKeras, toOnnx } from "bptt/convert";
import { describe, expect, it } from "vitest";
import { edited } from "../support/models.js";

const SIZES = { hiddenSize: 4, seed: 1 };
const NETWORK = { cell: "gru", inputSize: 3, outputSize: 3, ...SIZES } as const;
const labelled = ["up", "down"].map((label, i) => ({ input: [1, 2 + i, 3], label }));
const tagged = [{ input: [1, 2, 3], tags: ["a", "b", "a"] }];

const models: [string, () => { save(): Uint8Array; free(): void }, (bytes: Uint8Array) => unknown][] = [
  ["Rnn", () => new Rnn(NETWORK), (b) => Rnn.load(b)],
  ["CharRnn", () => new CharRnn({ text: "so much depends", ...SIZES }), (b) => CharRnn.load(b)],
  [
    "Forecaster",
    () => new Forecaster({ data: Array.from({ length: 40 }, (_, t) => t % 7), horizon: 3, ...SIZES }),
    (b) => Forecaster.load(b),
  ],
  [
    "SequenceClassifier",
    () => new SequenceClassifier({ data: labelled, ...SIZES }),
    (b) => SequenceClassifier.load(b),
  ],
  ["SequenceTagger", () => new SequenceTagger({ data: tagged, ...SIZES }), (b) => SequenceTagger.load(b)],
];

/** Saves a new model. */
function saved(make: () => { save(): Uint8Array; free(): void }): Uint8Array {
  const model = make();
  const bytes = model.save();
  model.free();
  return bytes;
}

describe.each(models)("%s.load", (_, make, load) => {
  const file = saved(make);
  const names: string[] = [];
  edited(file, (tensors) => void names.push(...tensors.keys()));
  const weights = names.filter((name) => /weight|bias/.test(name));

  it("reads the file as it was saved", () => {
    expect(weights.length).toBeGreaterThanOrEqual(6);
    (load(edited(file, () => undefined)) as { free(): void }).free();
  });

  it.each(weights)("refuses infinity in %s", (name) => {
    for (const value of [Infinity, -Infinity]) {
      const bytes = edited(file, (tensors) => void (tensors.get(name)!.data[1] = value));
      const expected = { expected: "a finite number (float32)", received: String(value) };
      expect(() => load(bytes)).toThrow(
        expect.objectContaining({ name: "RangeError", path: ["bytes", "tensors", name, 1], ...expected }),
      );
    }
  });
});

describe.each([
  ["toOnnx", toOnnx],
  ["toKeras", toKeras],
])("%s", (_, convert) => {
  it("refuses infinity in a parameter", () => {
    using rnn = new Rnn(NETWORK);
    const { parameters } = rnn;
    parameters["w_ho"]!.data[1] = Infinity;
    expect(() => convert({ ...NETWORK, parameters })).toThrow(
      expect.objectContaining({
        name: "RangeError",
        expected: "a finite number (float32)",
        received: "Infinity",
      }),
    );
  });
});
