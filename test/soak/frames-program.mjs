// One case of the part "browser", on a page: what becomes of an animation while a model is trained.

import { CharRnn } from "bptt";
import { text } from "./data.mjs";
import { watchFrames } from "./frame-watch.mjs";

/** @typedef {import("./frame-watch.mjs").Frames & { steps: number }} Trained and how many steps were done */

/** @typedef {{ model?: object, fit?: object }} Case */

/** @type {Record<string, Case>} */
const CASES = {
  "nothing trained": {},
  "gru, H = 64": { model: { hiddenSize: 64 } },
  "gru, H = 128, the default": { model: {} },
  "gru, H = 128, worker": { model: {}, fit: { worker: true } },
  "lstm, H = 256, worker": { model: { cell: "lstm", hiddenSize: 256 }, fit: { worker: true } },
};

/** @param {string} name @param {number} seconds @returns {Promise<Trained>} */
export async function frames(name, seconds) {
  const { model: size, fit } = CASES[name] ?? missing(name);
  const given = text(3e5);
  const model = size && new CharRnn({ text: given, seed: 1, ...size });
  await new Promise((resolve) => setTimeout(resolve, 300)); // the page has come to rest

  const watch = watchFrames();
  performance.mark("soak");
  let stepped = false;
  const onProgress = () => {
    if (!stepped) performance.mark("stepped");
    stepped = true;
  };
  const always = { epochs: 1e6, validationFraction: 0.1, timeLimitSeconds: seconds, onProgress };
  const run = model?.fit(given, { ...always, ...fit });
  const result = await (run ?? new Promise((resolve) => setTimeout(resolve, seconds * 1000)));
  return { ...watch.stop(), steps: result?.steps ?? 0 };
}

/** @param {string} name @returns {never} */
function missing(name) {
  throw new Error(`frames-program: no case ${name}`);
}
