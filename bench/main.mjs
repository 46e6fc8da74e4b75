// Runs all measurements of one Node version in this process: `node bench/main.mjs --out FILE [--quick]`.
// `npm run bench` starts it once for each version and writes the report.

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { compareLosses, losses } from "./agreement.mjs";
import { measure, summarize } from "./harness.mjs";
import { peers } from "./peers/all.mjs";
import { layerPeers } from "./peers/layers.mjs";
import { Unavailable } from "./peers/peer.mjs";
import { REFERENCE_FLOPS, referenceContender } from "./reference/gemm.mjs";
import {
  COMPARED,
  GATED_SHAPES,
  GENERATION_SHAPES,
  LAYER_SHAPES,
  makeData,
  shapeName,
  stepFlops,
  TIMED,
  TRAINING_SHAPES,
} from "./shapes.mjs";

/** @typedef {import("./harness.mjs").Contender} Contender */
/** @typedef {import("./harness.mjs").Summary} Summary */
/** @typedef {import("./peers/peer.mjs").Net} Net */
/** @typedef {import("./peers/peer.mjs").Peer} Peer */
/** @typedef {import("./shapes.mjs").Shape} Shape */

/**
 * One contender at one shape. Times are milliseconds of one step.
 * @typedef {object} Row
 * @property {string} name
 * @property {string} [unavailable] why it has no figures
 * @property {Summary} [time]
 * @property {number} [lossDifference] the largest relative difference from the first peer in the compared
 * steps
 * @property {number} [lastLoss] the loss after everything, which reveals a network that has diverged
 * @property {{ medians: number, minima: number }} [slower] its time divided by that of the first peer
 * @property {{ medians: number, minima: number }} [ofReference] GFLOP/s of its matrix products divided by
 * that of the reference GEMM
 */

/** @typedef {{ kind: "training" | "layers" | "generation", shape: Shape, reference: Summary, rows: Row[] }} Section */

/**
 * @typedef {object} Results
 * @property {string} node
 * @property {string} v8
 * @property {string} processor
 * @property {string} platform
 * @property {string} date
 * @property {boolean} quick
 * @property {{ name: string, version?: string, work: string, unavailable?: string }[]} peers
 * @property {Section[]} sections
 */

const { values: options } = parseArgs({
  options: { out: { type: "string" }, quick: { type: "boolean", default: false } },
});

const EFFORT = options.quick
  ? { rounds: 9, sliceMs: 10, warmUpMs: 300, budgetMs: 500 }
  : { rounds: 30, sliceMs: 40, warmUpMs: 1000, budgetMs: 2500 };

/** A quick run leaves out steps that take a second or more: the largest shape, and these from an H on. */
const QUICK_HIDDEN = 256;
const QUICK_LEFT_OUT = new Map([
  ["TensorFlow.js cpu", 128],
  ["TensorFlow.js wasm", 256],
]);

const progress = (/** @type {string} */ text) => process.stderr.write(`bench: ${text}\n`);

/** @type {Results} */
const results = {
  node: process.versions.node,
  v8: process.versions.v8,
  processor: cpus()[0]?.model.trim() ?? "unknown",
  platform: `${process.platform} ${process.arch}`,
  date: new Date().toISOString().slice(0, 10),
  quick: options.quick,
  peers: [],
  sections: [],
};

progress(`Node ${results.node}`);
/** @type {Peer[]} */
const ready = [];
for (const peer of peers) {
  const row = await orWhy(() => peer.load());
  results.peers.push({
    name: peer.name,
    work: peer.work,
    ...(row.unavailable === undefined ? { version: row.value } : { unavailable: row.unavailable }),
  });
  if (row.unavailable === undefined) ready.push(peer);
  else progress(`${peer.name}: ${row.unavailable}`);
}
const shapes = [...TRAINING_SHAPES, ...GATED_SHAPES].filter(({ H }) => !options.quick || H <= QUICK_HIDDEN);
for (const shape of shapes) results.sections.push(await section("training", shape));
if (ready[0] === peers[0])
  for (const shape of LAYER_SHAPES) results.sections.push(await section("layers", shape, layerPeers));
