/** Several workers share a run: its bits depend on the number of shards alone. */

import { Adam, CharRnn, cosine, fit, Rnn, Sgd, type Batch, type FitOptions, type RunsInWorker } from "bptt";
import { describe, expect, it } from "vitest";
import { startMortalWorker, startWorker } from "../support/worker.js";

const SETTINGS = { inputSize: 5, hiddenSize: 9, outputSize: 5, layers: 2, dropout: 0.3, seed: 3 };
const SHARDS = 4;
const [ROWS, TIME] = [10, 6];

const ids = (shift: number): number[][] =>
  Array.from({ length: ROWS }, (_, b) => Array.from({ length: TIME }, (_, t) => (b * 3 + t * t + shift) % 5));
const BATCHES: Batch[] = [
  { inputs: ids(0), targets: ids(1), sequenceLengths: [6, 0, 3, 1, 6, 5, 2, 6, 6, 4] },
  { inputs: ids(2), targets: ids(3), weights: ids(4).map((row) => row.map((id) => id / 2)) },
  { inputs: ids(4).slice(0, 3), targets: ids(0).slice(0, 3) },
];

const OPTIONS: Record<string, () => FitOptions> = {
  "lengths, weights, clipping, a schedule": () => ({
    steps: 9,
    clipNorm: 0.05,
    learningRate: cosine({ from: 0.05, to: 0.01, steps: 9 }),
  }),
  "a validation after each fourth step, with patience": () => ({
    epochs: 4,
    validation: BATCHES.slice(0, 2),
    validateEvery: 4,
    patience: 2,
    learningRate: 0.02,
  }),
  "an optimizer of the user's, no clipping": () => ({
    steps: 7,
    clipNorm: false,
    optimizer: new Sgd({ learningRate: 0.1, momentum: 0.9 }),
  }),
};

async function train(cell: "gru" | "lstm", batches: Batch[], options: FitOptions & RunsInWorker) {
  const rnn = new Rnn({ ...SETTINGS, cell });
  rnn.freeze(["b_o"]);
  const trail: number[][] = [];
  const run = fit(rnn, batches, {
    shards: SHARDS,
    ...options,
    onProgress: ({ step, loss, gradientNorm, learningRate }) =>
      void trail.push([step, loss, gradientNorm, learningRate]),
  });
  const { seconds, ...result } = await run;
  expect(seconds).toBeGreaterThan(0);
  const bytes = rnn.save({ optimizer: new Adam() }); // with the carried state
  rnn.free();
  return { trail, result, bytes };
}

