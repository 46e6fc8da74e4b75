/**
 * Compares `fit` for every cell, in layers and two directions, with carried state and dropout, with plain
 * loops; and tests dropout's count.
 */

import {
  Adam,
  fit,
  RmsProp,
  Rnn,
  type Batch,
  type LstmState,
  type RnnOptions,
  type RunCheckpoint,
  type State,
} from "bptt";
import { describe, expect, it } from "vitest";
import { BATCHES, bitsOf, SIZES, VALIDATION } from "../support/runs.js";

const NETWORKS: Record<string, RnnOptions> = {
  relu: { ...SIZES, cell: "relu" },
  gru: { ...SIZES, cell: "gru" },
  "gru, reset before, two layers": { ...SIZES, cell: "gru", resetAfter: false, layers: 2 },
  lstm: { ...SIZES, cell: "lstm" },
  "lstm, two layers, dropout": { ...SIZES, cell: "lstm", layers: 2, dropout: 0.5 },
  "gru, three layers, two directions, dropout": {
    ...SIZES,
    cell: "gru",
    layers: 3,
    bidirectional: true,
    dropout: 0.2,
  },
};

const torchAdam = () => new Adam({ learningRate: 2e-3, epsilonMode: "torch" });

describe.each(Object.entries(NETWORKS))("%s: the same bits as a loop over trainStep", (_, network) => {
  it("plain", async () => {
    const [rnn, twin] = [new Rnn(network), new Rnn(network)];
    const { loss } = await fit(rnn, BATCHES, { epochs: 3 });
    const adam = torchAdam();
    let last = NaN;
    for (let epoch = 0; epoch < 3; epoch++)
      for (const batch of BATCHES) last = twin.trainStep(batch, adam, { clipNorm: 1 }).loss;
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
    expect(loss).toBe(last);
  });

  it("carried state, validation between the steps, another optimizer", async () => {
    const [rnn, twin] = [new Rnn(network), new Rnn(network)];
    const optimizer = new RmsProp({ learningRate: 0.01, momentum: 0.5 });
    const options = { epochs: 2, carryState: true, validation: VALIDATION, validateEvery: 2 };
    const { validationLoss } = await fit(rnn, BATCHES, { ...options, optimizer });
    const own = new RmsProp({ learningRate: 0.01, momentum: 0.5 });
    for (let epoch = 0; epoch < 2; epoch++) {
      BATCHES.forEach((batch, n) => {
        const given = n === 0 ? { ...batch, initialState: twin.zeroState(2) } : batch;
        twin.trainStep(given, own, { clipNorm: 1, carryState: true });
      });
    }
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
    // each of these batches has 6 steps of weight 1, so all count the same
    const losses = VALIDATION.map((batch) => twin.evaluate(batch).loss);
    expect(validationLoss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss) / losses.length, 12);
  });
});

describe("regression", () => {
  it("validates by the mean squared error, weighted as the batches are", async () => {
    const rnn = new Rnn({ ...SIZES, cell: "lstm", outputSize: 2 });
    const wide = (n: number): Batch => ({
      inputs: [[n % 4, 1, 2]],
      targets: [[1, 2, 3].map((t) => [Math.fround(n / t / 10), 0.5])],
      loss: "meanSquaredError",
    });
    const long: Batch = { ...wide(3), weights: [[1, 1, 0]] };
    const { validationLoss } = await fit(rnn, [wide(0), wide(1)], {
      epochs: 2,
      validation: [wide(2), long],
    });
    const [a, b] = [rnn.evaluate(wide(2)).loss, rnn.evaluate(long).loss];
    expect(validationLoss).toBeCloseTo((a * 3 + b * 2) / 5, 12);
  });
});

