/** Tests runs that end early: divergence, and errors of the data. */

import { Adam, fit, Rnn, type Batch, type Batches, type Report, type RnnOptions } from "bptt";
import { describe, expect, it } from "vitest";
import { BATCHES, bitsOf, SIZES, VALIDATION } from "../support/runs.js";

describe("divergence", () => {
  const dense = (x: number): Batch => ({ inputs: [[[x, 1]]], targets: [[0]] });
  const small: RnnOptions = { cell: "tanh", inputSize: 2, hiddenSize: 2, outputSize: 2 };

  it("of a gradient: the step is not done, the weights are those before it", async () => {
    const rnn = new Rnn(small);
    // 3e38 times a gradient of the pre-activation exceeds float32
    rnn.setParameters({ w_ih_l0: [[0, 0], [0, 0]], w_ho: [[100, -100], [100, 0]] }); // prettier-ignore
    const good = dense(1);
    const twin = new Rnn(small);
    twin.setParameters(rnn.parameters);
    const optimizer = new Adam({ learningRate: 0 });
    const result = await fit(rnn, [good, good, dense(3e38)], { optimizer, clipNorm: false });
    expect(result).toMatchObject({ steps: 2, keptStep: 2, stopped: "diverged" });
    expect(result.divergence).toEqual({
      step: 3,
      parameter: "w_ih_l0",
      message: "the gradient of w_ih_l0 is NaN or infinite; nothing was changed",
    });
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
  });

  it("of a loss: the weights that gave it are not good, those before the last update are", async () => {
    const rnn = new Rnn({ ...SIZES, cell: "relu" });
    const optimizer = new Adam({ learningRate: 0.01, weightDecay: 1e30 });
    const onProgress = ({ step }: Report) => void (optimizer.learningRate = step < 2 ? 1e-31 : 1e7);
    optimizer.learningRate = 1e-31;
    // the third update multiplies the weights by −10³⁷: finite, but their products overflow float32
    const result = await fit(rnn, BATCHES, { clipNorm: false, optimizer, onProgress });
    expect(result).toMatchObject({ stopped: "diverged", steps: 3 });
    expect(result.divergence?.parameter).toBe("loss");
    expect(result.divergence?.step).toBe(result.steps + 1);
    expect(result.keptStep).toBe(result.steps - 1);
    const batch = BATCHES[(result.steps - 1) % 5]!;
    expect(rnn.evaluate(batch).loss).toBe(result.loss);
    expect(result.loss).toBeLessThan(Infinity);
  });

  it("with patience: the best weights", async () => {
    const rnn = new Rnn({ ...SIZES, hiddenSize: 40 });
    let step = 0;
    const optimizer = new Adam();
    const result = await fit(rnn, BATCHES, {
      clipNorm: false,
      optimizer,
      validation: VALIDATION,
      validateEvery: 4,
      patience: 10,
      onProgress: (report) => {
        step = report.step;
        if (step === 6) optimizer.learningRate = 1e38 / 1e8;
      },
    });
    expect(result).toMatchObject({ stopped: "diverged", keptStep: 4 });
    expect(result.validationLoss).toBe(result.state.best?.loss);
    const losses = VALIDATION.map((batch) => rnn.evaluate(batch).loss * 6);
    expect(result.validationLoss).toBe(losses.reduce((sum, loss) => sum + loss, 0) / 18);
  });
});

describe("errors of the data", () => {
  it("reject the run; the steps before stand, and the network is free", async () => {
    const [rnn, twin] = [new Rnn(SIZES), new Rnn(SIZES)];
    const bad: Batch = { inputs: [[0, 9, 1]], targets: [[0, 1, 2]] };
    const run = fit(rnn, [BATCHES[0]!, bad]);
    await expect(run.done).rejects.toThrow("inputs[0][1]: expected an id in 0..3, received 9");
    await expect(
      (async () => {
        for await (const _ of run) void _;
      })(),
    ).rejects.toThrow(RangeError);
    twin.trainStep(BATCHES[0]!, new Adam({ learningRate: 2e-3, epsilonMode: "torch" }), { clipNorm: 1 });
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
    expect((await run.checkpoint()).state).toMatchObject({ step: 1, cursor: 1, stopped: null });
    rnn.free();
  });

  const mine = new Error("mine");
  const failing: [string, Batches][] = [
    ["a function", () => { throw mine; }],
    ["a generator", (function* () { yield BATCHES[0]!; throw mine; })()],
    ["an asynchronous generator", (async function* () { yield BATCHES[0]!; throw mine; })()],
    ["a promise", { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(mine) }) }],
  ]; // prettier-ignore
  it.each(failing)("lets the user's own error through: %s", async (_, batches) => {
    const rnn = new Rnn(SIZES);
    await expect(fit(rnn, batches).done).rejects.toBe(mine);
    rnn.free();
  });

  it("lets a listener's through", async () => {
    const rnn = new Rnn(SIZES);
    const onProgress = () => {
      throw mine;
    };
    await expect(fit(rnn, BATCHES, { onProgress }).done).rejects.toBe(mine);
    rnn.free();
  });

  const none: [string, Batches, object, string][] = [
    ["no batches", [], {}, "batches: expected at least one batch in each epoch, received none in epoch 1; a generator"],
    ["a generator that has run dry", (function* () { yield BATCHES[0]!; })(), { steps: 2 }, "batches: expected at least one batch in each epoch, received none in epoch 2; a generator"],
    ["no validation batches", BATCHES, { validation: [] }, "validation: expected at least one batch"],
    ["validation without weight", BATCHES, { validation: [{ ...BATCHES[0]!, weights: [[0, 0, 0], [0, 0, 0]] }] }, "validation: expected weights that are not all 0"],
    ["no iterable from the function", (() => 3) as never, {}, "batches(1): expected an iterable of batches, received 3"],
    ["a batch that is none", ["ab"] as never, {}, 'batches[0]: expected an object, received "ab"'],
    ["undefined for a batch", [undefined] as never, {}, "batches[0]: expected a batch, received undefined"],
  ]; // prettier-ignore
  it.each(none)("%s", async (_, batches, options, message) => {
    await expect(fit(new Rnn(SIZES), batches, { epochs: undefined!, ...options }).done).rejects.toThrow(
      message,
    );
  });
});
