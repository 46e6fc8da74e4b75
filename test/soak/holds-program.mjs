// One case of the part "node", in a separate process: `node holds-program.mjs CASE SECONDS` prints the measured values as JSON.

import { CharRnn, fit, Rnn } from "bptt";
import { batches, text } from "./data.mjs";
import { HoldWatch, own, times } from "./hold.mjs";

/**
 * @typedef {Record<"first" | "longest" | "clock" | "call" | "step" | "steps" | "busy", number>} Seen in milliseconds
 *
 * first: the longer of the first two turns, in which the first batch comes and the first step is done; longest: the longest one after that during the run;
 * clock: the longest one by the clock, including the time of other work;
 * call: the duration of the call that started the run; step: the duration of a long step, the second longest of 20; busy: the share of this thread's
 * time that the run took after that call, 0 … 1.
 */

/** @typedef {import("bptt").Run<any>} AnyRun */

/**
 * @typedef {object} Case
 * @property {(options: object) => AnyRun} start
 * @property {object} [options] of the run that is watched
 * @property {(run: AnyRun) => Promise<void>} [aside] other work during the run
 */

/** @param {"tanh" | "gru" | "lstm"} cell @param {{ H: number, V: number, B: number, T: number | number[] }} shape @returns {Case} */
const network = (cell, { H, V, ...shape }) => {
  const rnn = new Rnn({ cell, inputSize: V, hiddenSize: H, outputSize: V, seed: 1 });
  const data = batches(40, { V, ...shape });
  return { start: (options) => fit(rnn, data, { steps: 1e9, ...options }) };
};

/** @param {string | string[]} given @param {number} hiddenSize @param {object} [always] @returns {Case} */
const model = (given, hiddenSize, always = {}) => {
  const made = new CharRnn({ text: given, seed: 1, hiddenSize });
  return { start: (options) => made.fit(given, { epochs: 1e6, ...always, ...options }) };
};

const validating = { validationFraction: 0.1, validateEvery: 20, patience: 1e6 };
const lines = () => text(1e6).match(/[^\n]{1,50}/g) ?? [];
const words = () => text(1e6).split(/\s+/);

/** @type {Record<string, () => Case>} */
const CASES = {
  "tanh, H = 16": () => network("tanh", { H: 16, V: 16, B: 8, T: 16 }),
  "gru, H = 64": () => network("gru", { H: 64, V: 64, B: 16, T: 32 }),
  "gru, H = 128": () => network("gru", { H: 128, V: 64, B: 32, T: 64 }),
  "lstm, H = 256": () => network("lstm", { H: 256, V: 64, B: 32, T: 64 }),
  "gru, H = 96, T of 4 or 100": () => network("gru", { H: 96, V: 32, B: 8, T: [4, 100] }),
  "text, 1 MB": () => model(text(1e6), 64),
  "text, 1 MB, validating": () => ({ ...model(text(1e6), 64), options: validating }),
  "text, 5 MB": () => model(text(5e6), 64),
  "list, 21 000 lines": () => model(lines(), 64),
  "list, 21 000 lines, validating": () => ({ ...model(lines(), 64), options: validating }),
  "list, 190 000 words": () => model(words(), 16, { batchSize: 2048 }), // several epochs
  "text, worker": () => model(text(1e6), 64, { worker: true }),
  "text, H = 256, worker": () => model(text(1e6), 256, { worker: true, validationFraction: 0.1 }),
  "list, 190 000 words, worker": () => model(words(), 16, { batchSize: 2048, worker: true }),
  "text, checkpoints, worker": () => ({
    ...model(text(1e5), 128, { batchSize: 8, worker: true }),
    aside: checkpoints,
  }),
  "text, checkpoints": () => ({ ...model(text(1e5), 128, { batchSize: 8 }), aside: checkpoints }),
};

/** One each tenth of a second. @param {AnyRun} run */
async function checkpoints(run) {
  let over = false;
  void run.done.then(() => (over = true));
  while (!over) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    await run.checkpoint();
  }
}

const [, , name = "", seconds = "1"] = process.argv;
const made = CASES[name];
if (!made) throw new Error(`holds-program: no case ${name}; there are ${Object.keys(CASES).join("; ")}`);
const { start, options = {}, aside } = made();
const limit = { timeLimitSeconds: Number(seconds) };

const before = times();
const run = start({ ...limit, ...options });
const call = own(before, times());
const watch = new HoldWatch();
void aside?.(run);
const { steps } = await run;
const holds = watch.stop();

/** When each step was done, by the clock. @type {number[]} */
const done = [];
const again = start({
  ...limit,
  timeLimitSeconds: Number(seconds) / 2,
  onProgress: () => done.push(performance.now()),
});
const began = times(); // the duration of the call is measured separately
await again;
const ended = times();
const busy = (ended.had - began.had) / (ended.clock - began.clock);
const took = done.slice(1).map((at, i) => at - (done[i] ?? at));
const step = took.sort((a, b) => a - b)[Math.floor(0.95 * took.length)] ?? 0;
console.log(JSON.stringify({ ...holds, call, step, steps, busy }));
