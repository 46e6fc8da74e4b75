// The measured shapes, and the data and initial weights of every contender.
//
// H is the hidden size, B the batch size, T the number of time steps, V the vocabulary size (inputs and
// classes), G the number of gates, as everywhere in bptt.

/** @typedef {"tanh" | "gru" | "lstm"} Cell */

/** `cell`: "tanh" if absent. @typedef {{ cell?: Cell, H: number, B: number, T: number, V: number }} Shape */

/**
 * Weights, row-major and (in, out), under bptt's names; gates in PyTorch's order.
 * @typedef {object} Weights
 * @property {Float32Array} w_ih_l0 (V, G·H)
 * @property {Float32Array} w_hh_l0 (H, G·H)
 * @property {Float32Array} b_h_l0 (G·H)
 * @property {Float32Array} [b_hn_l0] (H) of a gru
 * @property {Float32Array} w_ho (H, V)
 * @property {Float32Array} b_o (V)
 */

/**
 * @typedef {object} Data
 * @property {Int32Array} inputs (B, T)
 * @property {Int32Array} targets (B, T)
 * @property {Weights} weights
 * @property {Training} training
 */

/**
 * Settings of Adam with ε outside the root, as in PyTorch, after clipping by the global norm.
 * @typedef {object} Training
 * @property {number} learningRate
 * @property {number} beta1
 * @property {number} beta2
 * @property {number} epsilon
 * @property {number} clipNorm
 */

/**
 * Settings for comparing losses: a clipping that is active at every shape, and an ε of the size of the
 * gradients, without which Adam would hide the clipping. A step without clipping, or with ε at another place,
 * thus changes the loss.
 * @type {Training}
 */
export const COMPARED = { learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-3, clipNorm: 0.1 };

/**
 * Settings for timing steps: a rate so small that a million steps change nothing. Otherwise small networks
 * would overfit their batch, and vanishing moments, which are slow denormal numbers, would be timed.
 * @type {Training}
 */
export const TIMED = { learningRate: 1e-9, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clipNorm: 1 };

/** @type {Shape[]} */
export const TRAINING_SHAPES = [
  { H: 5, B: 1, T: 5, V: 5 },
  { H: 100, B: 1, T: 25, V: 65 },
  { H: 64, B: 16, T: 32, V: 65 },
  { H: 128, B: 32, T: 64, V: 65 },
  { H: 256, B: 32, T: 64, V: 65 },
  { H: 512, B: 32, T: 64, V: 65 },
];

/** The shapes of the gated cells. @type {Shape[]} */
export const GATED_SHAPES = /** @type {Cell[]} */ (["gru", "lstm"]).flatMap((cell) => [
  { cell, H: 64, B: 16, T: 32, V: 65 },
  { cell, H: 128, B: 32, T: 64, V: 65 },
  { cell, H: 256, B: 32, T: 64, V: 65 },
]);

/** The shapes at which two layers are compared with one. @type {Shape[]} */
export const LAYER_SHAPES = [
  { H: 128, B: 32, T: 64, V: 65 },
  { cell: "gru", H: 128, B: 32, T: 64, V: 65 },
  { cell: "lstm", H: 128, B: 32, T: 64, V: 65 },
];

/** The shapes of generation, one character at a time: T = 1. @type {Shape[]} */
export const GENERATION_SHAPES = [
  { H: 64, B: 1, T: 1, V: 65 },
  { H: 256, B: 1, T: 1, V: 65 },
];

/** @param {Shape} shape */
export const shapeName = ({ cell, H, B, T, V }) =>
  `${cell === undefined ? "" : `${cell}, `}H ${H}, B ${B}, T ${T}, V ${V}`;

/** Returns G. @param {Shape} shape */
export const gatesOf = ({ cell = "tanh" }) => ({ tanh: 1, gru: 3, lstm: 4 })[cell];

/**
 * Returns the multiplications and additions of a step's matrix products, counting only the useful ones: the
 * recurrence, the logits, and for each of the two the gradients of its input and of its weights. The product
 * with one-hot inputs is not counted.
 * @param {Shape} shape
 */
export function stepFlops(shape) {
  const { H, B, T, V } = shape;
  return 2 * T * B * (3 * gatesOf(shape) * H * H + 3 * H * V);
}

/**
 * Returns data that is the same on every machine. @param {Shape} shape @param {Training} training @returns
 * {Data}
 */
export function makeData(shape, training) {
  const { cell, H, B, T, V } = shape;
  const GH = gatesOf(shape) * H;
  const random = generator(H * 1000 + B);
  const text = Int32Array.from({ length: B * (T + 1) }, () => Math.floor(random() * V)); // (B, T+1)
  const row = (/** @type {number} */ shift) =>
    Int32Array.from({ length: B * T }, (_, i) => text[Math.floor(i / T) * (T + 1) + (i % T) + shift] ?? 0);
  // Glorot's limits, as in TensorFlow 1 for the joint kernel (V+H, G·H) and for (H, V)
  const uniform = (/** @type {number} */ length, /** @type {number} */ fan) =>
    Float32Array.from({ length }, () => (2 * random() - 1) * Math.sqrt(6 / fan));
  return {
    training,
    inputs: row(0),
    targets: row(1),
    weights: {
      w_ih_l0: uniform(V * GH, V + H + GH),
      w_hh_l0: uniform(H * GH, V + H + GH),
      b_h_l0: new Float32Array(GH),
      ...(cell === "gru" && { b_hn_l0: new Float32Array(H) }),
      w_ho: uniform(H * V, H + V),
      b_o: new Float32Array(V),
    },
  };
}

/** Returns a generator of numbers uniform in [0, 1): mulberry32. @param {number} seed */
function generator(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Transposes (B, T) → (T, B). @param {Int32Array} rows @param {Shape} shape */
export function timeMajor(rows, { B, T }) {
  return Int32Array.from({ length: B * T }, (_, i) => rows[(i % B) * T + Math.floor(i / B)] ?? 0);
}

/**
 * Returns one-hot rows (T·B, V), for libraries that cannot gather rows. @param {Int32Array} ids @param
 * {number} V
 */
export function oneHotRows(ids, V) {
  const rows = new Float32Array(ids.length * V);
  ids.forEach((id, i) => (rows[i * V + id] = 1));
  return rows;
}
