import { expect, expectTypeOf, it } from "vitest";
import { Rnn, type Batch, type ClassBatch, type RnnOptions } from "bptt";
import { bits } from "../support/twins.js";

const CELLS = ["tanh", "relu", "gru", "lstm"] as const;
const options = { inputSize: 4, hiddenSize: 5, outputSize: 3, seed: 3 } as const;
const inputs = [
  [0, 1, 2, 3, 0, 1],
  [3, 2, 1, 0, 3, 2],
];
const targets = [
  [1, 2, 0, 1, 2, 0],
  [0, 2, 1, 0, 2, 1],
];
const cut = (rows: number[][], from: number, to: number) => rows.map((row) => row.slice(from, to));

it.each(CELLS)("evaluate returns the state of forward, and a batch accepts it (%s)", (cell) => {
  const rnn = new Rnn({ ...options, cell, layers: 2 } as RnnOptions);
  const whole = rnn.forward({ inputs });
  const first = rnn.evaluate(
    { inputs: cut(inputs, 0, 4), targets: cut(targets, 0, 4) },
    { returnState: true },
  );
  const { state, ...rest } = first;
  expect(Object.keys(rest)).toEqual(["loss", "accuracy"]);
  const second = rnn.evaluate(
    { inputs: cut(inputs, 4, 6), targets: cut(targets, 4, 6), initialState: state! },
    { returnState: true },
  );
  expect(second.state).toEqual(whole.state);
  expect(rnn.evaluate({ inputs, targets })).not.toHaveProperty("state");
  rnn.free();
});

it("evaluate refuses other options", () => {
  const rnn = new Rnn({ ...options, cell: "gru" });
  const batch = { inputs, targets };
  expect(() => rnn.evaluate(batch, { returnState: 1 as unknown as boolean })).toThrow(TypeError);
  expect(() => rnn.evaluate(batch, { trace: true } as object)).toThrow(/received "trace"; known are/);
  expect(() => rnn.forward(batch, { trace: "yes" as unknown as boolean })).toThrow(TypeError);
  rnn.free();
});

it("evaluate of a batch whose loss is not known has a type with both metrics", () => {
  const rnn = new Rnn({ ...options, cell: "gru" });
  const batch: Batch = { inputs, targets } as ClassBatch;
  const { accuracy, meanAbsoluteError } = rnn.evaluate(batch as Batch);
  expectTypeOf(accuracy).toEqualTypeOf<number | undefined>();
  expect(accuracy).toBeGreaterThanOrEqual(0);
  expect(meanAbsoluteError).toBeUndefined();
  rnn.free();
});

it.each(CELLS)("forward returns the trace of gradients, without dropout (%s)", (cell) => {
  const config = { ...options, cell, layers: 2, bidirectional: true } as RnnOptions;
  const plain = new Rnn(config);
  const dropping = new Rnn({ ...config, dropout: 0.5 });
  const batch = { inputs, targets, sequenceLengths: [6, 3] };
  const { hiddenGradients, ...expected } = plain.gradients(batch, { trace: true }).trace!;
  expect(hiddenGradients.shape).toEqual([6, 4, 2, 5]);
  for (const rnn of [plain, dropping]) {
    const { trace, outputs, logits, state } = rnn.forward(batch, { trace: true });
    expect(trace).toEqual(expected);
    const without = rnn.forward(batch);
    expect(without).toEqual({ outputs, logits, state });
    expect(bits(logits.data)).toEqual(bits(without.logits.data));
    rnn.free();
  }
});
