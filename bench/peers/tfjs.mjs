// TensorFlow.js on its cpu and wasm backends, through its public operations, variableGrads and Adam optimizer.
//
// Arranged to its advantage: the one-hot inputs are made once and multiplied for all time steps together (its wasm
// backend has no gradient for gathered rows), time-major, unstacked by time (the gradient of unstack is one stack; that
// of T slices would be T paddings), one product for the logits. Clipping by the global norm is written out, since the
// library has none. The loss is read at the end of each step, as bptt returns it.

import { createRequire } from "node:module";
import { dirname } from "node:path";
import { oneHotRows, timeMajor } from "../shapes.mjs";
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
    async load() {
      tf ??= require("@tensorflow/tfjs"); // brings the cpu backend and the gradients with it
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
  const { learningRate, beta1, beta2, epsilon, clipNorm } = training;
  const x = tf.tensor2d(oneHotRows(timeMajor(inputs, shape), V), [T * B, V]);
  const y = tf.tensor2d(oneHotRows(timeMajor(targets, shape), V), [T * B, V]);
  const w_ih = tf.variable(tf.tensor2d(weights.w_ih_l0, [V, H]));
  const w_hh = tf.variable(tf.tensor2d(weights.w_hh_l0, [H, H]));
  const b_h = tf.variable(tf.tensor1d(weights.b_h_l0));
  const w_ho = tf.variable(tf.tensor2d(weights.w_ho, [H, V]));
  const b_o = tf.variable(tf.tensor1d(weights.b_o));
  const variables = [w_ih, w_hh, b_h, w_ho, b_o];
  const adam = tf.train.adam(learningRate, beta1, beta2, epsilon);

  const loss = () => {
    const fromInput = tf.unstack(tf.reshape(tf.add(tf.matMul(x, w_ih), b_h), [T, B, H]));
    /** @type {unknown[]} */
    const outputs = [];
    for (const [t, z] of fromInput.entries()) {
      outputs.push(tf.tanh(t === 0 ? z : tf.add(z, tf.matMul(outputs[t - 1], w_hh))));
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
