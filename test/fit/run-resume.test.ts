/**
 * Tests that a run which is interrupted at any piece of work and resumed gives the same bits as one without
 * interruption: weights, losses, the best weights, the counters of early stopping, and the reports except for
 * the clock's figures.
 */

import {
  Adam,
  cosine,
  fit,
  linear,
  Rnn,
  type Batch,
  type FitOptions,
  type Report,
  type RunCheckpoint,
  type RnnOptions,
  type RunState,
} from "bptt";
import { describe, expect, it } from "vitest";
import { batchOf, BATCHES, bitsOf, SIZES, VALIDATION } from "../support/runs.js";

interface Course {
  /** The options of the network besides SIZES. */
  network?: Partial<RnnOptions>;
  options: FitOptions;
  batches: (epoch: number) => Iterable<Batch> | AsyncIterable<Batch>;
}

/** Returns the batches in a different order in each epoch. */
const shuffled = (epoch: number) => BATCHES.map((_, n) => batchOf((n * (epoch + 1)) % 7));

const COURSES: Record<string, Course> = {
  "epochs, carried state, a schedule, validation each epoch with patience": {
    batches: shuffled,
    options: {
      epochs: 4,
      carryState: true,
      learningRate: cosine({ from: 0.1, steps: 20 }),
      validation: VALIDATION,
      patience: 5,
    },
  },
  "steps, validation amid the epochs, early": {
    batches: async function* (epoch) {
      for (const batch of shuffled(epoch)) {
        await Promise.resolve();
        yield batch;
      }
    },
    options: { steps: 100, learningRate: 0.3, validation: VALIDATION, validateEvery: 3, patience: 2 },
  },
  "lstm in layers, dropout, carried state, validation each epoch with patience": {
    batches: shuffled,
    network: { cell: "lstm", layers: 3, dropout: 0.4 },
    options: { epochs: 3, carryState: true, learningRate: 0.03, validation: VALIDATION, patience: 5 },
  },
  "gru in two directions, layers, dropout": {
    batches: shuffled,
    network: { cell: "gru", layers: 2, bidirectional: true, dropout: 0.3 },
    options: { epochs: 3, learningRate: linear({ from: 0.05, to: 0, steps: 15 }), clipNorm: 0.3 },
  },
  "gru that resets before, carried state": {
    batches: shuffled,
    network: { cell: "gru", resetAfter: false },
    options: { epochs: 3, carryState: true },
  },
  "plain epochs": { batches: shuffled, options: { epochs: 3 } },
};

/** Returns everything that a run computed, without durations. */
function outcome(rnn: Rnn, reports: Map<string, object>, state: RunState, rest: object) {
  return { parameters: bitsOf(rnn), reports: [...reports], state, ...rest };
}

/**
 * Follows a run that is interrupted at the given pieces. Each batch that is read, for training or validation,
 * is one piece.
 */
