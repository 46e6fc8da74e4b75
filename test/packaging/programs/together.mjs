// Trains in turns with three entries in one process, each of which has a separate wasm instance.

import { createRequire } from "node:module";
import * as esm from "bptt";
import * as slim from "bptt/slim";

const require = createRequire(import.meta.url);
/** @type {typeof esm} */
const cjs = require("bptt");
await slim.init(new URL(import.meta.resolve("bptt/bptt.wasm")));

const entries = [esm, cjs, slim];
const batch = { inputs: [[0, 1, 2, 1, 3]], targets: [[1, 2, 1, 3, 4]] };
const trainees = entries.map(({ Adam, Rnn }) => ({
  rnn: new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, seed: 3 }),
  adam: new Adam({ learningRate: 0.1 }),
}));

/** @type {number[][]} the losses of each entry */
const losses = entries.map(() => []);
for (let step = 0; step < 30; step++) {
  trainees.forEach(({ rnn, adam }, i) => losses[i]?.push(rnn.trainStep(batch, adam).loss));
  // another entry's memory grows in the meantime
  const { Rnn } = entries[step % 3] ?? esm;
  new Rnn({ cell: "tanh", inputSize: 50, hiddenSize: 40 + 8 * step }).forward({ inputs: [[1, 2, 3]] });
}

// One entry uses objects of another: optimizers, tensors, vocabularies and errors are identified by brand.
const adam = new cjs.Adam({ learningRate: 0.1 });
const rnn = new esm.Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, seed: 3 });
const mixed = Array.from({ length: 30 }, () => rnn.trainStep(batch, adam).loss);
trainees[0]?.rnn.free();
/** @type {unknown} */
let error;
try {
  trainees[0]?.rnn.forward(batch);
} catch (caught) {
  error = caught;
}
const knownByAll = entries.every(({ BpttError }) => error instanceof BpttError);
const others = trainees.slice(1).map((trainee) => trainee.rnn.trainStep(batch, trainee.adam).loss);
console.log(JSON.stringify({ losses, mixed, knownByAll, others }));
