// `npm run bench:workers`: tokens per second of a run in two workers against one, at the same number of shards, and
// against one worker without shards. Rounds are interleaved; the best of five counts, because a worker that waits for a
// core measures the machine. Prints a table as Markdown.

import { cpus } from "node:os";
import process from "node:process";
import { join } from "node:path";
import { makeData, shapeName, TIMED } from "./shapes.mjs";

const ROUNDS = 5;
const SHARDS = 8;
/** @type {{ shape: import("./shapes.mjs").Shape, steps: number }[]} */
const CASES = [
  { shape: { cell: "gru", H: 64, B: 16, T: 32, V: 65 }, steps: 400 },
  { shape: { cell: "gru", H: 128, B: 32, T: 64, V: 65 }, steps: 60 },
  { shape: { cell: "gru", H: 256, B: 32, T: 64, V: 65 }, steps: 20 },
];
const CONTENDERS = [
  { name: "1 worker, 1 shard", options: { worker: true } },
  { name: `1 worker, ${SHARDS} shards`, options: { worker: true, shards: SHARDS } },
  { name: `2 workers, ${SHARDS} shards`, options: { workers: 2, shards: SHARDS } },
];

const { fit, Rnn } = await import(join(import.meta.dirname, "../dist/index.js"));

/** The throughput of a run, in time steps per second. @param {import("./shapes.mjs").Shape} shape @param {number} steps @param {object} options */
async function throughput(shape, steps, options) {
  const { cell = "tanh", H, B, T, V } = shape;
  const { inputs, targets } = makeData(shape, TIMED);
  const rnn = new Rnn({ cell, inputSize: V, hiddenSize: H, outputSize: V, seed: 1 });
  const batch = { inputs: { data: inputs, shape: [B, T] }, targets: { data: targets, shape: [B, T] } };
  let best = 0;
  const run = fit(rnn, [batch], {
    steps,
    learningRate: TIMED.learningRate,
    snapshotsPerSecond: 0,
    ...options,
  });
  for await (const { step, tokensPerSecond } of run)
    if (step > steps / 2) best = Math.max(best, tokensPerSecond);
  await run;
  rnn.free();
  return best;
}

const lines = [
  ["shape", ...CONTENDERS.map(({ name }) => name), "2 workers / 1 worker"],
  ["---", ...CONTENDERS.map(() => "---:"), "---:"],
];
for (const { shape, steps } of CASES) {
  const best = CONTENDERS.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { options }] of CONTENDERS.entries()) {
      best[i] = Math.max(best[i] ?? 0, await throughput(shape, steps, options));
    }
  }
  const [, one = NaN, two = NaN] = best;
  lines.push([shapeName(shape), ...best.map((x) => `${(x / 1000).toFixed(0)} k`), (two / one).toFixed(2)]);
}
const model = cpus()[0]?.model ?? "unknown processor";
process.stdout.write(
  [
    `${model}, ${cpus().length} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)};`,
    `tokens per second, best of ${ROUNDS} interleaved rounds.`,
    "",
    ...lines.map((cells) => `| ${cells.join(" | ")} |`),
    "",
  ].join("\n"),
);