async function follow(
  { batches, options, network = {} }: Course,
  cuts: ReadonlySet<number>,
  elsewhere = false,
) {
  let rnn = new Rnn({ ...SIZES, ...network });
  const optimizer = elsewhere ? {} : { optimizer: new Adam({ epsilonMode: "torch", learningRate: 2e-3 }) };
  const reports = new Map<string, object>();
  let pulls = 0;
  let stop: () => void = () => undefined;
  const counted = (source: (epoch: number) => Iterable<Batch> | AsyncIterable<Batch>) =>
    async function* (epoch: number) {
      for await (const batch of source(epoch)) {
        if (cuts.has(pulls++)) stop(); // this batch is still trained on; then the run ends
        yield batch;
      }
      if (cuts.has(pulls++)) stop();
    };
  const onProgress = ({ step, epoch, loss, gradientNorm, learningRate, validationLoss }: Report) =>
    void reports.set(`${step} ${validationLoss}`, { epoch, loss, gradientNorm, learningRate });
  let resumeFrom: RunState | RunCheckpoint | undefined;
  for (let runs = 1; ; runs++) {
    const { validation } = options;
    const run = fit(rnn, counted(batches), {
      ...options,
      ...(validation ? { validation: counted(() => validation as Batch[]) } : {}),
      ...optimizer,
      onProgress,
      ...(resumeFrom ? { resumeFrom } : {}),
    });
    stop = () => run.stop();
    const { seconds, state, ...rest } = await run;
    expect(seconds).toBeGreaterThanOrEqual(0);
    if (rest.stopped !== "stopped") return { runs, pulls, result: outcome(rnn, reports, state, rest) };
    if (elsewhere) {
      resumeFrom = structuredClone(await run.checkpoint());
      rnn.free();
      // other initial weights; the seed determines the values that are dropped
      rnn = new Rnn({
        ...SIZES,
        ...network,
        ...(network.dropout ? { init: "uniform-hidden" } : { seed: runs }),
      });
      continue;
    }
    // changes to the network in the meantime must not matter: here its carried state is changed
    const still = new Adam({ learningRate: 0 });
    rnn.trainStep(batchOf(runs), still, { carryState: true });
    resumeFrom = structuredClone(state); // plain data, which can be saved or sent to a worker
  }
}

describe.each(Object.entries(COURSES))("%s", (_, course) => {
  it("cut at any one piece", async () => {
    const whole = await follow(course, new Set());
    expect(whole.runs).toBe(1);
    for (let cut = 0; cut < whole.pulls; cut++) {
      const cutOnce = await follow(course, new Set([cut]));
      expect(cutOnce.result, `cut at ${cut}`).toEqual(whole.result);
    }
  }, 120_000);

  it("cut at any piece, and resumed elsewhere from its checkpoint", async () => {
    const whole = await follow(course, new Set());
    for (let cut = 0; cut < whole.pulls; cut++) {
      const cutOnce = await follow(course, new Set([cut]), true);
      expect(cutOnce.result, `cut at ${cut}`).toEqual(whole.result);
    }
  }, 120_000);

  it("cut at every few pieces", async () => {
    const whole = await follow(course, new Set());
    for (const every of [7, 13]) {
      const cuts = new Set(Array.from({ length: 1000 }, (_, i) => every * (i + 1)));
      const cutOften = await follow(course, cuts);
      expect(cutOften.runs).toBeGreaterThan(1);
      expect(cutOften.result).toEqual(whole.result);
    }
  }, 120_000);
});

describe("a checkpoint", () => {
  it("of a run in progress can be resumed elsewhere", async () => {
    const rnn = new Rnn(SIZES);
    const options = { epochs: 6, carryState: true, validation: VALIDATION, patience: Infinity };
    let taken: Promise<RunCheckpoint> | undefined;
    const run = fit(rnn, BATCHES, {
      ...options,
      onProgress: ({ step }) => void (step === 13 && (taken = run.checkpoint())),
    });
    const { seconds, ...whole } = await run;
    expect(seconds).toBeGreaterThanOrEqual(0);
    const other = new Rnn({ ...SIZES, seed: 99 });
    const resumeFrom = structuredClone(await taken!);
    expect(await fit(other, BATCHES, { ...options, resumeFrom })).toMatchObject(whole);
    expect(bitsOf(other)).toEqual(bitsOf(rnn));
  });

  it("of a run that failed, with a separate optimizer, can be resumed elsewhere", async () => {
    const rnn = new Rnn(SIZES);
    const failed = fit(rnn, [...BATCHES.slice(0, 3), { inputs: [[9]], targets: [[0]] }]);
    await expect(failed.done).rejects.toThrow(RangeError);
    const [other, twin] = [new Rnn(SIZES), new Rnn(SIZES)];
    await fit(other, BATCHES, { resumeFrom: await failed.checkpoint() });
    await fit(twin, BATCHES);
    expect(bitsOf(other)).toEqual(bitsOf(twin));
  });

  const broken: [string, object, string][] = [
    ["no parameters", { parameters: undefined }, "parameters: expected an object, received undefined"],
    [
      "parameters of other sizes",
      { parameters: { b_o: [1, 2] } },
      "resumeFrom.parameters.b_o: expected shape (3), received (2)",
    ],
    [
      "no optimizer",
      { optimizer: undefined },
      "resumeFrom.optimizer: expected an object, received undefined",
    ],
    ["no state", { state: undefined }, "resumeFrom.state: expected an object, received undefined"],
  ];
  it.each(broken)("with %s is refused, and the network is as it was", async (_, change, message) => {
    const rnn = new Rnn(SIZES);
    const run = fit(rnn, BATCHES, { onProgress: ({ step }) => void (step === 4 && run.stop()) });
    await run;
    const resumeFrom = { ...(await run.checkpoint()), ...change };
    const other = new Rnn({ ...SIZES, seed: 99 });
    const before = bitsOf(other);
    expect(() => fit(other, BATCHES, { resumeFrom: resumeFrom as RunCheckpoint })).toThrow(message);
    expect(bitsOf(other)).toEqual(before);
    other.free();
  });
});

