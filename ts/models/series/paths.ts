/**
 * Forecasts beyond the horizon that a model was trained for: sampled paths. Each path continues the history with one forecast of
 * the horizon, all its steps at the same random level between the quantiles; the network reads it and forecasts from its end, and
 * so on. The levels of the paths are spread evenly and shuffled, so that few paths suffice.
 */

import type { Tensor } from "../../base/tensor.js";
import type { State } from "../../data/state.js";
import type { Rnn } from "../../rnn/rnn.js";
import { mix, numbers, shuffle } from "../shared/shuffle.js";
import { decode, encodingOf, type Bands, type Decoding } from "./predict.js";
import type { Series } from "./series.js";
import { inputSizeOf } from "./spec.js";
import { Walk } from "./walk.js";

/** How paths are sampled. */
export interface Sampling {
  /** The number of steps after the history. */
  readonly steps: number;
  readonly paths: number;
  readonly seed: number;
}

/**
 * Returns the quantiles of the steps after a history.
 *
 * @param first the forecast of the first horizon
 */
export function extend(
  rnn: Rnn,
  decoding: Decoding,
  history: Series,
  first: Bands,
  { steps, paths, seed }: Sampling,
): Bands {
  const { horizon, quantiles } = decoding;
  const known = history.values.length;
  const blocks = Math.ceil(steps / horizon);
  const size = inputSizeOf(decoding);
  const features = new Float32Array(paths * size);
  const { walk, state } = read(rnn, decoding, history);
  const samples = Array.from({ length: paths }, () => {
    const values = new Float64Array(known + blocks * horizon).fill(NaN);
    values.set(history.values);
    return { ...history, values };
  });
  const walks = samples.map((series) => new Walk(series, decoding, walk));
  const session = rnn.session({ batch: paths, dense: true, state: repeated(state, paths) });
  const all = quantiles.map((_, q) => {
    const values = new Float64Array(blocks * horizon);
    values.set(first[q]);
    return values;
  });
  try {
    const step = () => {
      walks.forEach((walk, p) => walk.step(features, p * size));
      return session.step({ data: features, shape: [paths, size] }).data;
    };
    let bands = samples.map(() => first);
    for (let block = 1; block < blocks; block++) {
      const start = known + (block - 1) * horizon;
      const levels = levelsOf(paths, seed, block);
      samples.forEach(({ values }, p) => {
        for (let k = 0; k < horizon; k++) values[start + k] = quantileAt(quantiles, bands[p], k, levels[p]);
      });
      let logits = step();
      for (let k = 1; k < horizon; k++) logits = step();
      const width = horizon * quantiles.length;
      bands = walks.map((walk, p) =>
        decode(decoding, encodingOf(walk.encoder, horizon), logits.subarray(p * width, (p + 1) * width)),
      );
      const drawn = levelsOf(paths, seed, -block);
      for (let k = 0; k < horizon; k++) {
        const values = bands.map((band, p) => quantileAt(quantiles, band, k, drawn[p])).sort((a, b) => a - b);
        quantiles.forEach((level, q) => (all[q][block * horizon + k] = interpolated(values, level)));
      }
    }
  } finally {
    session.free();
  }
  return all.map((values) => values.subarray(0, steps).slice());
}

/** Reads a history: the walk through it, and the state of the network after it. */
function read(rnn: Rnn, decoding: Decoding, history: Series): { walk: Walk; state: State } {
  const walk = new Walk(history, decoding);
  const session = rnn.session({ dense: true });
  try {
    const features = new Float32Array(walk.encoder.inputSize);
    for (let t = 0; t < history.values.length; t++) {
      walk.step(features, 0);
      session.step(features);
    }
    return { walk, state: session.state() };
  } finally {
    session.free();
  }
}

/** The state (L, 1, H) of one row for each of `rows` rows. */
function repeated(state: State, rows: number): State {
  if ("h" in state) return { h: repeatedTensor(state.h, rows), c: repeatedTensor(state.c, rows) };
  return repeatedTensor(state, rows);
}

function repeatedTensor({ data, shape }: Tensor, rows: number): Tensor {
  const [layers, , hidden] = shape;
  const all = new Float32Array(layers * rows * hidden);
  for (let l = 0; l < layers; l++) {
    const layer = data.subarray(l * hidden, (l + 1) * hidden);
    for (let b = 0; b < rows; b++) all.set(layer, (l * rows + b) * hidden);
  }
  return { data: all, shape: [layers, rows, hidden] };
}

/** A level for each path: the middles and random places of as many equal parts of 0 … 1, in random order. */
function levelsOf(paths: number, seed: number, block: number): Float64Array {
  const order = shuffle(numbers(paths), seed, block >>> 0);
  return Float64Array.from(order, (part) => {
    const within = mix(mix(seed ^ Math.imul(block, 0x9e3779b9)) + part) / 4294967296;
    return (part + within) / paths;
  });
}

/** The value at a level: on the line between two quantiles, and on the outermost lines beyond them. */
function quantileAt(levels: readonly number[], bands: Bands, k: number, level: number): number {
  const last = levels.length - 1;
  if (last === 0) return bands[0][k];
  let q = 0;
  while (q < last - 1 && level > levels[q + 1]) q++;
  const [low, high] = [bands[q][k], bands[q + 1][k]];
  const share = (level - levels[q]) / (levels[q + 1] - levels[q]);
  // beyond the outermost quantile the line is followed for as far as half the distance between the last two, at most
  return low + Math.max(-0.5, Math.min(1.5, share)) * (high - low);
}

/** The quantile of sorted values. */
function interpolated(sorted: readonly number[], level: number): number {
  const place = level * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}
