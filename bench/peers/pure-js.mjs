// Benchmarks strong pure JavaScript: the same algorithm on Float32Array, as fast as we could make it without
// wasm.
//
// Its optimizations: time-major arrays padded to 4, so that no product has a tail; products in tiles of 4×4
// whose sums stay in local variables (f64: V8 widens floats anyway, and rounding each sum by Math.fround
// halves the speed); input rows that are gathered instead of multiplied; logits and every weight gradient as
// one product over T·B; transposes once per step; no allocation in a step. Also tried: tiles 2×4, 4×2, 3×3,
// 3×4, 2×6, 6×2 (0.9 of 4×4), arrays of f64 (equal).

import { timeMajor } from "../shapes.mjs";
import { multiply, multiplyTransposed, transpose } from "./pure-js/gemm.mjs";

/** @typedef {import("../shapes.mjs").Shape} Shape */
/** @typedef {import("../shapes.mjs").Data} Data */

/** @type {import("./peer.mjs").Peer} */
export const pureJavaScript = {
  name: "pure JavaScript",
  work: "our own, bench/peers/pure-js.mjs",
  sameWeights: true,
  load: async () => process.versions.v8,
  prepare: async (shape, data) => trainer(shape, data),
  prepareGeneration: async (shape, data) => generator(shape, data),
};

const padded = (/** @type {number} */ n) => Math.ceil(n / 4) * 4;

/** Returns the layout of all parameters in one arena, with rows padded to 4. @param {Shape} shape */
function layout({ H, V }) {
  const [Hp, Vp] = [padded(H), padded(V)];
  const w_hh = V * Hp;
  const b_h = w_hh + Hp * Hp;
  const w_ho = b_h + Hp;
  const b_o = w_ho + Hp * Vp;
  return { Hp, Vp, w_ih: 0, w_hh, b_h, w_ho, b_o, length: b_o + Vp };
}

/** @param {Shape} shape @param {Data} data */
function firstParameters(shape, { weights }) {
  const { H, V } = shape;
  const { Hp, Vp, w_ih, w_hh, b_h, w_ho, b_o, length } = layout(shape);
  const theta = new Float32Array(length);
  for (let v = 0; v < V; v++) theta.set(weights.w_ih_l0.subarray(v * H, (v + 1) * H), w_ih + v * Hp);
  for (let h = 0; h < H; h++) theta.set(weights.w_hh_l0.subarray(h * H, (h + 1) * H), w_hh + h * Hp);
  for (let h = 0; h < H; h++) theta.set(weights.w_ho.subarray(h * V, (h + 1) * V), w_ho + h * Vp);
  theta.set(weights.b_h_l0, b_h);
  theta.set(weights.b_o, b_o);
  return theta;
}

