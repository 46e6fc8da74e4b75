// One case of the part "browser", on a page: what becomes of an animation while a model is trained.

import { CharRnn } from "bptt";
import { text } from "./data.mjs";

/** A screen's 60 frames a second. */
const FRAME = 1000 / 60;

/**
 * longest: frame in milliseconds; late: share of frames that came half a frame or more after their time, 0 … 1; over50:
 * share of those above 50 ms; steps: that were trained.
 *
 * @typedef {Record<"longest" | "late" | "over50" | "steps", number>} Frames
 */

/** @typedef {{ model?: object, fit?: object }} Case */

/** @type {Record<string, Case>} */
const CASES = {
  "nothing trained": {},
  "gru, H = 64": { model: { hiddenSize: 64 } },
  "gru, H = 128, the default": { model: {} },
  "gru, H = 128, worker": { model: {}, fit: { worker: true } },
  "lstm, H = 256, worker": { model: { cell: "lstm", hiddenSize: 256 }, fit: { worker: true } },
};

/** @param {string} name @param {number} seconds @returns {Promise<Frames>} */
export async function frames(name, seconds) {
  const { model: size, fit } = CASES[name] ?? missing(name);
  const given = text(3e5);
  const model = size && new CharRnn({ text: given, seed: 1, ...size });
  await new Promise((resolve) => setTimeout(resolve, 300)); // the page has come to rest

  const watch = animate();
  performance.mark("soak");
  let stepped = false;
  const onProgress = () => {
    if (!stepped) performance.mark("stepped");
    stepped = true;
  };
  const always = { epochs: 1e6, validationFraction: 0.1, timeLimitSeconds: seconds, onProgress };
  const run = model?.fit(given, { ...always, ...fit });
  const result = await (run ?? new Promise((resolve) => setTimeout(resolve, seconds * 1000)));
  const lengths = watch.stop();
  const share = (/** @type {number} */ above) =>
    lengths.filter((length) => length > above).length / lengths.length;
  return {
    longest: Math.max(...lengths),
    late: share(1.5 * FRAME),
    over50: share(50),
    steps: result?.steps ?? 0,
  };
}

/** Moves a box and takes the time of each frame. */
function animate() {
  const box = document.body.appendChild(document.createElement("div"));
  box.style.cssText = "position: absolute; width: 40px; height: 40px; background: teal";
  /** @type {number[]} */
  const lengths = [];
  let last = performance.now();
  let moving = true;
  const draw = () => {
    if (!moving) return;
    const at = performance.now();
    lengths.push(at - last);
    last = at;
    box.style.transform = `translateX(${(at / 5) % 300}px)`;
    requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
  return {
    stop() {
      moving = false;
      return lengths;
    },
  };
}

/** @param {string} name @returns {never} */
function missing(name) {
  throw new Error(`frames-program: no case ${name}`);
}
