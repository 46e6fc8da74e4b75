// Initializes, trains, evaluates and samples networks of several shapes, and hashes the bits of all results.
// It is plain JavaScript over the built library, so that it runs unchanged wherever the library does. All its
// data are integers, or integers over a power of two: only the library computes with rounding.
//
//     node test/engines/program.mjs path/to/dist/index.js     prints the hashes as JSON

const STEPS = 100;

/** @typedef {{ cell?: string, options?: object, loss?: "meanSquaredError" | "meanAbsoluteError" | "quantile" | "binaryCrossEntropy", I: number, H: number, V?: number, B: number, T: number, dense?: boolean, lengths?: boolean, weights?: boolean, valueWeights?: boolean,
 *   state?: boolean, sum?: boolean, carry?: boolean, clipNorm?: number, adam?: object,
 *   sgd?: object, rmsProp?: object, seed: number }} Case */

/** @type {Record<string, Case>} */
const CASES = {
  "the tutorial's": { I: 4, H: 5, B: 1, T: 5, seed: 0 },
  lengths: { I: 5, H: 8, V: 5, B: 3, T: 7, lengths: true, seed: 1, adam: { learningRate: 0.05 } },
  "weights and a clip": { I: 11, H: 16, V: 9, B: 4, T: 6, weights: true, clipNorm: 0.25, seed: 4294967295 },
  "dense, PyTorch's Adam": {
    I: 3,
    H: 19,
    V: 13,
    B: 2,
    T: 9,
    dense: true,
    state: true,
    seed: 7,
    adam: { epsilonMode: "torch", learningRate: 0.01, weightDecay: 0.01 },
  },
  "all at once": {
    I: 7,
    H: 33,
    V: 17,
    B: 5,
    T: 11,
    lengths: true,
    weights: true,
    carry: true,
    sum: true,
    seed: 12345,
    adam: { beta1: 0.8, beta2: 0.99, epsilon: 1e-6, epsilonMode: "torch" },
  },
  relu: { cell: "relu", I: 5, H: 9, V: 6, B: 3, T: 6, seed: 2, options: { init: "uniform-hidden" } },
  gru: { cell: "gru", I: 6, H: 21, V: 7, B: 3, T: 8, lengths: true, seed: 3, adam: { learningRate: 0.01 } },
  "gru, reset before": { cell: "gru", I: 6, H: 12, B: 2, T: 7, seed: 4, options: { resetAfter: false } },
  "lstm, orthogonal": {
    cell: "lstm",
    I: 5,
    H: 17,
    V: 6,
    B: 4,
    T: 9,
    carry: true,
    seed: 5,
    options: { recurrentInit: "orthogonal", forgetBias: 2 },
    adam: { learningRate: 0.01 },
  },
  "lstm, two layers, two directions, dropout, squares": {
    cell: "lstm",
    I: 3,
    H: 10,
    V: 4,
    B: 3,
    T: 6,
    dense: true,
    lengths: true,
    weights: true,
    loss: "meanSquaredError",
    clipNorm: 0.5,
    seed: 6,
    options: { layers: 2, bidirectional: true, dropout: 0.25 },
    adam: { learningRate: 0.01 },
  },
  "gru, quantiles": {
    cell: "gru",
    I: 3,
    H: 14,
    V: 10,
    B: 4,
    T: 7,
    dense: true,
    lengths: true,
    valueWeights: true,
    loss: "quantile",
    clipNorm: 1,
    seed: 8,
    adam: { learningRate: 0.01 },
  },
  "gru, absolute errors": {
    cell: "gru",
    I: 3,
    H: 9,
    B: 3,
    T: 6,
    dense: true,
    weights: true,
    loss: "meanAbsoluteError",
    seed: 9,
    sgd: { learningRate: 0.1 },
  },
  "lstm, labels": {
    cell: "lstm",
    I: 5,
    H: 11,
    V: 9,
    B: 3,
    T: 6,
    sum: true,
    valueWeights: true,
    loss: "binaryCrossEntropy",
    seed: 10,
    adam: { learningRate: 0.01 },
  },
  "gru, three layers, dropout": {
    cell: "gru",
    I: 5,
    H: 13,
    V: 5,
    B: 2,
    T: 8,
    seed: 7,
    options: { layers: 3, dropout: 0.5 },
    adam: { epsilonMode: "torch", learningRate: 0.01 },
  },
  "Nesterov, warm-up and cosine": {
    I: 5,
    H: 9,
    V: 6,
    B: 3,
    T: 5,
    seed: 3,
    clipNorm: 0.5,
    sgd: {
      learningRate: { kind: "warmup", steps: 7, then: { kind: "cosine", from: 0.3, to: 0.01, steps: 89 } },
      momentum: 0.9,
      nesterov: true,
      weightDecay: 0.001,
    },
  },
  "RMSProp, steps": {
    I: 5,
    H: 9,
    V: 6,
    B: 3,
    T: 5,
    seed: 4,
    rmsProp: { learningRate: { kind: "stepDecay", from: 0.02, factor: 0.7, every: 9 }, momentum: 0.5 },
  },
};

/** @param {Case} c a loss of target values instead of classes; quantiles are at 1/4 and 3/4 */
const quantilesOf = (c) => (c.loss === "quantile" ? [0.25, 0.75] : [1]);

/**
 * @param {any} library the result of `import` or `require`
 * @returns {Record<string, string>} one hash per case
 */
export function hashes(library) {
  return Object.fromEntries(Object.entries(CASES).map(([name, c]) => [name, hashOf(library, c)]));
}

