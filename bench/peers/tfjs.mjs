// Benchmarks TensorFlow.js on its cpu and wasm backends, through its public operations, variableGrads and
// Adam optimizer.
//
// It is arranged to its advantage: the one-hot inputs are created once and multiplied for all time steps
// together (its wasm backend has no gradient for gathered rows), time-major, unstacked by time (the gradient
// of unstack is one stack; that of T slices would be T paddings), with one product for the logits. Clipping
// by the global norm is written out, because the library has none. The loss is read at the end of each step,
// as bptt returns it.

import { createRequire } from "node:module";
import { dirname } from "node:path";
import { gatesOf, oneHotRows, timeMajor } from "../shapes.mjs";
import { packageVersion } from "./peer.mjs";

const require = createRequire(import.meta.url);
/** @type {any} one library with two backends */
let tf;

export const tfjsWasm = backend("wasm", "one thread, SIMD");
export const tfjsCpu = backend("cpu", "plain JavaScript");

/** @param {"cpu" | "wasm"} name @param {string} work @returns {import("./peer.mjs").Peer} */
function backend(name, work) {
  return {
    name: `TensorFlow.js ${name}`,
    work,
    sameWeights: true,
    cells: name === "wasm" ? ["tanh", "gru", "lstm"] : ["tanh"], // its cpu backend would take a minute per step
    async load() {
      tf ??= require("@tensorflow/tfjs"); // includes the cpu backend and the gradients
      tf.enableProdMode(); // without checks, and without the advice to use another library in Node
      if (name === "wasm") {
        const wasm = require("@tensorflow/tfjs-backend-wasm");
        wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
      }
      await tf.setBackend(name);
      return packageVersion("@tensorflow/tfjs");
    },
    async prepare(shape, data) {
      await tf.setBackend(name);
      const net = trainer(shape, data);
      return {
        ...net,
        enter: async () => {
          await tf.setBackend(name);
        },
      };
    },
  };
}

/** @param {import("../shapes.mjs").Shape} shape @param {import("../shapes.mjs").Data} data */
function trainer(shape, { inputs, targets, weights, training }) {
  const { H, B, T, V } = shape;
  const GH = gatesOf(shape) * H;
  const { learningRate, beta1, beta2, epsilon, clipNorm } = training;
  const x = tf.tensor2d(oneHotRows(timeMajor(inputs, shape), V), [T * B, V]);
  const y = tf.tensor2d(oneHotRows(timeMajor(targets, shape), V), [T * B, V]);
  const w_ih = tf.variable(tf.tensor2d(weights.w_ih_l0, [V, GH]));
  const w_hh = tf.variable(tf.tensor2d(weights.w_hh_l0, [H, GH]));
  const b_h = tf.variable(tf.tensor1d(weights.b_h_l0));
  const w_ho = tf.variable(tf.tensor2d(weights.w_ho, [H, V]));
  const b_o = tf.variable(tf.tensor1d(weights.b_o));
  const b_hn = weights.b_hn_l0 && tf.variable(tf.tensor1d(weights.b_hn_l0));
  const variables = [w_ih, w_hh, b_h, w_ho, b_o, ...(b_hn ? [b_hn] : [])];
  const step = STEPS[shape.cell ?? "tanh"];
  const adam = tf.train.adam(learningRate, beta1, beta2, epsilon);

  const loss = () => {
    const fromInput = tf.unstack(tf.reshape(tf.add(tf.matMul(x, w_ih), b_h), [T, B, GH]));
    /** @type {unknown[]} */
    const outputs = [];
    /** @type {any} */
    let state;
    for (const z of fromInput) {
      state = step(z, state, w_hh, b_hn);
      outputs.push(state.h);
    }
    const logits = tf.add(tf.matMul(tf.concat(outputs, 0), w_ho), b_o);
    return tf.losses.softmaxCrossEntropy(y, logits);
  };

  return {
    step() {
      const value = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(loss, variables);
        const names = Object.keys(grads);
        const norm = tf.sqrt(tf.addN(names.map((name) => tf.sum(tf.square(grads[name])))));
        const scale = tf.minimum(tf.div(clipNorm, norm), 1);
        adam.applyGradients(Object.fromEntries(names.map((name) => [name, tf.mul(grads[name], scale)])));
        return value;
      });
      const [number] = value.dataSync();
      value.dispose();
      return number;
    },
    free() {
      adam.dispose();
      tf.dispose([x, y, ...variables]);
    },
  };
}

/**
 * One time step of each cell, from x·W_ih + b (B, G·H). The initial state is zero, and its product is not
 * computed.
 * @type {Record<import("../shapes.mjs").Cell, (z: any, state: any, w_hh: any, b_hn: any) => { h: any, c?: any }>}
 */
const STEPS = {
  tanh: (z, state, w_hh) => ({ h: tf.tanh(state ? tf.add(z, tf.matMul(state.h, w_hh)) : z) }),
  gru(z, state, w_hh, b_hn) {
    const [z_r, z_z, z_n] = tf.split(z, 3, 1);
    const [q_r, q_z, q_n] = state ? tf.split(tf.matMul(state.h, w_hh), 3, 1) : [];
    const r = tf.sigmoid(state ? tf.add(z_r, q_r) : z_r);
    const u = tf.sigmoid(state ? tf.add(z_z, q_z) : z_z);
    const n = tf.tanh(tf.add(z_n, tf.mul(r, state ? tf.add(q_n, b_hn) : b_hn)));
    // (1 − z)⊙n + z⊙h = n + z⊙(h − n)
    return { h: state ? tf.add(n, tf.mul(u, tf.sub(state.h, n))) : tf.sub(n, tf.mul(u, n)) };
  },
  lstm(z, state, w_hh) {
    const a = tf.split(state ? tf.add(z, tf.matMul(state.h, w_hh)) : z, 4, 1);
    const new_c = tf.mul(tf.sigmoid(a[0]), tf.tanh(a[2]));
    const c = state ? tf.add(tf.mul(tf.sigmoid(a[1]), state.c), new_c) : new_c;
    return { h: tf.mul(tf.sigmoid(a[3]), tf.tanh(c)), c };
  },
};
