/** Tests batches in shards: the training is the same, and the bits depend only on the number of shards. */

import { Adam, fit, Rnn, Sgd, type Batch, type FitOptions, type RnnOptions } from "bptt";
import { describe, expect, it } from "vitest";
import { addNeighbours, type TreeNode } from "../../ts/fit/tree-sum.js";

const SETTINGS: RnnOptions = { cell: "gru", inputSize: 5, hiddenSize: 9, outputSize: 5, seed: 3 };
const [ROWS, TIME] = [7, 6];

const ids = (shift: number): number[][] =>
  Array.from({ length: ROWS }, (_, b) => Array.from({ length: TIME }, (_, t) => (b * 3 + t * t + shift) % 5));

const BATCHES: Record<string, Batch> = {
  "all steps": { inputs: ids(0), targets: ids(1) },
  "lengths, some of them 0": { inputs: ids(0), targets: ids(1), sequenceLengths: [6, 0, 3, 1, 6, 5, 2] },
  weights: {
    inputs: ids(0),
    targets: ids(1),
    weights: ids(2).map((row, b) => row.map((id) => (b === 2 ? 0 : id / 2))),
  },
  "a sum of losses": {
    inputs: ids(0),
    targets: ids(1),
    averageAcrossTimesteps: false,
    averageAcrossBatch: false,
    sumOverTimesteps: true,
    sumOverBatch: true,
  },
  "dense features and squared errors": {
    inputs: ids(0).map((row) => row.map((id) => [id, 1, -id, 0.5, 0].map((x) => x / 4))),
    targets: ids(1).map((row) => row.map((id) => [id, 0, 1, -1, id].map((x) => x / 4))),
    loss: "meanSquaredError",
  },
};

/** Trains a new network and returns everything that the run computed. */
async function train(batches: Batch[], options: FitOptions, settings: RnnOptions = SETTINGS) {
  const rnn = new Rnn(settings);
  const trail: number[][] = [];
  const run = fit(rnn, batches, {
    steps: 12,
    ...options,
    onProgress: ({ loss, gradientNorm }) => void trail.push([loss, gradientNorm]),
  });
  const { stopped } = await run;
  const bytes = rnn.save({ optimizer: new Adam() }); // with the carried state
  const { parameters } = rnn;
  rnn.free();
  return { stopped, trail, bytes, parameters };
}

/** Asserts that two runs agree as far as float32 sums in a different order can. */
function expectClose(
  actual: Awaited<ReturnType<typeof train>>,
  expected: Awaited<ReturnType<typeof train>>,
): void {
  expect(actual.trail.length).toBe(expected.trail.length);
  for (const [i, [loss, norm]] of actual.trail.entries()) {
    // 2e-5: a dozen steps of float32 sums of about 40 terms
    expect(Math.abs(loss! / expected.trail[i]![0]! - 1)).toBeLessThan(2e-5);
    expect(Math.abs(norm! / expected.trail[i]![1]! - 1)).toBeLessThan(2e-4);
  }
  for (const [name, { data }] of Object.entries(actual.parameters)) {
    const other = expected.parameters[name]!.data;
    expect(Math.max(...data.map((x, i) => Math.abs(x - other[i]!)))).toBeLessThan(2e-5);
  }
}

