/** Tests the validation of a run, and the best weights that patience keeps. */

import { Adam, fit, Rnn, type Batch, type Report } from "bptt";
import { describe, expect, it } from "vitest";
import { BATCHES, bitsOf, SIZES, VALIDATION } from "../support/runs.js";

describe("validation", () => {
  it("is the loss of all its batches together, however they are cut", async () => {
    const rnn = new Rnn(SIZES);
    // rows of different lengths and weights, as one batch and cut into single rows
    const inputs = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 1, 2, 2]]; // prettier-ignore
    const targets = [[1, 2, 0, 1], [0, 0, 1, 2], [2, 1, 0, 2]]; // prettier-ignore
    const weights = [[1, 1, 0.5, 1], [0, 0, 0, 0], [2, 1, 1, 0.25]]; // prettier-ignore
    const sequenceLengths = [4, 4, 3];
    const whole: Batch = { inputs, targets, weights, sequenceLengths };
    const rows = inputs.map((_, b): Batch => ({
      inputs: [inputs[b]!],
      targets: [targets[b]!],
      weights: [weights[b]!],
      sequenceLengths: [sequenceLengths[b]!],
    }));
    for (const flags of [
      {},
      {
        sumOverTimesteps: true,
        sumOverBatch: true,
        averageAcrossTimesteps: false,
        averageAcrossBatch: false,
      },
    ]) {
      const want = (): number => rnn.evaluate({ ...whole, ...flags }).loss;
      const { validationLoss } = await fit(rnn, BATCHES, {
        steps: 1,
        validation: rows.map((row) => ({ ...row, ...flags })),
      });
      // the same terms summed in another order: a few roundings of float32
      expect(Math.abs(validationLoss! - want())).toBeLessThan(1e-6);
      expect(
        (await fit(rnn, BATCHES, { steps: 1, validation: [{ ...whole, ...flags }] })).validationLoss,
      ).toBe(want());
    }
  });

  it("comes at the end of each epoch, and at the end", async () => {
    const seen = new Map<number, number | undefined>();
    const onProgress = ({ step, validationLoss }: Report) => void seen.set(step, validationLoss);
    const rnn = new Rnn(SIZES);
    const result = await fit(rnn, BATCHES, { steps: 12, validation: VALIDATION, onProgress });
    expect([...seen.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(seen.get(4)).toBeUndefined();
    expect(seen.get(5)).toBe(seen.get(9));
    expect(new Set(seen.values()).size).toBe(4); // none, and those after 5, 10 and 12 steps
    const losses = VALIDATION.map((batch) => rnn.evaluate(batch).loss);
    expect(seen.get(12)).toBe((losses[0]! * 6 + losses[1]! * 6 + losses[2]! * 6) / 18);
    expect(result.validationLoss).toBe(seen.get(12));
  });

  it("comes each so many steps", async () => {
    const validated: number[] = [];
    let last = 0;
    const rnn = new Rnn(SIZES);
    await fit(rnn, BATCHES, {
      epochs: 2,
      validation: () => {
        validated.push(last);
        return VALIDATION;
      },
      validateEvery: 3,
      onProgress: ({ step }) => void (last = step),
    });
    expect(validated).toEqual([3, 6, 9, 10]);
  });

  it("changes nothing in what is trained", async () => {
    const [rnn, twin] = [new Rnn(SIZES), new Rnn(SIZES)];
    const options = { epochs: 3, carryState: true };
    await fit(rnn, BATCHES, { ...options, validation: VALIDATION, validateEvery: 2 });
    await fit(twin, BATCHES, options);
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
  });
});

describe("patience", () => {
  // the training contradicts the validation, whose loss falls at first and then rises
  const TRAINED: Batch[] = [{ inputs: [[0, 1, 2, 3]], targets: [[0, 1, 2, 0]] }];
  const HELD_OUT: Batch[] = [{ inputs: [[0, 1, 2, 3]], targets: [[0, 1, 1, 2]] }];
  const options = { steps: 200, learningRate: 0.02, validation: HELD_OUT, validateEvery: 5 };

  /** Computes the run's rule in a plain loop. */
  function byHand(patience: number) {
    const rnn = new Rnn(SIZES);
    const adam = new Adam({ learningRate: 0.02, epsilonMode: "torch" });
    let best = { loss: Infinity, step: 0, bits: {} };
    let stale = 0;
    let step = 0;
    while (step < 200 && stale < patience) {
      rnn.trainStep(TRAINED[0]!, adam, { clipNorm: 1 });
      if (++step % 5 !== 0) continue;
      const { loss } = rnn.evaluate(HELD_OUT[0]!);
      stale = loss < best.loss ? 0 : stale + 1;
      if (stale === 0) best = { loss, step, bits: bitsOf(rnn) };
    }
    return { best, step };
  }

  it.each([1, 3, 10])("%d: ends, and the network has the best weights", async (patience) => {
    const rnn = new Rnn(SIZES);
    const result = await fit(rnn, TRAINED, { ...options, patience });
    const { best, step } = byHand(patience);
    expect(step).toBeLessThan(200);
    expect(result).toMatchObject({
      steps: step,
      stopped: "early",
      keptStep: best.step,
      validationLoss: best.loss,
    });
    expect(bitsOf(rnn)).toEqual(best.bits);
    expect(rnn.evaluate(HELD_OUT[0]!).loss).toBe(best.loss);
  });

  it("Infinity: continues to the end, and the network has the best weights", async () => {
    const rnn = new Rnn(SIZES);
    const result = await fit(rnn, TRAINED, { ...options, patience: Infinity });
    const { best } = byHand(Infinity);
    expect(result).toMatchObject({ steps: 200, stopped: "finished", keptStep: best.step });
    expect(bitsOf(rnn)).toEqual(best.bits);
  });

  it("none: the last weights stay", async () => {
    const rnn = new Rnn(SIZES);
    const result = await fit(rnn, TRAINED, options);
    expect(result).toMatchObject({ steps: 200, keptStep: 200 });
    expect(rnn.evaluate(HELD_OUT[0]!).loss).toBe(result.validationLoss);
  });
});