describe("an lstm's carried state in a checkpoint", () => {
  it("is h and c", async () => {
    const [rnn, twin] = [new Rnn(NETWORKS["lstm"]!), new Rnn(NETWORKS["lstm"]!)];
    const held: RunCheckpoint[] = [];
    const run = fit(rnn, BATCHES, {
      epochs: 1,
      carryState: true,
      onProgress: ({ step }) => {
        if (step === 2) void run.checkpoint().then((checkpoint) => held.push(checkpoint));
      },
    });
    expect((await run.checkpoint()).state.carried).toBeNull(); // before the first step: zeros
    await run;
    let state: State | undefined;
    const adam = torchAdam();
    for (const batch of BATCHES.slice(0, 2))
      ({ state } = twin.trainStep(batch, adam, { clipNorm: 1, carryState: true, returnState: true }));
    expect(Object.keys(held[0]!.state.carried as LstmState)).toEqual(["h", "c"]);
    expect(held[0]!.state.carried).toEqual(state);
  });
});

describe("how far dropout's draws have come", () => {
  const network: RnnOptions = { ...SIZES, cell: "gru", layers: 2, dropout: 0.5 };

  it("is part of the state, from where the network stood when the run began", async () => {
    const rnn = new Rnn(network);
    const adam = torchAdam();
    for (const batch of BATCHES.slice(0, 3)) rnn.trainStep(batch, adam);
    const run = fit(rnn, BATCHES, { epochs: 2, optimizer: adam });
    const before = structuredClone(await run.checkpoint());
    const { state } = await run;
    expect([before.state.dropoutStep, state.dropoutStep]).toEqual([3, 13]);

    const elsewhere = new Rnn(network);
    await fit(elsewhere, BATCHES, { epochs: 2, resumeFrom: before });
    expect(bitsOf(elsewhere)).toEqual(bitsOf(rnn));
    // with other random numbers the losses would differ
    const other = new Rnn(network);
    const state0 = { ...before.state, dropoutStep: 0 };
    await fit(other, BATCHES, { epochs: 2, resumeFrom: { ...before, state: state0 } });
    expect(bitsOf(other)).not.toEqual(bitsOf(rnn));
  });

  it("remains 0 without dropout, independently of earlier calls", async () => {
    const rnn = new Rnn(SIZES);
    rnn.trainStep(BATCHES[0]!, new Adam());
    const { state } = await fit(rnn, BATCHES, { epochs: 1 });
    expect(state.dropoutStep).toBe(0);
  });

  it("counts what a step of one's own drops", async () => {
    const [rnn, twin] = [new Rnn(network), new Rnn(network)];
    const { state } = await fit(rnn, BATCHES, {
      epochs: 1,
      trainStep: (batch, { optimizer, clipNorm }) => {
        const { loss } = rnn.gradients(batch, { accumulate: true });
        return { loss, ...rnn.applyGradients("accumulated", optimizer, { clipNorm }) };
      },
    });
    const adam = torchAdam();
    for (const batch of BATCHES) twin.trainStep(batch, adam, { clipNorm: 1 });
    expect(state.dropoutStep).toBe(5);
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
  });
});

describe("while a run has the network", () => {
  it("what would change its course is refused; what only looks is not", async () => {
    const rnn = new Rnn({ ...SIZES, cell: "gru", layers: 2, dropout: 0.5 });
    const twin = new Rnn({ ...SIZES, cell: "gru", layers: 2, dropout: 0.5 });
    const busy = expect.objectContaining({ code: "BUSY" }) as Error;
    const onProgress = () => {
      expect(() => rnn.gradients(BATCHES[0]!, { accumulate: true })).toThrow(busy);
      expect(() => rnn.freeze("b_o")).toThrow(busy);
      expect(() => rnn.unfreeze([])).toThrow(busy);
      rnn.gradients(BATCHES[1]!, { trace: true });
      rnn.session({ batch: 3 }).step([0, 1, 2]);
    };
    await fit(rnn, BATCHES, { epochs: 2, onProgress });
    await fit(twin, BATCHES, { epochs: 2 });
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
  });
});
