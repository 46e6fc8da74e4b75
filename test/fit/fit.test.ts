/** Tests that `fit` over a real network gives the same bits as a loop over `trainStep`. */

import { Adam, cosine, fit, learningRateAt, Rnn, type Batch, type Batches, type Report } from "bptt";
import { describe, expect, it } from "vitest";
import { batchOf, BATCHES, bitsOf, SIZES } from "../support/runs.js";

describe("the same bits as a loop over trainStep", () => {
  it("epochs, with the default optimizer and clipping", async () => {
    const rnn = new Rnn(SIZES);
    const result = await fit(rnn, BATCHES, { epochs: 3 });
    const twin = new Rnn(SIZES);
    const adam = new Adam({ learningRate: 2e-3, epsilonMode: "torch" });
    let loss = NaN;
    for (let epoch = 0; epoch < 3; epoch++)
      for (const batch of BATCHES) ({ loss } = twin.trainStep(batch, adam, { clipNorm: 1 }));
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
    expect(result).toMatchObject({ steps: 15, epochs: 3, keptStep: 15, stopped: "finished", loss });
    expect(result.validationLoss).toBeUndefined();
    expect(result.divergence).toBeUndefined();
  });

  it("steps in the midst of an epoch, a schedule, another clipping, an optimizer of one's own", async () => {
    const rnn = new Rnn(SIZES);
    const schedule = cosine({ from: 0.1, steps: 10 });
    const reports: Report[] = [];
    const optimizer = new Adam({ beta1: 0.8 });
    const onProgress = (report: Report) => void reports.push(report);
    await fit(rnn, BATCHES, { steps: 12, learningRate: schedule, clipNorm: 0.1, optimizer, onProgress });
    const twin = new Rnn(SIZES);
    const adam = new Adam({ beta1: 0.8 });
    const want = [];
    for (let step = 0; step < 12; step++) {
      adam.learningRate = learningRateAt(schedule, step);
      const epoch = Math.floor(step / 5) + 1;
      const { loss, gradientNorm } = twin.trainStep(BATCHES[step % 5]!, adam, { clipNorm: 0.1 });
      want.push({ step: step + 1, epoch, loss, gradientNorm, learningRate: adam.learningRate });
    }
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
    expect(reports).toMatchObject(want);
  });

  it("clipNorm: false", async () => {
    const [rnn, twin] = [new Rnn(SIZES), new Rnn(SIZES)];
    const optimizers = [0, 1].map(() => new Adam({ epsilon: 1 })); // with a large ε the gradients' norm matters
    await fit(rnn, BATCHES, { steps: 5, clipNorm: false, optimizer: optimizers[0]!, learningRate: 100 });
    optimizers[1]!.learningRate = 100;
    const norms = BATCHES.map((batch) => twin.trainStep(batch, optimizers[1]!).gradientNorm);
    expect(Math.max(...norms)).toBeGreaterThan(1);
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
  });

  it("carryState: from batch to batch, an epoch's first from zeros", async () => {
    const [rnn, twin] = [new Rnn(SIZES), new Rnn(SIZES)];
    await fit(rnn, BATCHES, { epochs: 2, carryState: true });
    const adam = new Adam({ learningRate: 2e-3, epsilonMode: "torch" });
    for (let epoch = 0; epoch < 2; epoch++) {
      BATCHES.forEach((batch, n) => {
        const given = n === 0 ? { ...batch, initialState: twin.zeroState(2) } : batch;
        twin.trainStep(given, adam, { clipNorm: 1, carryState: true });
      });
    }
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
  });

  it("batches of other sizes at the next epoch's start, with carryState", async () => {
    const wide: Batch = { inputs: [[0], [1], [2]], targets: [[0], [1], [2]] };
    const sizes = (epoch: number) => (epoch === 1 ? BATCHES : [wide, wide]);
    const { steps } = await fit(new Rnn(SIZES), sizes, { epochs: 2, carryState: true });
    expect(steps).toBe(7);
  });

  const sources: [string, () => Batches][] = [
    ["a function of the epoch", () => (epoch) => BATCHES.map((_, n) => batchOf((n + epoch - 1) % 5))],
    [
      "an asynchronous generator function",
      () =>
        async function* (epoch) {
          for (let n = 0; n < 5; n++) {
            if (n % 2) await new Promise((resolve) => setTimeout(resolve));
            yield batchOf((n + epoch - 1) % 5);
          }
        },
    ],
    [
      "an iterable of one's own",
      () => {
        let epoch = 0;
        return {
          [Symbol.iterator]() {
            const first = epoch++;
            return BATCHES.map((_, n) => batchOf((n + first) % 5)).values();
          },
        };
      },
    ],
  ];
  it.each(sources)("%s", async (_, source) => {
    const [rnn, twin] = [new Rnn(SIZES), new Rnn(SIZES)];
    await fit(rnn, source(), { epochs: 2 });
    const adam = new Adam({ learningRate: 2e-3, epsilonMode: "torch" });
    for (const n of [0, 1, 2, 3, 4, 1, 2, 3, 4, 0]) twin.trainStep(batchOf(n), adam, { clipNorm: 1 });
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
  });

  it("a generator: one epoch", async () => {
    function* generator() {
      yield* BATCHES;
    }
    expect(await fit(new Rnn(SIZES), generator())).toMatchObject({
      steps: 5,
      epochs: 1,
      stopped: "finished",
    });
  });
});
