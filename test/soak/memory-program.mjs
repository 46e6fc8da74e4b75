// One case of the part "memory", in a separate process: `node --expose-gc memory-program.mjs CASE SHARE` repeats the
// same piece of work and prints, as JSON, the memory in use after equal numbers of repetitions.

import { setTimeout as wait } from "node:timers/promises";
import { batches, text } from "./data.mjs";

/** Samples. Before them the same work as between three of them is done, in which caches fill and code is compiled. */
const SAMPLES = 11;
const WARM_UP = 3;

/** The module's memory, caught when it is instantiated: the package does not give it out. @type {WebAssembly.Memory[]} */
const memories = [];
WebAssembly.Instance = class extends WebAssembly.Instance {
  /** @param {WebAssembly.Module} module @param {WebAssembly.Imports} [imports] */
  constructor(module, imports) {
    super(module, imports);
    memories.push(/** @type {WebAssembly.Memory} */ (this.exports["memory"]));
  }
};

const { Adam, CharRnn, fit, Rnn } = await import("bptt");

/**
 * After each of equal shares of the work.
 * @typedef {object} Samples
 * @property {number} units pieces of work between two samples
 * @property {number[]} pages of the module's memory, 64 KB each
 * @property {number[]} heap bytes in use: objects, and array buffers outside of them
 * @property {number[]} resident bytes of the process
 */

/** @typedef {{ units: number, work: (count: number) => unknown }} Case `work` does so many pieces */

const tiny = { cell: /** @type {const} */ ("tanh"), inputSize: 8, hiddenSize: 8, outputSize: 8 };
const cells = /** @type {const} */ (["tanh", "relu", "gru", "lstm"]);
const [batch = never()] = batches(1, { B: 2, T: 5, V: 8 });
const story = text(400);

/** @param {(i: number) => unknown} piece */
const each = (piece) => async (/** @type {number} */ count) => {
  for (let i = 0; i < count; i++) {
    await piece(i);
    if (i % 100 === 99) await wait(0); // what waits for a macrotask has it
  }
};

/** @type {Record<string, () => Case>} */
const CASES = {
  "100 000 steps, trainStep": () => {
    const [rnn, adam] = [new Rnn(tiny), new Adam()];
    const several = batches(7, { B: 2, T: [3, 5, 8], V: 8 });
    return {
      units: 100_000,
      work: each((i) => rnn.trainStep(several[i % 7] ?? batch, adam, { carryState: true })),
    };
  },
  "100 000 steps, fit": () => {
    const rnn = new Rnn(tiny);
    const several = batches(7, { B: 2, T: [3, 5, 8], V: 8 });
    const options = {
      validation: [batch],
      validateEvery: 500,
      patience: Infinity,
      onProgress: () => undefined,
    };
    return { units: 100_000, work: (steps) => fit(rnn, several, { steps, ...options }) };
  },
  "4 000 networks": () => ({
    units: 4000,
    work: each((i) => {
      const rnn = new Rnn({
        ...tiny,
        cell: cells[i % 4] ?? "tanh",
        layers: 1 + (i % 2),
        hiddenSize: 4 + (i % 60),
      });
      const adam = new Adam();
      for (let step = 0; step < 3; step++) rnn.trainStep(batch, adam);
      rnn.parameters;
      rnn.free();
    }),
  }),
  "1 000 networks, not freed": () => ({
    units: 1000,
    work: each(async (i) => {
      new Rnn({ ...tiny, hiddenSize: 64 }).forward(batch);
      if (i % 20 === 19) await collect();
    }),
  }),
  "3 000 text models": () => ({
    units: 3000,
    work: each(async (i) => {
      const model = new CharRnn({ text: story, cell: cells[i % 4] ?? "gru", hiddenSize: 8 });
      await model.fit(story, { steps: 2, batchSize: 4 });
      model.generate({ prompt: "the", length: 5 });
      model.free();
    }),
  }),
  "1 000 runs, aborted": () => {
    const rnn = new Rnn(tiny);
    const kept = new AbortController(); // one that outlives all runs that listen to it
    return {
      units: 1000,
      work: each(async (i) => {
        const own = new AbortController();
        const run = fit(rnn, [batch], { steps: 1e9, signal: i % 2 ? own.signal : kept.signal });
        await wait(0);
        if (i % 2) own.abort();
        else run.stop();
        await run;
      }),
    };
  },
  "1 000 runs, their listeners gone": () => {
    const rnn = new Rnn(tiny);
    return {
      units: 1000,
      work: each(async () => {
        const run = fit(rnn, [batch], { steps: 300 });
        for await (const report of run) if (report.step > 0) break;
        await run;
      }),
    };
  },
  "60 runs in workers, half of them aborted": () => {
    const model = new CharRnn({ text: story, hiddenSize: 8 });
    return {
      units: 60,
      work: each(async (i) => {
        const abort = new AbortController();
        const steps = i % 2 ? 1e9 : 5;
        const onProgress = () => void (i % 2 && abort.abort());
        await model.fit(story, { steps, batchSize: 2, worker: true, signal: abort.signal, onProgress });
      }),
    };
  },
  "10 000 sessions": () => {
    const rnn = new Rnn({ ...tiny, cell: "lstm" });
    return {
      units: 10_000,
      work: each((i) => {
        const session = rnn.session({ batch: 1 + (i % 9) });
        for (let step = 0; step < 10; step++) session.step(new Int32Array(1 + (i % 9)).fill(step % 8));
        session.free();
      }),
    };
  },
  "1 000 saved, loaded and resumed": () => ({
    units: 1000,
    work: each(async () => {
      const model = new CharRnn({ text: story, hiddenSize: 8 });
      const options = { steps: 6, batchSize: 2, validationFraction: 0.2, validateEvery: 2, patience: 9 };
      const run = model.fit(story, { ...options, onProgress: ({ step }) => void (step === 3 && run.stop()) });
      await run;
      const again = CharRnn.load(model.save({ optimizer: true }));
      model.free();
      const { steps } = await again.resume(story);
      if (steps !== 6) throw new Error(`resumed to step ${steps}`);
      again.free();
    }),
  }),
};

/** Collects all garbage and runs the finalizers. */
async function collect() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await wait(1);
  }
}

/** @returns {never} */
function never() {
  throw new Error("no batch");
}

const [, , name = "", share = "1"] = process.argv;
const made = CASES[name];
if (!made || !globalThis.gc) throw new Error(`memory-program: no case ${name}, or no --expose-gc`);
const { units, work } = made();
const perSample = Math.max(2, Math.round((units * Number(share)) / (SAMPLES - 1)));
for (let i = 0; i < WARM_UP; i++) await work(perSample);

/** @type {Samples} */
const samples = { units: perSample, pages: [], heap: [], resident: [] };
for (let i = 0; i < SAMPLES; i++) {
  if (i > 0) await work(perSample);
  await collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  samples.pages.push(memories.reduce((sum, { buffer }) => sum + buffer.byteLength / 65536, 0));
  samples.heap.push(heapUsed + external);
  samples.resident.push(rss);
}
console.log(JSON.stringify(samples));
