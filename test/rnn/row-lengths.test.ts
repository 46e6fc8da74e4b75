/** Rows of different lengths: nested arrays without padding give what padded ones give, wherever a batch is taken. */
import { describe, expect, it } from "vitest";
import { Adam, fit, Rnn, sequenceLoss, type Batch } from "bptt";

const IDS = { cell: "gru", inputSize: 4, hiddenSize: 5, outputSize: 3, seed: 1 } as const;
const DENSE = { ...IDS, inputSize: 2 } as const;
const LENGTHS = [2, 3, 0, 1];

const padded = {
  inputs: [[0, 1, 0], [1, 2, 3], [0, 0, 0], [3, 0, 0]],
  targets: [[2, 1, 0], [0, 1, 2], [0, 0, 0], [1, 0, 0]],
  weights: [[1, 2, 0], [3, 4, 5], [0, 0, 0], [6, 0, 0]],
}; // prettier-ignore
const ragged = {
  inputs: [[0, 1], [1, 2, 3], [], [3]],
  targets: [[2, 1], [0, 1, 2], [], [1]],
  weights: [[1, 2], [3, 4, 5], [], [6]],
}; // prettier-ignore
const features = (ids: number[][]) => ids.map((row) => row.map((id) => [id / 4, 1 - id]));
const numbers = (ids: number[][]) => ids.map((row) => row.map((id) => [id, -id, 0.5]));

const FORMS: [string, typeof IDS | typeof DENSE, (rows: typeof padded) => Batch][] = [
  ["ids and classes", IDS, (rows) => rows],
  ["features and classes", DENSE, (rows) => ({ ...rows, inputs: features(rows.inputs) })],
  [
    "features and numbers",
    DENSE,
    ({ inputs, targets, weights }) => ({
      inputs: features(inputs),
      targets: numbers(targets),
      weights,
      loss: "meanSquaredError",
    }),
  ],
];

describe.each(FORMS)("%s", (_, options, form) => {
  const full: Batch = { ...form(padded), sequenceLengths: LENGTHS };
  const given: [string, Batch][] = [
    ["lengths", { ...form(ragged), sequenceLengths: LENGTHS }],
    ["the rows' own", { ...form(ragged), sequenceLengths: "ragged" }],
    [
      "padded targets and weights",
      { ...form({ ...padded, inputs: ragged.inputs }), sequenceLengths: "ragged" },
    ],
    ["padded inputs", { ...form({ ...ragged, inputs: padded.inputs }), sequenceLengths: LENGTHS }],
  ];

  it.each(given)("%s: every call", async (_name, batch) => {
    const rnn = new Rnn(options);
    expect(rnn.forward(batch)).toEqual(rnn.forward(full));
    expect(rnn.gradients(batch, { trace: true })).toEqual(rnn.gradients(full, { trace: true }));
    expect(rnn.evaluate(batch)).toEqual(rnn.evaluate(full));
    const results = [];
    for (const each of [full, batch]) {
      const network = new Rnn(options);
      const step = network.trainStep(each, new Adam({ learningRate: 0.01 }));
      const run = await fit(network, [each], { epochs: 2, validation: [each] });
      const { loss, validationLoss } = run;
      results.push({ step, loss, validationLoss, parameters: network.parameters });
    }
    expect(results[1]).toEqual(results[0]);
  });
});

it("takes typed rows", () => {
  const rnn = new Rnn(IDS);
  const typed = {
    inputs: ragged.inputs.map((row) => Uint8Array.from(row)),
    targets: ragged.targets.map((row) => Int32Array.from(row)),
    weights: ragged.weights.map((row) => Float64Array.from(row)),
    sequenceLengths: "ragged",
  } as const;
  expect(rnn.gradients(typed)).toEqual(rnn.gradients({ ...padded, sequenceLengths: LENGTHS }));
});

it("takes a first row that is empty", () => {
  const rnn = new Rnn(DENSE);
  const [a, b] = [[[], [[1, 2]]], [[[0, 0]], [[1, 2]]]]; // prettier-ignore
  const lengths = [0, 1];
  const want = rnn.forward({ inputs: b, sequenceLengths: lengths });
  expect(rnn.forward({ inputs: a, sequenceLengths: "ragged" })).toEqual(want);
  expect(rnn.forward({ inputs: a, sequenceLengths: lengths })).toEqual(want);
});

it("takes ragged gradients in backward", () => {
  const rnn = new Rnn({ inputSize: 4, hiddenSize: 2, cell: "tanh" });
  const inputs = ragged.inputs;
  const gradient = (rows: number[][]) => rows.map((row) => row.map((id) => [id, 1]));
  const given = { sequenceLengths: "ragged" as const, inputs, outputsGradient: gradient(ragged.targets) };
  const want = rnn.backward({ ...given, outputsGradient: gradient(padded.targets) });
  expect(rnn.backward(given)).toEqual(want);
});

