// Prints the answers of the relaxed build and of the default one in this engine, or the refusal. Their bits
// may differ, and those of the relaxed build differ between machines, so the output is numbers, not hashes.
//
//     node test/engines/relaxed.mjs path/to/dist/     prints them as JSON

const STEPS = 100;

/**
 * @typedef {object} Beside
 * @property {{ code: string, message: string }} [refused] the error, if the engine has no relaxed SIMD
 * @property {boolean} [sameStart] true if the initial weights are bit-identical
 * @property {number[][]} [losses] of each step, with the default build and with the relaxed one
 * @property {number[][]} [resumed] losses of both builds, starting from the weights that the default build
 * trained
 */

/**
 * @param {any} plain the result of importing the default entry
 * @param {any} relaxed the result of importing the relaxed one
 * @returns {Beside}
 */
export function beside(plain, relaxed) {
  try {
    new relaxed.Rnn({ inputSize: 1, hiddenSize: 1 }).free();
  } catch (/** @type {any} */ { code, message }) {
    return { refused: { code, message } };
  }
  const nets = [plain, relaxed].map(({ Rnn }) => new Rnn({ ...SIZES, seed: 3 }));
  const initial = nets.map((rnn) => textOf(rnn.parameters));
  const losses = nets.map((rnn, i) => train(rnn, [plain, relaxed][i]));
  // One build trains, and the other continues.
  const resumed = [plain, relaxed].map((library) => {
    const rnn = new library.Rnn(SIZES);
    rnn.setParameters(nets[0].parameters);
    return train(rnn, library);
  });
  return { sameStart: initial[0] === initial[1], losses, resumed };
}

const SIZES = { cell: "tanh", inputSize: 11, hiddenSize: 19, outputSize: 9 };
const table = (/** @type {number} */ below) =>
  Array.from({ length: 4 }, (_, b) => Array.from({ length: 13 }, (_, t) => (7 * b + t * t) % below));
const batch = { inputs: table(11), targets: table(9) };

/** @param {any} rnn @param {any} library @returns {number[]} the loss of each step */
function train(rnn, { Adam }) {
  const adam = new Adam({ learningRate: 0.01 });
  return Array.from({ length: STEPS }, () => rnn.trainStep(batch, adam, { clipNorm: 1 }).loss);
}

/** @param {Record<string, { data: Float32Array }>} parameters */
function textOf(parameters) {
  return JSON.stringify(Object.entries(parameters).map(([name, { data }]) => [name, ...data]));
}

const [, self, dist] = globalThis.process?.argv ?? [];
if (self !== undefined && dist !== undefined && self.endsWith("relaxed.mjs")) {
  const { pathToFileURL } = await import("node:url");
  const [plain, relaxed] = await Promise.all(
    ["index.js", "relaxed.js"].map((file) => import(new URL(file, pathToFileURL(dist)).href)),
  );
  console.log(JSON.stringify(beside(plain, relaxed)));
}