describe("a state", () => {
  const stateOf = async (options: FitOptions = {}) => {
    const optimizer = new Adam();
    const rnn = new Rnn(SIZES);
    const run = fit(rnn, BATCHES, {
      ...{ optimizer, validation: VALIDATION, patience: Infinity, validateEvery: 3, ...options },
      onProgress: ({ step }) => void (step === 8 && run.stop()),
    });
    return { optimizer, rnn, state: (await run).state };
  };

  it("counts on from the step where it stood", async () => {
    const rnn = new Rnn(SIZES);
    const optimizer = new Adam();
    const steps: number[] = [];
    const { state } = await fit(rnn, BATCHES, { steps: 4, optimizer, signal: AbortSignal.abort() });
    const run = fit(rnn, BATCHES, {
      steps: 4,
      optimizer,
      resumeFrom: { ...state, step: 2, cursor: 2 },
      onProgress: ({ step }) => void steps.push(step),
    });
    expect((await run).steps).toBe(4);
    expect(steps).toEqual([3, 4]);
  });

  it("of a run that failed because of its data can be resumed", async () => {
    const optimizers = [new Adam(), new Adam()] as const;
    const options = {
      learningRate: 0.1,
      validation: VALIDATION,
      validateEvery: 2,
      patience: Infinity,
      steps: 20,
    };
    let broken = true;
    const source = function* () {
      for (const [n, batch] of BATCHES.entries()) {
        if (broken && n === 4) throw new Error("mine");
        yield batch;
      }
    };
    const [rnn, twin] = [new Rnn(SIZES), new Rnn(SIZES)];
    const failed = fit(rnn, source, { ...options, optimizer: optimizers[0] });
    await expect(failed.done).rejects.toThrow("mine");
    const { state } = await failed.checkpoint();
    expect(state).toMatchObject({ step: 4, cursor: 4, parameters: null });
    broken = false;
    const { seconds, ...result } = await fit(rnn, source, {
      ...options,
      optimizer: optimizers[0],
      resumeFrom: state,
    });
    expect(seconds).toBeGreaterThanOrEqual(0);
    expect(await fit(twin, source, { ...options, optimizer: optimizers[1] })).toMatchObject(result);
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
  });

  it("of a run that is over is refused", async () => {
    const rnn = new Rnn(SIZES);
    const optimizer = new Adam();
    const { state } = await fit(rnn, BATCHES, { steps: 4, optimizer });
    expect(() => fit(rnn, BATCHES, { resumeFrom: state, optimizer })).toThrow(
      expect.objectContaining({
        name: "RangeError",
        message: 'resumeFrom.stopped: expected a run that is not finished, received "finished"',
      }),
    );
  });

  it("needs the optimizer, and batches that reach as far", async () => {
    const { rnn, optimizer, state } = await stateOf();
    const options = { validation: VALIDATION, patience: 9, validateEvery: 2 };
    expect(() => fit(rnn, BATCHES, { ...options, resumeFrom: state })).toThrow(
      expect.objectContaining({
        name: "TypeError",
        message: "optimizer: expected the optimizer of the run to resume, received undefined",
      }),
    );
    const run = fit(rnn, BATCHES.slice(0, 2), { ...options, optimizer, resumeFrom: { ...state, cursor: 4 } });
    await expect(run.done).rejects.toThrow(
      "batches: expected at least 4 batches in epoch 2, as many as the run to resume has used, received 2",
    );
  });

  const broken: [string, (state: RunState) => object, string][] = [
    ["step", () => ({ step: -1 }), "resumeFrom.step: expected an integer >= 0, received -1"],
    ["epoch", () => ({ epoch: 0 }), "resumeFrom.epoch: expected an integer >= 1, received 0"],
    ["cursor", () => ({ cursor: "1" }), 'resumeFrom.cursor: expected an integer >= 0, received "1"'],
    ["loss", ({ last }) => ({ last: { ...last, loss: NaN } }), "resumeFrom.last.loss: expected a finite number, received NaN"],
    ["stale", () => ({ stale: 0.5 }), "resumeFrom.stale: expected an integer >= 0, received 0.5"],
    ["validationDue", () => ({ validationDue: 1 }), "resumeFrom.validationDue: expected true or false, received 1"],
    ["validation", () => ({ validation: 3 }), "resumeFrom.validation: expected an object, received 3"],
    ["best", ({ best }) => ({ best: { ...best, loss: "x" } }), 'resumeFrom.best.loss: expected a finite number, received "x"'],
    ["best's parameters", ({ best }) => ({ best: { ...best, parameters: { b_o: { data: new Float32Array(1), shape: [1] } } } }), "resumeFrom.best.parameters.b_o: expected shape (3), received (1)"],
    ["tensor in best", ({ best }) => ({ best: { ...best, parameters: { ...best?.parameters, b_o: undefined } } }), "resumeFrom.best.parameters.b_o: expected an object, received undefined"],
    ["array in best", ({ best }) => ({ best: { ...best, parameters: { b_o: [1] } } }), "resumeFrom.best.parameters.b_o: expected an object, received an array of length 1"],
    ["shape in best", ({ best }) => ({ best: { ...best, parameters: { b_o: { data: new Float32Array(3), shape: [4] } } } }), "resumeFrom.best.parameters.b_o.shape: expected a shape of 3 values, as many as in data, received (4)"],
    ["carried state", () => ({ carried: { h: { data: new Float32Array(1), shape: [1, 1, 1] } } }), "resumeFrom.carried.c: expected an object, received undefined"],
    ["parameters", () => ({ parameters: { x: { data: new Float32Array(1), shape: [1] } } }), 'resumeFrom.parameters: expected the name of a parameter, received "x"; there are w_ih_l0, w_hh_l0, b_h_l0, w_ho, b_o'],
  ]; // prettier-ignore
  it.each(broken)("with a wrong %s is refused, and the network is as it was", async (_, change, message) => {
    const { rnn, optimizer, state } = await stateOf({ learningRate: 0 });
    const before = bitsOf(rnn);
    const resumeFrom = { ...state, ...change(state) } as RunState;
    let error: unknown;
    try {
      fit(rnn, BATCHES, { validation: VALIDATION, patience: 9, optimizer, resumeFrom });
    } catch (caught) {
      error = caught;
    }
    expect((error as Error | undefined)?.message).toBe(message);
    expect(bitsOf(rnn)).toEqual(before);
    rnn.free();
  });
});
