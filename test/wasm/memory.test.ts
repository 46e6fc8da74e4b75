/**
 * The wasm memory does not grow: not over steps, not over networks made and freed, not over calls that fail. It is
 * measured in whole pages of 64 KiB and compared exactly, so a leak of a byte a step would show.
 */

import { Adam, Rnn, sequenceLoss, type Batch, type RnnOptions } from "bptt";
import { describe, expect, it } from "vitest";
import { memory } from "../../ts/wasm/core.js";

const SIZES = { cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 4 } as const;
const BATCH: Batch = { inputs: [[0, 1, 2]], targets: [[1, 2, 3]] };
const DENSE: Batch = { inputs: [[[1, 0, 0, 0.5]]], targets: [[3]], sequenceLengths: [1], weights: [[0.5]] };

/** The growth in bytes over `times` calls of `work`, after a tenth of them as warm-up. */
function growth(times: number, work: (i: number) => void): number {
  for (let i = 0; i < times / 10; i++) work(i);
  const before = memory().buffer.byteLength;
  for (let i = 0; i < times; i++) work(i);
  return memory().buffer.byteLength - before;
}

/** The growth with one network, which is freed in the end. */
function growthOf(
  times: number,
  work: (rnn: Rnn, adam: Adam, i: number) => void,
  options: RnnOptions = SIZES,
): number {
  const rnn = new Rnn(options);
  const adam = new Adam({ learningRate: 1e-5 }); // nothing is to be learnt, and no course may leave what is finite
  try {
    return growth(times, (i) => work(rnn, adam, i));
  } finally {
    rnn.free();
  }
}

describe("flat over", () => {
  it("100 000 steps of training", () => {
    expect(growthOf(100_000, (rnn, adam) => rnn.trainStep(BATCH, adam))).toBe(0);
  });

  it("20 000 steps with all options, in changing shapes", () => {
    const shapes: Batch[] = [BATCH, DENSE, { inputs: [[1], [2], [3]], targets: [[1], [2], [3]] }];
    const options = { clipNorm: 1, returnState: true };
    expect(growthOf(20_000, (rnn, adam, i) => rnn.trainStep(shapes[i % 3]!, adam, options))).toBe(0);
  });

  it("20 000 steps that carry the state", () => {
    expect(growthOf(20_000, (rnn, adam) => rnn.trainStep(BATCH, adam, { carryState: true }))).toBe(0);
  });

  it.each([
    { cell: "relu", layers: 2, bidirectional: true },
    { cell: "gru", layers: 3, dropout: 0.5 },
    { cell: "gru", resetAfter: false, recurrentInit: "orthogonal" },
    { cell: "lstm", layers: 2, bidirectional: true, dropout: 0.5 },
  ] as Partial<RnnOptions>[])("2 000 rounds of a network with %o", (change) => {
    const shapes: Batch[] = [BATCH, DENSE, { inputs: [[1], [2], [3]], targets: [[1], [2], [3]] }];
    const numbers = { inputs: [[0, 1]], targets: [[[0, 0, 0, 1], [0, 1, 0, 0]]], loss: "meanSquaredError" } as const; // prettier-ignore
    const round = (rnn: Rnn, adam: Adam, i: number) => {
      rnn.trainStep(shapes[i % 3]!, adam, { clipNorm: 1, returnState: true });
      rnn.trainStep(BATCH, adam, { carryState: true });
      rnn.gradients(shapes[i % 3]!, { accumulate: true });
      rnn.gradients(numbers, { trace: true });
      rnn.gradients(numbers, { accumulate: true });
      rnn.applyGradients("accumulated", adam);
      rnn.evaluate(numbers);
      if (rnn.bidirectional) return;
      const session = rnn.session({ batch: 2, dense: i % 2 === 1 });
      session.step(i % 2 === 1 ? { data: new Float32Array(8), shape: [2, 4] } : [0, 1]);
      session.reset({ state: session.state() });
      session.free();
    };
    expect(growthOf(2_000, round, { ...SIZES, ...change })).toBe(0);
  });

  it("5 000 rounds of everything else", () => {
    const round = (rnn: Rnn, adam: Adam) => {
      const { logits, outputs } = rnn.forward(DENSE);
      rnn.evaluate(BATCH);
      const { gradients } = rnn.gradients(BATCH);
      rnn.backward({ inputs: DENSE.inputs, outputsGradient: outputs, logitsGradient: logits });
      rnn.applyGradients(gradients, adam, { clipNorm: 1 });
      rnn.setParameters(rnn.parameters);
      const session = rnn.session({ batch: 2 });
      session.step([0, 1]);
      session.free();
      sequenceLoss(logits, [[1]], { averageAcrossBatch: false });
    };
    expect(growthOf(5_000, round)).toBe(0);
  });

  it("10 000 networks made, trained and freed", () => {
    const one = (i: number) => {
      const rnn = new Rnn({ ...SIZES, hiddenSize: 1 + (i % 40), seed: i });
      rnn.trainStep(BATCH, new Adam());
      rnn.free();
    };
    expect(growth(10_000, one)).toBe(0);
  });

  it("10 000 calls of each kind that fail", () => {
    const failures: ((rnn: Rnn, adam: Adam) => unknown)[] = [
      (rnn, adam) => rnn.trainStep({ ...BATCH, inputs: [[0, 1, 9]] }, adam),
      (rnn, adam) => rnn.trainStep({ inputs: [[[NaN, 0, 0, 0]]], targets: [[1]] }, adam),
      (rnn) => rnn.applyGradients({ b_o: [1e38, 1e38, 1e38, Infinity] }, new Adam()),
      (rnn) => rnn.setParameters({ b_o: [1] }),
      (rnn) => rnn.zeroState(2 ** 31 - 1),
      (rnn) => rnn.session({ batch: 2, state: [[[1]]] }),
      () => new Rnn({ ...SIZES, hiddenSize: 100_000 }),
      () => sequenceLoss([[[1, 2]]], [[2]]),
    ];
    const fail = (rnn: Rnn, adam: Adam) => {
      for (const failure of failures) expectError(() => failure(rnn, adam));
    };
    expect(growthOf(10_000, fail)).toBe(0);
  });

  it("a step that fails for want of memory", () => {
    const rnn = new Rnn({ ...SIZES, hiddenSize: 1000 });
    const ask = () => rnn.forward({ inputs: { data: new Int32Array(600_000), shape: [600_000, 1] } });
    try {
      expect(growth(20, () => expectError(ask))).toBe(0);
      expect(ask).toThrow(/out of memory|too large|bytes/i);
    } finally {
      rnn.free();
    }
  });
});

it("and the measure sees what leaks", () => {
  // 50 times about 4 MB: more than the tests before have left free
  const leaked: Rnn[] = [];
  const leak = () => void leaked.push(new Rnn({ ...SIZES, hiddenSize: 500 }));
  try {
    expect(growth(50, leak)).toBeGreaterThan(0);
  } finally {
    for (const rnn of leaked) rnn.free();
  }
});

/** Plainer than `expect`, which is slow by the ten thousand. */
function expectError(work: () => unknown): void {
  try {
    work();
  } catch {
    return;
  }
  throw new Error("no error");
}
