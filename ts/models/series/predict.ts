/** Runs the network over series and returns what it predicts after given numbers of values. */

import type { Rnn } from "../../rnn/rnn.js";
import type { State } from "../../data/state.js";
import { exp64 } from "../../base/float64.js";
import type { Encoder } from "./encoder.js";
import type { Series } from "./series.js";
import { inputSizeOf, type ForecasterSpec } from "./spec.js";
import { Walk } from "./walk.js";

/** Series that are read side by side. */
const BATCH = 32;
/** Floats of a pass at most, of its inputs and of its logits. */
const MOST_FLOATS = 2 ** 21;
/** Logarithms of values above it would not be finite as values. */
const LARGEST_LOG = 230;

/** A series and the numbers of known values, ascending, after each of which to forecast. */
export interface Query {
  readonly series: Series;
  readonly lengths: readonly number[];
}

/** Forecast quantiles of a horizon: values (horizon) for each level, ascending in level. */
export type Bands = readonly Float64Array[];

/** The part of a model that turns logits into values. */
export interface Decoding extends ForecasterSpec {
  /** The factor by which each quantile's distance from the median was corrected; null without calibration. */
  readonly calibration: readonly number[] | null;
}

/** Forecasts after each length of each query. */
export function predict(rnn: Rnn, decoding: Decoding, queries: readonly Query[]): Bands[][] {
  const results: Bands[][] = queries.map(() => []);
  const longest = ({ lengths }: Query) => lengths[lengths.length - 1] ?? 0;
  const order = Array.from(queries.keys()).sort((a, b) => longest(queries[a]) - longest(queries[b]));
  for (let start = 0; start < order.length; start += BATCH) {
    const batch = order.slice(start, start + BATCH).filter((q) => queries[q].lengths.length > 0);
    if (batch.length > 0) predictBatch(rnn, decoding, batch, queries, results);
  }
  return results;
}

function predictBatch(
  rnn: Rnn,
  decoding: Decoding,
  batch: readonly number[],
  queries: readonly Query[],
  results: Bands[][],
): void {
  const size = inputSizeOf(decoding);
  const width = decoding.horizon * decoding.quantiles.length;
  const walks = batch.map((q) => new Walk(queries[q].series, decoding));
  const ends = batch.map((q) => queries[q].lengths[queries[q].lengths.length - 1]);
  const longest = Math.max(...ends);
  const most = Math.max(1, Math.floor(MOST_FLOATS / (batch.length * Math.max(size, width))));
  const next = batch.map(() => 0); // index of the length to forecast after
  let state: State | undefined;
  for (let from = 0; from < longest; from += most) {
    const time = Math.min(most, longest - from);
    const inputs = new Float32Array(batch.length * time * size);
    const captured: { b: number; t: number; encoding: Encoding }[] = [];
    const sequenceLengths = ends.map((end) => Math.max(0, Math.min(time, end - from)));
    batch.forEach((q, b) => {
      for (let t = 0; t < sequenceLengths[b]; t++) {
        walks[b].step(inputs, (b * time + t) * size);
        if (queries[q].lengths[next[b]] === from + t + 1) {
          next[b]++;
          captured.push({ b, t, encoding: encodingOf(walks[b].encoder, decoding.horizon) });
        }
      }
    });
    const given = { inputs: { data: inputs, shape: [batch.length, time, size] }, sequenceLengths };
    const result = rnn.forward(state ? { ...given, initialState: state } : given);
    state = result.state;
    for (const { b, t, encoding } of captured) {
      const at = (b * time + t) * width;
      results[batch[b]].push(decode(decoding, encoding, result.logits.data.subarray(at, at + width)));
    }
  }
}

/** The anchors and the scale of the forecasts after a step. */
export interface Encoding {
  readonly anchors: Float64Array;
  readonly scale: number;
}

/** The anchors and the scale after the last value of an encoder. */
export function encodingOf(encoder: Encoder, horizon: number): Encoding {
  return {
    anchors: Float64Array.from({ length: horizon }, (_, k) => encoder.anchor(k + 1)),
    scale: encoder.scale,
  };
}

/** Turns logits, of step k and quantile q at k·Q + q, into values: ascending quantiles, corrected by the calibration. */
export function decode(decoding: Decoding, { anchors, scale }: Encoding, logits: Float32Array): Bands {
  const { horizon, quantiles, transform, calibration } = decoding;
  const count = quantiles.length;
  const middle = quantiles.indexOf(0.5);
  const bands = quantiles.map(() => new Float64Array(horizon));
  const row = new Float64Array(count);
  for (let k = 0; k < horizon; k++) {
    const anchor = anchors[k];
    for (let q = 0; q < count; q++) row[q] = anchor + logits[k * count + q] * scale;
    sortRow(row);
    if (calibration !== null) {
      const median = row[middle];
      for (let q = 0; q < count; q++) row[q] = median + calibration[q] * (row[q] - median);
      sortRow(row);
    }
    for (let q = 0; q < count; q++) {
      bands[q][k] =
        transform === "log" ? exp64(Math.max(-LARGEST_LOG, Math.min(LARGEST_LOG, row[q]))) : row[q];
    }
  }
  return bands;
}

/** Sorts a few numbers in place; NaN stays where it is. */
function sortRow(row: Float64Array): void {
  for (let i = 1; i < row.length; i++) {
    const x = row[i];
    let j = i;
    for (; j > 0 && row[j - 1] > x; j--) row[j] = row[j - 1];
    row[j] = x;
  }
}