/** @param {Shape} shape @param {Data} data @returns {import("./peer.mjs").Net} */
function trainer(shape, data) {
  const { B, T, V } = shape;
  const { Hp, Vp, w_ih, w_hh, b_h, w_ho, b_o, length } = layout(shape);
  const [x, target] = [timeMajor(data.inputs, shape), timeMajor(data.targets, shape)]; // (T, B)
  const theta = firstParameters(shape, data);
  const [d, m, v] = [new Float32Array(length), new Float32Array(length), new Float32Array(length)];
  const w_hh_t = new Float32Array(Hp * Hp); // W_hhᵀ
  const w_ho_t = new Float32Array(Vp * Hp); // W_hoᵀ
  const h = new Float32Array((T + 1) * B * Hp); // (T+1, B, H); row 0 is the initial state
  const logits = new Float32Array(T * B * Vp); // (T, B, V), later their gradients
  const dh = new Float32Array(T * B * Hp); // (T, B, H), later the gradients of the pre-activations
  let [beta1_t, beta2_t] = [1, 1];

  function forward() {
    for (let t = 0; t < T; t++) {
      const [before, now] = [t * B * Hp, (t + 1) * B * Hp];
      for (let b = 0; b < B; b++) {
        const row = w_ih + (x[t * B + b] ?? 0) * Hp;
        const at = now + b * Hp;
        for (let j = 0; j < Hp; j++) h[at + j] = theta[row + j] + theta[b_h + j];
      }
      if (t > 0) multiply(B, Hp, Hp, h, before, Hp, theta, w_hh, Hp, h, now, Hp);
      for (let i = now; i < now + B * Hp; i++) h[i] = Math.tanh(h[i]);
    }
    for (let row = 0; row < T * B; row++) logits.set(theta.subarray(b_o, b_o + Vp), row * Vp);
    multiply(T * B, Vp, Hp, h, B * Hp, Hp, theta, w_ho, Vp, logits, 0, Vp);
  }

  /** Returns the mean cross-entropy and replaces the logits by their gradients, (softmax − one-hot)/(T·B). */
  function lossAndGradient() {
    const scale = 1 / (T * B);
    let loss = 0;
    for (let row = 0; row < T * B; row++) {
      const at = row * Vp;
      let max = -Infinity;
      for (let k = 0; k < V; k++) if (logits[at + k] > max) max = logits[at + k];
      const right = at + target[row];
      const rightLogit = logits[right] - max;
      let sum = 0;
      for (let k = 0; k < V; k++) sum += logits[at + k] = Math.exp(logits[at + k] - max);
      loss += Math.log(sum) - rightLogit;
      const factor = scale / sum;
      for (let k = 0; k < V; k++) logits[at + k] *= factor;
      for (let k = V; k < Vp; k++) logits[at + k] = 0;
      logits[right] -= scale;
    }
    return loss * scale;
  }

  function backward() {
    d.fill(0);
    transpose(Hp, Hp, theta, w_hh, w_hh_t);
    transpose(Hp, Vp, theta, w_ho, w_ho_t);
    multiplyTransposed(Hp, Vp, T * B, h, B * Hp, Hp, logits, 0, Vp, d, w_ho, Vp); // dW_ho = hᵀ·dlogits
    columnSums(T * B, Vp, logits, b_o);
    dh.fill(0);
    multiply(T * B, Hp, Vp, logits, 0, Vp, w_ho_t, 0, Hp, dh, 0, Hp); // dh = dlogits·W_hoᵀ
    for (let t = T - 1; t >= 0; t--) {
      const [at, after] = [t * B * Hp, (t + 1) * B * Hp];
      if (t < T - 1) {
        multiply(B, Hp, Hp, dh, after, Hp, w_hh_t, 0, Hp, dh, at, Hp); // dh_t += dz_{t+1}·W_hhᵀ
      }
      for (let i = 0; i < B * Hp; i++) dh[at + i] *= 1 - h[after + i] * h[after + i]; // dz = dh ⊙ (1 − h²)
    }
    multiplyTransposed(Hp, Hp, (T - 1) * B, h, B * Hp, Hp, dh, B * Hp, Hp, d, w_hh, Hp); // dW_hh = h_{t−1}ᵀ·dz
    columnSums(T * B, Hp, dh, b_h);
    for (let row = 0; row < T * B; row++) {
      const to = w_ih + x[row] * Hp;
      for (let j = 0; j < Hp; j++) d[to + j] += dh[row * Hp + j];
    }
  }

  /** @param {number} rows @param {number} columns @param {Float32Array} matrix @param {number} to in d */
  function columnSums(rows, columns, matrix, to) {
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < columns; j++) d[to + j] += matrix[row * columns + j];
    }
  }

  function clipAndUpdate() {
    const { learningRate, beta1, beta2, epsilon, clipNorm } = data.training;
    let squares = 0;
    for (let i = 0; i < length; i++) squares += d[i] * d[i];
    const norm = Math.sqrt(squares);
    const scale = norm > clipNorm ? clipNorm / norm : 1;
    beta1_t *= beta1;
    beta2_t *= beta2;
    const rate = learningRate / (1 - beta1_t);
    const v_hat = 1 / (1 - beta2_t);
    for (let i = 0; i < length; i++) {
      const g = d[i] * scale;
      const m_i = beta1 * m[i] + (1 - beta1) * g;
      const v_i = beta2 * v[i] + (1 - beta2) * g * g;
      m[i] = m_i;
      v[i] = v_i;
      theta[i] -= (rate * m_i) / (Math.sqrt(v_i * v_hat) + epsilon);
    }
  }

  return {
    step() {
      forward();
      const loss = lossAndGradient();
      backward();
      clipAndUpdate();
      return loss;
    },
  };
}

/**
 * Generates one character after another, B = 1. @param {Shape} shape @param {Data} data @returns
 * {import("./peer.mjs").Net}
 */
function generator(shape, data) {
  const { V } = shape;
  const { Hp, Vp, w_ih, w_hh, b_h, w_ho, b_o } = layout(shape);
  const theta = firstParameters(shape, data);
  let [h, h_next] = [new Float32Array(Hp), new Float32Array(Hp)];
  const logits = new Float32Array(Vp);
  let id = 0;
  return {
    step() {
      for (let j = 0; j < Hp; j++) h_next[j] = theta[w_ih + id * Hp + j] + theta[b_h + j];
      multiply(1, Hp, Hp, h, 0, Hp, theta, w_hh, Hp, h_next, 0, Hp);
      for (let j = 0; j < Hp; j++) h_next[j] = Math.tanh(h_next[j]);
      [h, h_next] = [h_next, h];
      for (let k = 0; k < Vp; k++) logits[k] = theta[b_o + k];
      multiply(1, Vp, Hp, h, 0, Hp, theta, w_ho, Vp, logits, 0, Vp);
      id = (id + 1) % V;
      return logits[0];
    },
  };
}
