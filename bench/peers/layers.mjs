// Measures the cost of a second layer: this library with one layer and with two layers of equal size.
//
// Layer 1 reads H hidden states. Its inputs are therefore features of the same width instead of ids, whose
// product is a copy of a row, so that layer 0 reads as much. Two layers are then twice the work of one,
// except for the output layer.

import { join } from "node:path";
import { TIMED } from "../shapes.mjs";

/** @typedef {import("./peer.mjs").Peer} Peer */

/** @type {Peer[]} */
export const layerPeers = [layered(1), layered(2)];

/** @param {number} layers @returns {Peer} */
function layered(layers) {
  return {
    name: layers === 1 ? "one layer" : "two layers",
    work: "features of width H",
    sameWeights: false,
    cells: ["tanh", "gru", "lstm"],
    load: async () => "",
    async prepare(shape, data) {
      const { Adam, Rnn } = await import(join(import.meta.dirname, "../../dist/index.js"));
      const { cell = "tanh", H, B, T, V } = shape;
      const rnn = new Rnn({ cell, inputSize: H, hiddenSize: H, outputSize: V, layers });
      const { learningRate, epsilon, clipNorm } = TIMED;
      const adam = new Adam({ learningRate, epsilon, epsilonMode: "torch" });
      const features = Float32Array.from({ length: B * T * H }, (_, i) => ((i * 7919) % 2048) / 1024 - 1);
      const batch = {
        inputs: { data: features, shape: [B, T, H] },
        targets: { data: data.targets, shape: [B, T] },
      };
      return { step: () => rnn.trainStep(batch, adam, { clipNorm }).loss, free: () => rnn.free() };
    },
  };
}
