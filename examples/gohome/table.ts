// Measures how reliably the network learns: 100 seeds of both forms of the tutorial's program, 500 steps
// each.
//
//     npm run gohome:table
//
// It prints the rows of a table in the README. There is no timing, so the counts are the same on every
// machine.

import { Adam, Rnn, Vocabulary } from "bptt";

const SEEDS = 100;
const STEPS = 500;

const vocabulary = new Vocabulary(["g", "o", "h", "m", "e"]);
const batch = { inputs: [vocabulary.encode("gohom")], targets: [vocabulary.encode("ohome")] };

/**
 * Trains one network. Returns the first step after which it answers "ohome", whether it does at the end, and
 * its loss.
 */
function train(seed: number, outputSize: number | undefined) {
  const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize, seed });
  const adam = new Adam({ learningRate: 0.1 });
  let first = Infinity;
  for (let step = 1; step <= STEPS; step++) {
    rnn.trainStep(batch, adam);
    if (first === Infinity && rnn.evaluate(batch).accuracy === 1) first = step;
  }
  const { loss, accuracy } = rnn.evaluate(batch);
  rnn.free();
  return { first, holds: accuracy === 1, loss };
}

function middle(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}

console.log(`${SEEDS} seeds, ${STEPS} steps, Adam 0.1\n`);
console.log(
  "| form | said ohome | holds it at the end | first step: median | worst | median loss at the end |",
);
console.log("|---|---|---|---|---|---|");
for (const [form, outputSize] of [
  ["hidden states are the logits", undefined],
  ["with output layer", 5],
] as const) {
  const runs = Array.from({ length: SEEDS }, (_, seed) => train(seed, outputSize));
  const reached = runs.map(({ first }) => first).filter(Number.isFinite);
  const holds = runs.filter((run) => run.holds).length;
  const loss = middle(runs.map((run) => run.loss)).toPrecision(2);
  console.log(
    `| ${form} | ${reached.length} | ${holds} | ${middle([...reached])} | ${Math.max(...reached)} | ${loss} |`,
  );
}
