/**
 * Series as batches of a run: rows of similar length, read from their start, in another order each epoch. A row longer than 8192
 * steps is cut into windows, through which the state is carried.
 */

import type { Batch } from "../../data/batch.js";
import type { Rnn } from "../../rnn/rnn.js";
import { numbers, shuffle } from "../shared/shuffle.js";
import type { Series } from "./series.js";
import { inputSizeOf, type ForecasterSpec } from "./spec.js";
import { scaleAfter, Walk } from "./walk.js";

/** Steps through which a gradient flows back, at most. */
const LONGEST = 8192;
/** Batches that are sorted together: large enough to pad little, small enough that a batch is another each epoch. */
const GROUP = 8;

/** A series and the part of it whose values are targets. */
export interface Row {
  readonly series: Series;
  /** The number of values that the run may train on; the scale after them is the unit of the loss. */
  readonly trained: number;
  /** The targets: from the first to before the second index. */
  readonly from: number;
  readonly end: number;
}

/** Batches of rows. */
export class SeriesBatches {
  readonly #rnn: Rnn;
  readonly #spec: ForecasterSpec;
  readonly #rows: readonly Row[];
  readonly #batchSize: number;
  readonly #scales: (number | undefined | null)[]; // null until it is asked for

  constructor(rnn: Rnn, spec: ForecasterSpec, rows: readonly Row[], batchSize: number) {
    this.#rnn = rnn;
    this.#spec = spec;
    this.#rows = rows;
    this.#batchSize = batchSize;
    this.#scales = rows.map(() => null);
  }

  /** The number of batches of an epoch. */
  count(seed: number, epoch: number): number {
    let count = 0;
    for (const batch of this.#order(seed, epoch)) count += Math.ceil(this.#longest(batch) / LONGEST);
    return count;
  }

  /** The batches of an epoch. */
  *epoch(seed: number, epoch: number): Generator<Batch, void, undefined> {
    for (const batch of this.#order(seed, epoch)) yield* this.#windows(batch);
  }

  /** All rows once, the shortest first. */
  *[Symbol.iterator](): Generator<Batch, void, undefined> {
    const order = this.#byLength(numbers(this.#rows.length));
    for (let start = 0; start < order.length; start += this.#batchSize) {
      yield* this.#windows(order.subarray(start, start + this.#batchSize));
    }
  }

  /** The rows of each batch of an epoch: shuffled, sorted by length within groups, cut, and the batches shuffled. */
  #order(seed: number, epoch: number): Int32Array[] {
    const order = shuffle(numbers(this.#rows.length), seed, epoch, 0);
    const batches: Int32Array[] = [];
    const size = this.#batchSize;
    for (let start = 0; start < order.length; start += GROUP * size) {
      const group = this.#byLength(order.subarray(start, start + GROUP * size));
      for (let at = 0; at < group.length; at += size) batches.push(group.subarray(at, at + size));
    }
    return shuffle(batches, seed, epoch, 1);
  }

  #byLength(order: Int32Array): Int32Array {
    const sorted = Array.from(order).sort((a, b) => this.#rows[a].end - this.#rows[b].end);
    return Int32Array.from(sorted); // the sort is stable: rows of equal length keep their order
  }

  /** The number of steps of the longest row: the last value is a target only. */
  #longest(batch: Int32Array): number {
    return batch.reduce((most, row) => Math.max(most, this.#rows[row].end - 1), 0);
  }

  *#windows(batch: Int32Array): Generator<Batch, void, undefined> {
    const longest = this.#longest(batch);
    const count = Math.ceil(longest / LONGEST);
    const spec = this.#spec;
    const size = inputSizeOf(spec);
    const { horizon, quantiles } = spec;
    const walks = Array.from(batch, (row) => new Walk(this.#rows[row].series, spec));
    for (let n = 0; n < count; n++) {
      const from = Math.floor((n * longest) / count);
      const time = Math.floor(((n + 1) * longest) / count) - from;
      const inputs = new Float32Array(batch.length * time * size);
      const targets = new Float32Array(batch.length * time * horizon);
      const weights = new Float32Array(batch.length * time * horizon);
      const sequenceLengths = new Int32Array(batch.length);
      batch.forEach((row, b) => {
        const { end } = this.#rows[row];
        const steps = Math.max(0, Math.min(time, end - 1 - from));
        sequenceLengths[b] = steps;
        for (let t = 0; t < steps; t++) {
          walks[b].step(inputs, (b * time + t) * size);
          const place = (b * time + t) * horizon;
          walks[b].writeTargets(this.#rows[row], this.#scale(row), [targets, weights], place);
        }
      });
      const shape = (width: number) => [batch.length, time, width];
      const window: Batch = {
        inputs: { data: inputs, shape: shape(size) },
        targets: { data: targets, shape: shape(horizon) },
        weights: { data: weights, shape: shape(horizon) },
        sequenceLengths,
        loss: "quantile",
        quantiles,
      };
      yield n === 0 ? { ...window, initialState: this.#rnn.zeroState(batch.length) } : window;
    }
  }

  #scale(row: number): number | undefined {
    const known = this.#scales[row];
    if (known !== null) return known;
    const { series, trained } = this.#rows[row];
    return (this.#scales[row] = scaleAfter(series, this.#spec, trained));
  }
}
