/** Tests `fit` with a custom step: the run treats it like `rnn.trainStep`. */

import { Adam, fit, Rnn, type Batch, type StepSettings } from "bptt";
import { describe, expect, it } from "vitest";
import { BATCHES, bitsOf, SIZES, VALIDATION } from "../support/runs.js";

const NAMED = BATCHES.map((batch, name) => ({ name, batch }));

/** Does the work of `rnn.trainStep` in two calls. */
const inTwo =
  (rnn: Rnn) =>
  ({ batch }: { batch: Batch }, { optimizer, clipNorm }: StepSettings) => {
    const { loss, gradients } = rnn.gradients(batch);
    return { loss, ...rnn.applyGradients(gradients, optimizer, { clipNorm }) };
  };

describe("a step of one's own", () => {
  it("gives the bits of the step that it takes the place of", async () => {
    const [rnn, twin] = [new Rnn(SIZES), new Rnn(SIZES)];
    const options = { epochs: 3, learningRate: 0.01, patience: Infinity };
    const evaluate = ({ batch }: { batch: Batch }) => rnn.evaluate(batch).loss;
    const result = await fit(rnn, NAMED, {
      ...options,
      trainStep: inTwo(rnn),
      evaluate,
      validation: VALIDATION.map((batch, name) => ({ name, batch })),
    });
    const wanted = await fit(twin, BATCHES, { ...options, validation: VALIDATION });
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
    const { loss, steps, keptStep, stopped } = wanted;
    expect(result).toMatchObject({ loss, steps, keptStep, stopped });
    // the batches have equal weight, so the means differ only by rounding
    expect(Math.abs(result.validationLoss! - wanted.validationLoss!)).toBeLessThan(1e-12);
  });

  it("is one piece of work: a stop and a checkpoint from within it wait for its end", async () => {
    const rnn = new Rnn(SIZES);
    let checkpoint: Promise<object> | undefined;
    const step = inTwo(rnn);
    const run = fit(rnn, NAMED, {
      snapshot: ({ step }) => ({ step, bits: bitsOf(rnn) }),
      trainStep: (batch, settings) => {
        if (batch.name === 2) {
          run.stop();
          checkpoint = run.checkpoint();
        }
        return step(batch, settings);
      },
    });
    expect(await run).toMatchObject({ steps: 3, stopped: "stopped" });
    const twin = new Rnn(SIZES);
    await fit(twin, BATCHES, { steps: 3 });
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
    expect(await checkpoint).toEqual({ step: 3, bits: bitsOf(twin) });
  });

  it("that says a loss that is not finite ends the run, with the weights from before its last update", async () => {
    const rnn = new Rnn(SIZES);
    const step = inTwo(rnn);
    const result = await fit(rnn, NAMED, {
      trainStep: (batch, settings) => {
        const said = step(batch, settings);
        return batch.name === 3 ? { ...said, loss: NaN } : said;
      },
    });
    expect(result).toMatchObject({ steps: 3, keptStep: 2, stopped: "diverged" });
    expect(result.divergence).toMatchObject({ step: 4, parameter: "loss" });
    const twin = new Rnn(SIZES);
    await fit(twin, BATCHES, { steps: 2 });
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
  });

  it("whose gradient is not finite", async () => {
    const rnn = new Rnn(SIZES);
    const trainStep = (_: unknown, { optimizer }: StepSettings) => ({
      loss: 1,
      ...rnn.applyGradients({ b_o: [0, 1e38, Infinity] }, optimizer),
    });
    const result = await fit(rnn, NAMED, { trainStep });
    expect(result).toMatchObject({
      steps: 0,
      keptStep: 0,
      stopped: "diverged",
      divergence: { parameter: "b_o" },
    });
    expect(bitsOf(rnn)).toEqual(bitsOf(new Rnn(SIZES)));
  });

  const wrong: [string, object, string][] = [
    ["no result", { trainStep: () => undefined }, "trainStep(): expected an object, received undefined"],
    [
      "no loss",
      { trainStep: () => ({ gradientNorm: 1 }) },
      "trainStep().loss: expected a number, received undefined",
    ],
    [
      "no norm",
      { trainStep: () => ({ loss: 1 }) },
      "trainStep().gradientNorm: expected a number, received undefined",
    ],
    [
      "a promise from it",
      { trainStep: () => Promise.resolve({ loss: 1, gradientNorm: 1 }) },
      "trainStep().loss: expected a number, received undefined",
    ],
    [
      "no validation loss",
      { validation: VALIDATION, evaluate: () => "low" },
      'evaluate(): expected a number, received "low"',
    ],
  ];
  it.each(wrong)("%s rejects the run", async (_, options, message) => {
    await expect(fit(new Rnn(SIZES), BATCHES, options).done).rejects.toThrow(
      expect.objectContaining({ name: "TypeError", message }),
    );
  });

  it("carries no state", () => {
    const rnn = new Rnn(SIZES);
    expect(() => fit(rnn, NAMED, { trainStep: inTwo(rnn), carryState: true })).toThrow(
      expect.objectContaining({
        name: "TypeError",
        message: "carryState: expected false with a trainStep, received true",
      }),
    );
    rnn.trainStep(BATCHES[0]!, new Adam()); // the network is released
  });
});