describe("sequenceLoss", () => {
  const rnn = new Rnn(IDS);
  const full = { ...padded, sequenceLengths: LENGTHS };
  const { logits } = rnn.forward(full);

  it("takes lengths with the meaning that they have in a batch", () => {
    const { weights, targets } = ragged;
    const want = rnn.evaluate(full).loss;
    expect(sequenceLoss(logits, targets, { weights, sequenceLengths: LENGTHS })).toBe(want);
    const heavy = padded.weights.map((row, b) => row.map((w, t) => (t < LENGTHS[b]! ? w : 99)));
    expect(sequenceLoss(logits, padded.targets, { weights: heavy, sequenceLengths: LENGTHS })).toBe(want);
  });

  it("weighs 1 within the lengths by default", () => {
    const { weights: _, ...plain } = full;
    const want = rnn.evaluate(plain).loss;
    expect(sequenceLoss(logits, ragged.targets, { sequenceLengths: LENGTHS })).toBe(want);
  });

  it("takes ragged logits", () => {
    const rows = LENGTHS.map((length, b) =>
      Array.from({ length }, (_, t) => [...logits.data.subarray((b * 3 + t) * 3, (b * 3 + t + 1) * 3)]),
    );
    const { targets, weights } = ragged;
    expect(sequenceLoss(rows, targets, { weights, sequenceLengths: "ragged" })).toBe(rnn.evaluate(full).loss);
  });

  it("has zeros past the lengths in a matrix", () => {
    const flags = { averageAcrossTimesteps: false, averageAcrossBatch: false };
    const { data } = sequenceLoss(logits, ragged.targets, { ...flags, sequenceLengths: LENGTHS }) as {
      data: Float32Array;
    };
    expect(Array.from(data, (x) => x > 0)).toEqual(LENGTHS.flatMap((n) => [n > 0, n > 1, n > 2]));
  });
});

describe("a step past a length never counts", () => {
  const rnn = new Rnn(IDS);
  const heavy = { ...padded, weights: padded.weights.map((row) => row.map((w) => (w === 0 ? 50 : w))) };
  const sums = {
    averageAcrossTimesteps: false,
    averageAcrossBatch: false,
    sumOverTimesteps: true,
    sumOverBatch: true,
  };

  it.each([{}, sums])("in loss, divisor, accuracy and gradients %#", (flags) => {
    const [a, b] = [padded, heavy].map((batch) => ({ ...batch, ...flags, sequenceLengths: LENGTHS }));
    expect(rnn.evaluate(b!)).toEqual(rnn.evaluate(a!));
    expect(rnn.gradients(b!)).toEqual(rnn.gradients(a!));
  });

  it("in the validation of a run", async () => {
    const losses = [];
    for (const validation of [padded, heavy]) {
      const network = new Rnn(IDS);
      const lengths = { sequenceLengths: LENGTHS };
      const batch = { inputs: [[0]], targets: [[1]] };
      // two batches: their divisors weigh them
      const run = fit(network, [batch], { epochs: 1, validation: [{ ...validation, ...lengths }, batch] });
      const result = await run;
      losses.push(result.validationLoss);
    }
    expect(losses[1]).toBe(losses[0]);
    expect(losses[0]).toBeGreaterThan(0);
  });

  it("and its weight is not read", () => {
    const weights = padded.weights.map((row, b) => row.map((w, t) => (t < LENGTHS[b]! ? w : NaN)));
    const lengths = { sequenceLengths: LENGTHS };
    const want = rnn.evaluate({ ...padded, ...lengths });
    expect(rnn.evaluate({ ...padded, weights, ...lengths })).toEqual(want);
    const flat = { data: weights.flat(), shape: [4, 3] };
    expect(rnn.evaluate({ ...padded, weights: flat, ...lengths })).toEqual(want);
    const typed = { data: Float32Array.from(weights.flat()), shape: [4, 3] };
    expect(rnn.evaluate({ ...padded, weights: typed, ...lengths })).toEqual(want);
  });
});

describe("errors", () => {
  const rnn = new Rnn(IDS);
  const evaluate = (batch: object) => () => rnn.evaluate(batch as Batch);
  const lengths = { sequenceLengths: LENGTHS };
  const cases: [string, () => unknown, string][] = [
    ["no lengths", evaluate(ragged), "inputs[1]: expected 2 ids as in inputs[0] (sequenceLengths allows"],
    [
      "a row shorter than its length",
      evaluate({ ...ragged, sequenceLengths: [2, 3, 1, 1] }),
      "inputs[2]: expected 1 to 3 ids",
    ],
    [
      "targets shorter than the length",
      evaluate({ ...ragged, ...lengths, targets: [[2], [0, 1, 2], [], [1]] }),
      "targets[0]: expected 2 to 3 ids as in targets[0], received 1",
    ],
    [
      "targets that are not the rows' own",
      evaluate({ ...ragged, sequenceLengths: "ragged", targets: [[2, 1], [0, 1, 2], [], [1, 1]] }),
      "targets[3]: expected 1 or 3 ids",
    ],
    [
      "weights longer than the inputs",
      evaluate({ ...ragged, ...lengths, weights: [[1, 2], [3, 4, 5, 6], [], [6]] }),
      "weights[1]: expected 3 numbers, received 4",
    ],
    [
      "flat inputs",
      evaluate({ ...ragged, inputs: { data: [0, 1], shape: [1, 2] }, sequenceLengths: "ragged" }),
      "sequenceLengths: expected lengths (B)",
    ],
    ["another word", evaluate({ ...ragged, sequenceLengths: "jagged" }), 'sequenceLengths: expected 4 integers'],
    ["only empty rows", evaluate({ ...ragged, inputs: [[], []], sequenceLengths: "ragged" }), "inputs: expected at least one"],
    [
      "a longer length than the longest row",
      evaluate({ ...ragged, sequenceLengths: [2, 4, 0, 1] }),
      "sequenceLengths[1]: expected a length in 0..3, received 4",
    ],
  ]; // prettier-ignore

  it.each(cases)("%s", (_, call, message) => {
    expect(call).toThrow(RangeError);
    expect(call).toThrow(message);
  });
});
