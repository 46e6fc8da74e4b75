// Benchmarks this library through its public API, as built into dist/.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gatesOf } from "../shapes.mjs";
import { Unavailable } from "./peer.mjs";

/** @typedef {import("./peer.mjs").Peer} Peer */
/** @typedef {import("../shapes.mjs").Shape} Shape */
/** @typedef {import("../shapes.mjs").Data} Data */
/** @typedef {{ step: (ids: Int32Array) => { data: Float32Array }, free: () => void }} Session */

const projectRoot = join(import.meta.dirname, "../..");

const dist = join(projectRoot, "dist");
export const bptt = bpttFrom(
  "bptt",
  join(dist, "index.js"),
  "the default build: plain simd128, the same bits everywhere",
);
export const bpttRelaxed = bpttFrom("bptt/relaxed", join(dist, "relaxed.js"), "fused multiply-add");

/** A build of this library. @param {string} name @param {string} path of the entry @param {string} [work] @returns {Peer} */
export function bpttFrom(name, path, work = "") {
  /** @type {any} */
  let library;
  const network = (/** @type {Shape} */ shape, /** @type {Data} */ { weights }) => {
    const { cell = "tanh", H, V } = shape;
    const GH = gatesOf(shape) * H;
    const rnn = new library.Rnn({ cell, inputSize: V, hiddenSize: H, outputSize: V });
    rnn.setParameters({
      ...weights,
      w_ih_l0: { data: weights.w_ih_l0, shape: [V, GH] },
      w_hh_l0: { data: weights.w_hh_l0, shape: [H, GH] },
      w_ho: { data: weights.w_ho, shape: [H, V] },
    });
    return rnn;
  };
  return {
    name,
    work,
    sameWeights: true,
    cells: ["tanh", "gru", "lstm"],
    async load() {
      if (!existsSync(path)) throw new Unavailable(`not available: there is no ${path}`);
      library = await import(path);
      try {
        new library.Rnn({ inputSize: 1, hiddenSize: 1 }).free(); // compiles the module, which an engine may refuse
      } catch (error) {
        throw new Unavailable(error instanceof Error ? error.message : String(error));
      }
      return JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")).version;
    },
    async prepare(shape, data) {
      const rnn = network(shape, data);
      const { learningRate, epsilon, clipNorm } = data.training;
      const adam = new library.Adam({ learningRate, epsilon, epsilonMode: "torch" });
      const batch = {
        inputs: { data: data.inputs, shape: [shape.B, shape.T] },
        targets: { data: data.targets, shape: [shape.B, shape.T] },
      };
      const options = { clipNorm };
      return { step: () => rnn.trainStep(batch, adam, options).loss, free: () => rnn.free() };
    },
    async prepareGeneration(shape, data) {
      const rnn = network(shape, data);
      if (typeof rnn.session !== "function") {
        rnn.free();
        throw new Unavailable("not available: this version has no rnn.session");
      }
      /** @type {Session} */
      const session = rnn.session({ batch: 1 });
      const ids = new Int32Array(1);
      let next = 0;
      return {
        step() {
          ids[0] = next;
          next = (next + 1) % shape.V;
          return session.step(ids).data[0] ?? NaN;
        },
        free() {
          session.free();
          rnn.free();
        },
      };
    },
  };
}
