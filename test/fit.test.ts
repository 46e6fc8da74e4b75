/** `fit` over a real network: it does what the loop over `trainStep` does, to the bit, and ends as it says. */

import {
  Adam,
  BpttError,
  cosine,
  fit,
  learningRateAt,
  Rnn,
  type Batch,
  type Batches,
  type Report,
  type RnnOptions,
} from "bptt";
import { describe, expect, it } from "vitest";
import { BATCHES, batchOf, bitsOf, SIZES, VALIDATION } from "./support/runs.js";

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
    const optimizers = [0, 1].map(() => new Adam({ epsilon: 1 })); // a large ε lets the gradients' length through
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

describe("validation", () => {
  it("is the loss of all its batches together, however they are cut", async () => {
    const rnn = new Rnn(SIZES);
    // rows of other lengths and weights; as one batch, and cut into single rows
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
    expect(new Set(seen.values()).size).toBe(4); // none, and those of 5, 10 and 12
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
  // learning what the validation contradicts: its loss falls at first and then rises
  const TRAINED: Batch[] = [{ inputs: [[0, 1, 2, 3]], targets: [[0, 1, 2, 0]] }];
  const HELD_OUT: Batch[] = [{ inputs: [[0, 1, 2, 3]], targets: [[0, 1, 1, 2]] }];
  const options = { steps: 200, learningRate: 0.02, validation: HELD_OUT, validateEvery: 5 };

  /** The run's own rule in a loop. */
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

  it("Infinity: goes on to the end, and the network has the best weights", async () => {
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

describe("divergence", () => {
  const dense = (x: number): Batch => ({ inputs: [[[x, 1]]], targets: [[0]] });
  const small: RnnOptions = { cell: "tanh", inputSize: 2, hiddenSize: 2, outputSize: 2 };

  it("of a gradient: the step is not done, the weights are those before it", async () => {
    const rnn = new Rnn(small);
    // 3e38 times a gradient of the pre-activation passes what float32 holds
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
    const rnn = new Rnn(SIZES);
    const optimizer = new Adam({ learningRate: 0.01, weightDecay: 1e30 });
    const onProgress = ({ step }: Report) => void (optimizer.learningRate = step < 2 ? 1e-31 : 1e30);
    optimizer.learningRate = 1e-31;
    // the third update would be −10⁶⁰ times the weights, which is infinite in float32
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
    await expect(run.done).rejects.toThrow("inputs[0][1]: expected an id in 0..3, got 9");
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
    ["no batches", [], {}, "batches: epoch 1 has none; a generator"],
    ["a generator that has run dry", (function* () { yield BATCHES[0]!; })(), { steps: 2 }, "batches: epoch 2 has none; a generator"],
    ["no validation batches", BATCHES, { validation: [] }, "validation: expected at least one batch"],
    ["validation without weight", BATCHES, { validation: [{ ...BATCHES[0]!, weights: [[0, 0, 0], [0, 0, 0]] }] }, "validation: expected weights that are not all 0"],
    ["no iterable from the function", (() => 3) as never, {}, "batches(1): expected an iterable of batches, got 3"],
    ["a batch that is none", ["ab"] as never, {}, 'batch: expected an object, got "ab"'],
    ["undefined for a batch", [undefined] as never, {}, "batches: expected a batch, got undefined"],
  ]; // prettier-ignore
  it.each(none)("%s", async (_, batches, options, message) => {
    await expect(fit(new Rnn(SIZES), batches, { epochs: undefined!, ...options }).done).rejects.toThrow(
      message,
    );
  });
});

describe("while a run has the network", () => {
  it("whoever would change it is refused, whoever reads it is not", async () => {
    const rnn = new Rnn(SIZES);
    const adam = new Adam();
    const run = fit(rnn, BATCHES, { epochs: 100 });
    const message = (method: string) =>
      `rnn.${method}: a run is training this network; await it, or stop it first`;
    const changes: [string, () => unknown][] = [
      ["fit", () => fit(rnn, BATCHES)],
      ["trainStep", () => rnn.trainStep(BATCHES[0]!, adam)],
      ["applyGradients", () => rnn.applyGradients({ b_o: [1, 1, 1] }, adam)],
      ["setParameters", () => rnn.setParameters({ b_o: [1, 1, 1] })],
      ["free", () => rnn.free()],
    ];
    const refused = () => {
      for (const [method, change] of changes) {
        try {
          change();
          expect.fail(`${method} was let through`);
        } catch (error) {
          expect(error).toBeInstanceOf(BpttError);
          expect(error).toMatchObject({ code: "BUSY", message: message(method) });
        }
      }
    };
    refused();
    for await (const { step } of run) {
      refused();
      rnn.forward(BATCHES[0]!);
      rnn.gradients(BATCHES[0]!);
      rnn.evaluate({ inputs: [[0], [1], [2]], targets: [[0], [1], [2]] });
      rnn.backward({ inputs: [[0, 1]] });
      const session = rnn.session();
      session.step(1);
      session.free();
      if (step > 200) break;
    }
    run.pause();
    refused();
    run.resume();
    expect(await run).toMatchObject({ steps: 500, stopped: "finished" });
    const twin = new Rnn(SIZES);
    await fit(twin, BATCHES, { epochs: 100 });
    expect(bitsOf(rnn)).toEqual(bitsOf(twin)); // nor has reading changed a bit
    rnn.trainStep(BATCHES[0]!, adam);
    rnn.free();
  });

  it("its own batches cannot train it either", async () => {
    const rnn = new Rnn(SIZES);
    const adam = new Adam();
    function* sly(): Generator<Batch> {
      yield BATCHES[0]!;
      rnn.trainStep(BATCHES[0]!, adam);
    }
    await expect(fit(rnn, sly()).done).rejects.toMatchObject({ code: "BUSY" });
    const getter = { ...BATCHES[0]!, get weights() { return void rnn.trainStep(BATCHES[0]!, adam); } }; // prettier-ignore
    await expect(fit(rnn, [getter as never]).done).rejects.toMatchObject({ code: "BUSY" });
  });

  it("a second run afterwards starts from the weights as they are", async () => {
    const rnn = new Rnn(SIZES);
    await fit(rnn, BATCHES, { epochs: 2 });
    const before = bitsOf(rnn);
    let first = 0;
    const run = fit(rnn, BATCHES, { epochs: 1, onProgress: ({ step }) => void (first ||= step) });
    expect(bitsOf(rnn)).toEqual(before);
    expect((await run).steps).toBe(5);
    expect(first).toBe(1);
  });
});