for (const shape of GENERATION_SHAPES) results.sections.push(await section("generation", shape));
for (const peer of ready) await peer.close?.();

const text = JSON.stringify(results, null, 2) + "\n";
if (options.out) writeFileSync(options.out, text);
else process.stdout.write(text);

/** @param {Section["kind"]} kind @param {Shape} shape @param {Peer[]} contestants @returns {Promise<Section>} */
async function section(kind, shape, contestants = ready) {
  progress(`${kind}, ${shapeName(shape)}`);
  const [compared, timed] = [makeData(shape, COMPARED), makeData(shape, TIMED)];
  const reference = referenceContender();
  /** @type {Contender[]} */
  const contenders = [reference];
  /** @type {{ row: Row, net: Net }[]} */
  const taking = [];
  /** @type {Row[]} */
  const rows = [];
  /** @type {number[] | undefined} */
  let ours;
  for (const peer of contestants) {
    const prepare = kind === "generation" ? peer.prepareGeneration : peer.prepare;
    if (!prepare || !(peer.cells ?? ["tanh"]).includes(shape.cell ?? "tanh")) continue;
    /** @type {Row} */
    const row = { name: peer.name };
    rows.push(row);
    const made = await orWhy(async () => {
      if (options.quick && shape.H >= (QUICK_LEFT_OUT.get(peer.name) ?? Infinity))
        throw new Unavailable("left out of a quick run");
      if (peer.sameWeights) {
        const net = await prepare(shape, compared);
        const theirs = await losses(net);
        await net.free?.();
        row.lossDifference = compareLosses((ours ??= theirs), theirs);
      }
      return await prepare(shape, timed);
    });
    if (made.unavailable !== undefined) {
      row.unavailable = made.unavailable;
      continue;
    }
    const net = made.value;
    taking.push({ row, net });
    contenders.push(contender(row, net));
  }
  const timings = await measure(contenders, EFFORT);
  const times = (/** @type {string} */ name) => summarize(timings.get(name)?.milliseconds ?? []);
  const referenceTime = times(reference.name);
  for (const { row, net } of taking) {
    row.time = times(row.name);
    if (kind === "training") row.ofReference = share(stepFlops(shape), row.time, referenceTime);
    await net.free?.();
  }
  const leader = kind === "layers" ? contestants[0] : peers[0];
  const first = taking.find(({ row }) => row.name === leader?.name)?.row.time;
  for (const { row } of first ? taking : []) if (row.time && first) row.slower = ratios(row.time, first);
  return { kind, shape, reference: referenceTime, rows };
}

/** @param {Row} row @param {Net} net @returns {Contender} */
function contender(row, net) {
  const { step, stepsElsewhere, enter } = net;
  /** @type {Contender} */
  const made = { name: row.name };
  if (enter) made.enter = enter;
  if (step) made.step = () => (row.lastLoss = step());
  if (stepsElsewhere) {
    made.stepsElsewhere = async (count) => {
      const { milliseconds, losses } = await stepsElsewhere(count);
      row.lastLoss = losses.at(-1) ?? NaN;
      return milliseconds;
    };
  }
  return made;
}

/** @param {Summary} time @param {Summary} first */
function ratios(time, first) {
  return { medians: time.median / first.median, minima: time.minimum / first.minimum };
}

/** @param {number} flops of a step @param {Summary} time @param {Summary} reference */
function share(flops, time, reference) {
  const work = flops / REFERENCE_FLOPS;
  return {
    medians: (work * reference.median) / time.median,
    minima: (work * reference.minimum) / time.minimum,
  };
}

/**
 * Runs `work` and turns an error into the reason in a peer's row, so that the run continues.
 * @template R
 * @param {() => Promise<R>} work
 * @returns {Promise<{ value: R, unavailable?: undefined } | { unavailable: string }>}
 */
async function orWhy(work) {
  try {
    return { value: await work() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { unavailable: error instanceof Unavailable ? message : `failed: ${message.split("\n")[0]}` };
  }
}
