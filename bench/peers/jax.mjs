// Benchmarks @jax-js/jax on its wasm backend: loss, gradients, clipping and Adam in one jit-compiled
// function.
//
// It has no loop over time (scan), so the T steps are unrolled. One-hot inputs are created once and
// multiplied for all steps together. Reading the loss ends the step. Arrays are consumed by use; `.ref` keeps
// one for another use.

import { oneHotRows, timeMajor } from "../shapes.mjs";
import { packageVersion, Unavailable } from "./peer.mjs";

/** @type {string} not a literal: the types of peers are not installed for the check */
const PACKAGE = "@jax-js/jax";
const LEAST_NODE = 22;

/** @type {any} */
let jax;

/** @type {import("./peer.mjs").Peer} */
export const jaxJs = {
  name: "@jax-js/jax wasm",
  work: "one jit-compiled function, time unrolled",
  sameWeights: true,
  async load() {
    if (Number.parseInt(process.versions.node, 10) < LEAST_NODE)
      throw new Unavailable(`needs Node ${LEAST_NODE} or newer, this is ${process.versions.node}`);
    jax = await import(PACKAGE);
    await jax.init("wasm");
    jax.defaultDevice("wasm");
    return packageVersion(PACKAGE);
  },
  async prepare(shape, { inputs, targets, weights, training }) {
    const { H, B, T, V } = shape;
    const { numpy: np, nn, tree } = jax;
    const { learningRate, beta1, beta2, epsilon, clipNorm } = training;
    const matrix = (/** @type {Float32Array} */ data, /** @type {number[]} */ dims) =>
      np.array(data).reshape(dims);

    const x = matrix(oneHotRows(timeMajor(inputs, shape), V), [T * B, V]);
    const y = matrix(oneHotRows(timeMajor(targets, shape), V), [T * B, V]);

    /** Consumes p and x_, y_. @param {any} p @param {any} x_ @param {any} y_ */
    const loss = (p, x_, y_) => {
      const fromInput = np.split(np.matmul(x_, p.w_ih).add(p.b_h), T, 0); // T × (B, H)
      /** @type {any[]} */
      const outputs = []; // T × (B, H)
      for (let t = 0; t < T; t++) {
        const z = fromInput[t];
        const more = t === 0 ? z : z.add(np.matmul(outputs[t - 1].ref, p.w_hh.ref));
        outputs.push(np.tanh(more));
      }
      p.w_hh.dispose();
      const logits = np.matmul(T === 1 ? outputs[0] : np.concatenate(outputs, 0), p.w_ho).add(p.b_o);
      return nn
        .logSoftmax(logits, -1)
        .mul(y_)
        .sum()
        .mul(-1 / (T * B));
    };

    /** Consumes all but x_ and y_. @param {any} p @param {any} m @param {any} v @param {any} rate @param {any} v_hat @param {any} x_ @param {any} y_ */
    const update = (p, m, v, rate, v_hat, x_, y_) => {
      const [value, gradients] = jax.valueAndGrad(loss)(tree.ref(p), x_, y_);
      const names = Object.keys(p);
      const norm = np.sqrt(names.map((n) => np.square(gradients[n].ref).sum()).reduce((s, q) => s.add(q)));
      const scale = np.minimum(np.trueDivide(clipNorm, norm), 1);
      /** @type {Record<string, any>[]} */
      const [p_, m_, v_] = [{}, {}, {}];
      for (const n of names) {
        const g = gradients[n].mul(scale.ref);
        m_[n] = m[n].mul(beta1).add(g.ref.mul(1 - beta1));
        v_[n] = v[n].mul(beta2).add(np.square(g).mul(1 - beta2));
        const denominator = np.sqrt(v_[n].ref.mul(v_hat.ref)).add(epsilon);
        p_[n] = p[n].sub(m_[n].ref.mul(rate.ref).div(denominator));
      }
      for (const used of [scale, rate, v_hat]) used.dispose();
      return [value, p_, m_, v_];
    };

    const compiled = jax.jit(update);
    const zeros = () => ({
      w_ih: np.zeros([V, H]),
      w_hh: np.zeros([H, H]),
      b_h: np.zeros([H]),
      w_ho: np.zeros([H, V]),
      b_o: np.zeros([V]),
    });
    let p = {
      w_ih: matrix(weights.w_ih_l0, [V, H]),
      w_hh: matrix(weights.w_hh_l0, [H, H]),
      b_h: np.array(weights.b_h_l0),
      w_ho: matrix(weights.w_ho, [H, V]),
      b_o: np.array(weights.b_o),
    };
    let [m, v] = [zeros(), zeros()];
    let [beta1_t, beta2_t] = [1, 1];
    return {
      step() {
        beta1_t *= beta1;
        beta2_t *= beta2;
        const rate = np.array(learningRate / (1 - beta1_t));
        const v_hat = np.array(1 / (1 - beta2_t));
        const [value, ...state] = compiled(p, m, v, rate, v_hat, x.ref, y.ref);
        [p, m, v] = state;
        return value.item();
      },
      free() {
        tree.dispose([p, m, v, x, y]);
        compiled.dispose();
      },
    };
  },
};
