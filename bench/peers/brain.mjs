// Benchmarks the recurrent network of brain.js 2, per character at its batch size of 1.
//
// The work is similar, not the same: brain.recurrent.RNN has relu where bptt has tanh, a separate input layer
// (V × V−1, multiplied by H × V−1), an end token that is one of the V classes, RMSProp-like updates with
// clipping by value, and sums its products in f64. Its weights cannot be set, so losses are not compared. T
// characters are predicted in a step, as for the others: T−1 ids, with its start token before and its end
// token after them. Its first step moves every weight by 30 learning rates; at 1e-3 it overflows with H =
// 100, hence 1e-5.

import { createRequire } from "node:module";
import { packageVersion, Unavailable } from "./peer.mjs";

const LEARNING_RATE = 1e-5;

/** @type {any} */
let brain;

/** @type {import("./peer.mjs").Peer} */
export const brainJs = {
  name: "brain.js",
  work: "recurrent.RNN: relu, RMSProp; weights cannot be given, so the work is alike and losses are not compared",
  sameWeights: false,
  async load() {
    brain = createRequire(import.meta.url)("brain.js");
    return packageVersion("brain.js");
  },
  async prepare({ H, B, V }, { inputs }) {
    if (B !== 1) throw new Unavailable("has no batches");
    const net = new brain.recurrent.RNN({
      inputSize: V - 1,
      inputRange: V - 1,
      outputSize: V - 1, // it adds the end token to each
      hiddenLayers: [H],
    });
    net.updateTrainingOptions({ learningRate: LEARNING_RATE });
    net.initialize();
    const ids = Array.from(inputs.slice(1), (id) => Math.min(id, V - 2));
    return { step: () => net.trainPattern(ids, true) };
  },
};
