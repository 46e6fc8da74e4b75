// The adding problem, which shows which cells can remember over sixty steps.
//
//     npm run adding
//
// A sequence consists of numbers uniform in 0 … 1, two of which are marked, one in each half. After the last
// step the network must output the sum of the two (Hochreiter and Schmidhuber, "Long Short-Term Memory",
// 1997, experiment 4). A network that has forgotten the numbers does best by always answering their mean, 1,
// with a squared error of 2/12. A tanh cell stays there, because its gradient vanishes on the way back (at
// learning rates of 0.005, 0.002 and 0.0005 too); the gates of gru and lstm let it pass. The figure of merit
// is the squared error on unseen sequences, with the same sizes, steps, data and seeds for each cell.

import { cosine, fit, Rnn, type Batch } from "bptt";
import { adding, random } from "./sequences.js";

const CELLS = ["tanh", "gru", "lstm"] as const;
const SEEDS = [1, 2];
const LENGTH = 60;
const STEPS = 1200;

const heldOut = adding(random(1_000_003), 1000, LENGTH);
const mean = heldOut.sums.reduce((sum, y) => sum + (y - 1) ** 2, 0) / heldOut.sums.length;

/** Yields an endless sequence of batches, the same for each cell. */
function* batches(seed: number): Generator<Batch> {
  const coin = random(seed);
  for (;;) yield adding(coin, 20, LENGTH).batch;
}

/** Trains a cell and returns its error on the held-out sequences. */
async function learn(cell: (typeof CELLS)[number], seed: number): Promise<number> {
  using rnn = new Rnn({ cell, inputSize: 2, hiddenSize: 24, outputSize: 1, seed });
  await fit(rnn, batches(seed), { steps: STEPS, learningRate: cosine({ from: 0.015, steps: STEPS }) });
  return rnn.evaluate(heldOut.batch).loss;
}

console.log(
  `squared error on ${heldOut.sums.length} held-out sequences of ${LENGTH} steps, ${STEPS} updates\n`,
);
console.log(`cell      ${SEEDS.map((seed) => `seed ${seed}`.padEnd(10)).join("")}`);
const errors: Record<string, number[]> = {};
for (const cell of CELLS) {
  const row = (errors[cell] = [] as number[]);
  for (const seed of SEEDS) row.push(await learn(cell, seed));
  console.log(`${cell.padEnd(10)}${row.map((error) => error.toFixed(4).padEnd(10)).join("")}`);
}
console.log(`always 1  ${SEEDS.map(() => mean.toFixed(4).padEnd(10)).join("")}`);

const learned = (cell: string) => errors[cell]!.every((error) => error < mean / 10);
const failed = (cell: string) => errors[cell]!.every((error) => error > mean / 2);
const asExpected = failed("tanh") && learned("gru") && learned("lstm");
console.log(`\n${asExpected ? "tanh forgets; gru and lstm remember" : "not what the literature says"}`);
if (!asExpected) process.exitCode = 1;