describe("shards", () => {
  describe.each(Object.keys(BATCHES))("%s", (name) => {
    it.each([2, 4, 7, 100])("train as the whole batch does in %i shards", async (shards) => {
      const options = (): FitOptions => ({ optimizer: new Sgd({ learningRate: 0.1 }), clipNorm: 0.1 });
      const whole = await train([BATCHES[name]!], options());
      expectClose(await train([BATCHES[name]!], { ...options(), shards }), whole);
    });
  });

  it("carry the state of their rows on", async () => {
    const batches = [BATCHES["all steps"]!, { inputs: ids(2), targets: ids(3) }];
    for (const cell of ["gru", "lstm"] as const) {
      const options = (): FitOptions => ({ optimizer: new Sgd({ learningRate: 0.1 }), carryState: true });
      const whole = await train(batches, options(), { ...SETTINGS, cell });
      expectClose(await train(batches, { ...options(), shards: 3 }, { ...SETTINGS, cell }), whole);
      const cut = await train(batches, options(), { ...SETTINGS, cell });
      expect(cut.bytes).toEqual(whole.bytes);
    }
  });

  it("drop what the whole batch drops", async () => {
    const settings: RnnOptions = { ...SETTINGS, layers: 2, dropout: 0.4 };
    const options = (): FitOptions => ({ optimizer: new Sgd({ learningRate: 0.1 }) });
    const whole = await train([BATCHES["all steps"]!], options(), settings);
    expectClose(await train([BATCHES["all steps"]!], { ...options(), shards: 3 }, settings), whole);
  });

  it("resume with the same bits", async () => {
    const batches = [BATCHES["all steps"]!, BATCHES["weights"]!];
    const options: FitOptions = { steps: 12, shards: 4, carryState: true };
    const settings: RnnOptions = { ...SETTINGS, layers: 2, dropout: 0.4 };
    const whole = new Rnn(settings);
    await fit(whole, batches, options);
    const first = new Rnn(settings);
    const run = fit(first, batches, {
      ...options,
      onProgress: ({ step }) => void (step === 5 && run.stop()),
    });
    await run;
    const second = new Rnn(settings);
    await fit(second, batches, { ...options, resumeFrom: await run.checkpoint() });
    expect(second.save()).toEqual(whole.save());
  });

  it("end as diverged where the loss is not finite, with the weights before", async () => {
    const rnn = new Rnn({ ...SETTINGS, cell: "relu" });
    const result = await fit(rnn, [BATCHES["all steps"]!], {
      steps: 50,
      shards: 2,
      optimizer: new Sgd({ learningRate: 1e20 }),
      clipNorm: false,
    });
    expect(result.stopped).toBe("diverged");
    for (const { data } of Object.values(rnn.parameters)) expect(data.every(Number.isFinite)).toBe(true);
  });

  it("name the place of a wrong value in the whole batch", async () => {
    const inputs = ids(0);
    inputs[5]![2] = 9;
    const run = fit(new Rnn(SETTINGS), [{ inputs, targets: ids(1) }], { shards: 4 });
    await expect(run).rejects.toThrow("batches[0].inputs[5][2]: expected an id in 0..4, received 9");
  });

  it("need a step of the library", () => {
    const trainStep = () => ({ loss: 0, gradientNorm: 0 });
    expect(() => fit(new Rnn(SETTINGS), [], { shards: 2, trainStep })).toThrow(
      "shards: expected 1 with a trainStep, received 2",
    );
    for (const shards of [0, 1.5, -1, NaN]) {
      expect(() => fit(new Rnn(SETTINGS), [], { shards })).toThrow("shards: expected");
    }
  });
});

describe("the tree", () => {
  it.each([1, 2, 3, 5, 8, 13])("adds %i vectors to the same bits, however they are distributed", (count) => {
    const leaves = (): TreeNode[] =>
      Array.from({ length: count }, (_, index) => ({
        level: 0,
        index,
        sum: Float32Array.of(1 / (index + 1), 1e7 * (index % 3), Math.fround(0.1 * index)),
      }));
    const whole = addNeighbours(leaves(), count);
    expect(whole).toHaveLength(1);
    for (let holders = 2; holders <= count; holders++) {
      const parts = Array.from({ length: holders }, (_, holder) =>
        leaves().filter(({ index }) => Math.floor((index * holders) / count) === holder),
      );
      const pending = parts.flatMap((part) => addNeighbours(part, count)).reverse();
      expect(addNeighbours(pending, count)).toEqual(whole);
    }
  });

  it("adds neighbours first", () => {
    const values = [1, 2 ** -24, 2 ** -24, 2 ** -24].map((x, index) => ({
      level: 0,
      index,
      sum: Float32Array.of(x),
    }));
    // (1 + 2⁻²⁴) = 1 and (2⁻²⁴ + 2⁻²⁴) = 2⁻²³
    expect(addNeighbours(values, 4)[0]?.sum[0]).toBe(1 + 2 ** -23);
  });
});