describe("workers", () => {
  describe.each(Object.keys(OPTIONS))("with %s", (name) => {
    it("give the bits of one thread", async () => {
      const options = OPTIONS[name]!;
      const here = await train("gru", BATCHES, options());
      expect(here.trail.length).toBeGreaterThan(4);
      for (const workers of [1, 2, 3, 4]) {
        expect(await train("gru", BATCHES, { ...options(), worker: startWorker, workers })).toEqual(here);
      }
      expect((await train("gru", BATCHES, { ...options(), shards: 3 })).trail).not.toEqual(here.trail);
    });
  });

  it("carry the state of their rows on", async () => {
    const batches = BATCHES.slice(0, 2);
    const options: FitOptions = { steps: 7, carryState: true };
    const here = await train("lstm", batches, options);
    for (const workers of [2, 3]) {
      expect(await train("lstm", batches, { ...options, worker: startWorker, workers })).toEqual(here);
    }
  });

  it("continue a run that other workers began", async () => {
    const text = "the quick brown fox jumps over the lazy dog. ".repeat(8);
    const options = { steps: 14, batchSize: 6, sequenceLength: 9, validationFraction: 0.2, shards: SHARDS };
    const model = () => new CharRnn({ text, cell: "lstm", hiddenSize: 8, layers: 2, dropout: 0.2, seed: 5 });
    const whole = model();
    await whole.fit(text, options);
    const first = model();
    const run = first.fit(text, {
      ...options,
      worker: startWorker,
      workers: 3,
      pauseEvery: 5,
      onProgress: () => void (run.paused && run.stop()),
    });
    expect(await run).toMatchObject({ stopped: "stopped", steps: 5 });
    const second = CharRnn.load(first.save({ optimizer: true }));
    await second.resume(text, { worker: startWorker, workers: 2 });
    expect(second.save()).toEqual(whole.save());
  });

  it("pause, give a checkpoint and resume", async () => {
    const options = OPTIONS["lengths, weights, clipping, a schedule"]!;
    const here = await train("gru", BATCHES, options());
    const rnn = new Rnn({ ...SETTINGS, cell: "gru" });
    rnn.freeze(["b_o"]);
    const run = fit(rnn, BATCHES, {
      ...options(),
      shards: SHARDS,
      worker: startWorker,
      workers: 2,
      pauseEvery: 4,
    });
    const losses: number[] = [];
    for await (const { loss } of run) {
      losses.push(loss);
      if (!run.paused) continue;
      const { state } = await run.checkpoint();
      expect(state.step % 4).toBe(0);
      run.resume();
    }
    expect(await run).toMatchObject(here.result);
    expect(losses.at(-1)).toBe(here.trail.at(-1)![1]);
  });

  it.each(["throw", "exit"] as const)("fail the run when one of them ends: %s", async (how) => {
    const workers: ReturnType<typeof startMortalWorker>[] = [];
    const worker = () => {
      workers.push(startMortalWorker());
      return workers.at(-1)!.worker;
    };
    const rnn = new Rnn({ ...SETTINGS, cell: "gru" });
    const run = fit(rnn, BATCHES, { steps: 1e6, shards: SHARDS, worker, workers: 3 });
    let killed = false;
    for await (const { step } of run) {
      if (step < 20 || killed) continue;
      killed = true;
      workers[2]!.die(how);
      break;
    }
    await expect(run).rejects.toMatchObject({ code: "WORKER_FAILED" });
    const { state } = await run.checkpoint();
    expect(state.step).toBeGreaterThanOrEqual(20);
    const again = await fit(rnn, BATCHES, {
      steps: state.step + 2,
      shards: SHARDS,
      resumeFrom: await run.checkpoint(),
    });
    expect(again.steps).toBe(state.step + 2);
    rnn.free();
  });

  it("name the place of a wrong value", async () => {
    const inputs = ids(0);
    inputs[9]![1] = 7;
    const batches = [BATCHES[0]!, { inputs, targets: ids(1) }];
    const run = fit(new Rnn(SETTINGS), batches, { worker: startWorker, workers: 2 });
    await expect(run).rejects.toThrow("batches[1].inputs[9][1]: expected an id in 0..4, received 7");
  });

  it("are no more than there are shards", () => {
    const rnn = new Rnn(SETTINGS);
    expect(() => fit(rnn, BATCHES, { worker: startWorker, workers: 3, shards: 2 })).toThrow(
      "workers: expected at most 2, the number of shards, received 3",
    );
    expect(() => fit(rnn, BATCHES, { worker: false, workers: 2 })).toThrow("workers: expected no value");
    expect(() => fit(rnn, BATCHES, { workers: 0 })).toThrow("workers: expected");
    rnn.free();
  });
});

describe("a run of fit in a worker", () => {
  it("takes arrays of batches alone", () => {
    const rnn = new Rnn(SETTINGS);
    function* generator() {
      yield* BATCHES;
    }
    const expected = "batches: expected an array of batches for a run in a worker, received";
    expect(() => fit(rnn, generator(), { worker: startWorker })).toThrow(expected);
    expect(() => fit(rnn, () => BATCHES, { worker: startWorker })).toThrow(expected);
    const trainStep = () => ({ loss: 0, gradientNorm: 0 });
    expect(() => fit(rnn, BATCHES, { worker: startWorker, trainStep })).toThrow("trainStep: expected");
    rnn.free();
  });

  it("has the bits of this thread", async () => {
    const options = (): FitOptions => ({
      ...OPTIONS["a validation after each fourth step, with patience"]!(),
      shards: 1,
    });
    const here = await train("gru", BATCHES, options());
    expect(await train("gru", BATCHES, { ...options(), worker: startWorker })).toEqual(here);
  });
});
