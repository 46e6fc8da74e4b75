// Classifies sequences of different lengths: first names as names of the female or the male list.
//
//     npm run classifier                    trains, prints the accuracy on held-out names and some of them
//     npm run classifier -- dilbert zelda   and its probabilities for these, letter by letter
//
// A gru reads a name letter by letter and answers at the last letter: the weight of the loss is 1 there and 0
// elsewhere. Names of a batch are padded to the longest, and `sequenceLengths` keeps the padding from being
// read. The figure of merit is the accuracy on unseen names, next to two baselines: always the more frequent
// class, and the class that is more frequent for the last letter.

import { parseArgs } from "node:util";
import { cosine, fit, Rnn, Vocabulary, type ClassBatch } from "bptt";
import { shuffle } from "../shuffle.js";
import { CLASSES, readNames, type Named } from "./names.js";

const { positionals: given } = parseArgs({ allowPositionals: true });

const BATCH = 64;
const EPOCHS = 12;
const { trained, validated, heldOut } = readNames(1);
const vocabulary = Vocabulary.from(trained.map(({ name }) => name).join(""));

/** Returns a batch of names, with the class of each as target of its last letter. */
function batchOf(names: readonly Named[]): ClassBatch {
  const sequenceLengths = names.map(({ name }) => name.length);
  const [B, T] = [names.length, Math.max(...sequenceLengths)];
  const inputs = new Int32Array(B * T);
  const targets = new Int32Array(B * T);
  const weights = new Float32Array(B * T);
  names.forEach(({ name, kind }, b) => {
    inputs.set(vocabulary.encode(name), b * T);
    const last = b * T + name.length - 1;
    targets[last] = kind;
    weights[last] = 1;
  });
  const shape = [B, T];
  return {
    inputs: { data: inputs, shape },
    targets: { data: targets, shape },
    weights: { data: weights, shape },
    sequenceLengths,
  };
}

/** Yields the batches of epoch n, in an order that depends on n. */
function* epoch(n: number): Generator<ClassBatch> {
  const names = shuffle(trained, n);
  for (let i = 0; i < names.length; i += BATCH) yield batchOf(names.slice(i, i + BATCH));
}

const rnn = new Rnn({
  cell: "gru",
  inputSize: vocabulary.size,
  hiddenSize: 64,
  outputSize: CLASSES.length,
  seed: 1,
});
const result = await fit(rnn, epoch, {
  epochs: EPOCHS,
  learningRate: cosine({ from: 5e-3, steps: EPOCHS * Math.ceil(trained.length / BATCH) }),
  validation: [batchOf(validated)],
  patience: 3,
});
console.log(
  `${trained.length} names, ${result.steps} steps (${result.stopped}), weights of step ${result.keptStep}: ` +
    `loss ${result.validationLoss!.toFixed(4)} on ${validated.length} validation names\n`,
);

/** Returns the class that is more frequent among the training names for which `test` is true. */
function commoner(test: (name: string) => boolean): number {
  const kinds = trained.filter(({ name }) => test(name)).map(({ kind }) => kind);
  return kinds.filter((kind) => kind === 1).length > kinds.length / 2 ? 1 : 0;
}
const ofLastLetter = new Map(
  vocabulary.tokens.map((letter) => [letter, commoner((name) => name.endsWith(letter))]),
);
const accuracy = (classify: (name: string) => number | undefined) =>
  heldOut.filter(({ name, kind }) => classify(name) === kind).length / heldOut.length;

const ofMajority = commoner(() => true);
const [majority, lastLetter] = [
  accuracy(() => ofMajority),
  accuracy((name) => ofLastLetter.get(name.at(-1)!)),
];
const network = rnn.evaluate(batchOf(heldOut)).accuracy;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
console.log(`accuracy on ${heldOut.length} names that it has never seen`);
console.log(`  the network           ${percent(network)}`);
console.log(`  by the last letter    ${percent(lastLetter)}`);
console.log(`  always ${CLASSES[ofMajority]}         ${percent(majority)}\n`);

/** Returns, after each letter, the probability that the name so far is a male one. */
function readingOf(name: string): number[] {
  const { data } = rnn.forward({ inputs: [vocabulary.encode(name)] }).logits; // (1, T, 2)
  return Array.from(name, (_, t) => 1 / (1 + Math.exp(data[2 * t]! - data[2 * t + 1]!)));
}
for (const { name, kind } of heldOut.slice(0, 12)) {
  const male = readingOf(name).at(-1)!;
  const said = male > 0.5 ? 1 : 0;
  const line = `${name.padEnd(14)}${CLASSES[said].padEnd(8)}${percent(said === 1 ? male : 1 - male).padStart(7)}`;
  console.log(said === kind ? line : `${line}   listed as ${CLASSES[kind]}`);
}

console.log("\nletter by letter: the probability of a male name if it ended here");
for (const name of given.length > 0 ? given.map((name) => name.toLowerCase()) : ["pauline", "christopher"]) {
  const reading = readingOf(name).map((male, t) => `${name[t]} ${Math.round(100 * male)}`);
  console.log(`  ${reading.join("  ")}`);
}

if (!(network > lastLetter + 0.03 && network > majority + 0.2)) process.exitCode = 1;