/** @param {any} library @param {Case} c */
function hashOf({ Adam, Sgd, RmsProp, Rnn, sample, sequenceLoss }, c) {
  const hash = new Hash();
  const sizes = { inputSize: c.I, hiddenSize: c.H, outputSize: c.V, seed: c.seed };
  const rnn = new Rnn({ cell: c.cell ?? "tanh", ...sizes, ...c.options });
  addTensors(hash, rnn.parameters);
  const optimizer = c.sgd
    ? new Sgd(c.sgd)
    : c.rmsProp
      ? new RmsProp(c.rmsProp)
      : new Adam(c.adam ?? { learningRate: 0.1 });
  for (let step = 0; step < STEPS; step++) {
    const options = { clipNorm: c.clipNorm, carryState: c.carry ?? false, returnState: true };
    const { loss, gradientNorm, state } = rnn.trainStep(batchOf(c, step % 3), optimizer, options);
    hash.f64(loss);
    hash.f64(gradientNorm);
    addState(hash, state);
  }
  addTensors(hash, rnn.parameters);
  const batch = batchOf(c, 3);
  const { loss, gradients, initialStateGradient } = rnn.gradients(batch);
  hash.f64(loss);
  addTensors(hash, gradients);
  addState(hash, initialStateGradient);
  const { outputs, logits, state } = rnn.forward(batch);
  for (const { data } of [outputs, logits]) hash.f32(data);
  addState(hash, state);
  // The loss and its metric: accuracy, mean absolute error, or the coverage of each quantile.
  for (const number of Object.values(rnn.evaluate(batch)).flat()) hash.f64(number);
  const flags = { averageAcrossBatch: false, averageAcrossTimesteps: true };
  const rows = { data: logits.data, shape: [c.B * c.T, logits.shape[2]] };
  for (const [step, temperature] of [1, 0.5, 2, 0].entries()) {
    hash.f32(Float32Array.from(sample(rows, { seed: c.seed, step, temperature })));
  }
  if (c.loss === undefined) hash.f32(sequenceLoss(logits, unmasked(batch.targets), flags).data);
  rnn.free();
  return hash.toString();
}

/** @param {Hash} hash @param {Record<string, { data: Float32Array }>} tensors */
function addTensors(hash, tensors) {
  for (const { data } of Object.values(tensors)) hash.f32(data);
}

/** @param {Hash} hash @param {any} state a tensor, or an lstm's h and c */
function addState(hash, state) {
  for (const { data } of "h" in state ? [state.h, state.c] : [state]) hash.f32(data);
}

/** @param {number[][]} targets */
const unmasked = (targets) => targets.map((row) => row.map((id) => Math.max(id, 0)));

/** Returns a different batch for each `turn`. @param {Case} c @param {number} turn */
function batchOf(c, turn) {
  const draw = integers(c.seed + turn + 1);
  const { I, H, V = H, B, T } = c;
  const table = (/** @type {() => any} */ cell) =>
    Array.from({ length: B }, () => Array.from({ length: T }, cell));
  const K = V / quantilesOf(c).length;
  const value = () => (c.loss === "binaryCrossEntropy" ? draw(5) / 4 : draw(512) / 256 - 1);
  return {
    inputs: c.dense
      ? table(() => Array.from({ length: I }, () => draw(2048) / 1024 - 1))
      : table(() => draw(I)),
    ...(c.loss && { loss: c.loss }),
    ...(c.loss === "quantile" && { quantiles: quantilesOf(c) }),
    targets: table(() => (c.loss === undefined ? draw(V) : Array.from({ length: K }, value))),
    ...(c.lengths && { sequenceLengths: Array.from({ length: B }, (_, b) => (b === 1 ? 0 : 1 + draw(T))) }),
    ...(c.weights && { weights: table(() => draw(4) / 4) }),
    ...(c.valueWeights && { weights: table(() => Array.from({ length: K }, () => draw(4) / 4)) }),
    ...(c.state && {
      initialState: [Array.from({ length: B }, () => Array.from({ length: H }, () => draw(512) / 256 - 1))],
    }),
    ...(c.sum && {
      averageAcrossTimesteps: false,
      averageAcrossBatch: false,
      sumOverTimesteps: true,
      sumOverBatch: true,
    }),
  };
}

/** Integers below a bound, from a 32-bit linear congruential generator. @param {number} seed */
function integers(seed) {
  let x = seed | 0;
  return (/** @type {number} */ bound) => {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    return (x >>> 8) % bound;
  };
}

/** FNV-1a over the bytes, twice from different bases: 64 bits. */
class Hash {
  #a = 0x811c9dc5;
  #b = 0x01234567;
  #view = new DataView(new ArrayBuffer(8));

  /** @param {number} x */
  f64(x) {
    this.#view.setFloat64(0, x, true);
    this.#add(8);
  }

  /** @param {Float32Array} xs */
  f32(xs) {
    for (const x of xs) {
      this.#view.setFloat32(0, x, true);
      this.#add(4);
    }
  }

  toString() {
    return [this.#a, this.#b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
  }

  /** @param {number} bytes */
  #add(bytes) {
    for (let i = 0; i < bytes; i++) {
      const byte = this.#view.getUint8(i);
      this.#a = Math.imul(this.#a ^ byte, 0x01000193);
      this.#b = Math.imul(this.#b ^ byte, 0x01000193);
    }
  }
}

const [, self, dist] = globalThis.process?.argv ?? [];
if (self !== undefined && dist !== undefined && self.endsWith("program.mjs")) {
  const { pathToFileURL } = await import("node:url");
  console.log(JSON.stringify(hashes(await import(pathToFileURL(dist).href))));
}
