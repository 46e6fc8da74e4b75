/**
 * The causal view of a series that a network reads and predicts in: after each value the features of that step, the anchor
 * of the forecasts and their scale. Nothing at a step depends on a later value, and a step costs the same at any length,
 * so that whole series and live values go through the same code and give the same bits.
 *
 *     season m: (y_t − y_{t−1})/s, (y_t − y_{t−m})/s, (y_t − μ)/s, with μ the mean of the last season,
 *               (y_{t−j} − y_{t−j−m})/s and (y_{t−j} − μ)/s for each lag j < m; sine and cosine of the phase of each season
 *     none:     (y_{t−j} − y_{t−j−1})/s for j < 8, (y_t − μ)/s with μ the mean of the last 8 values
 *
 * A season of more than 64 steps has 64 lags, each the mean over a part of the season. All is clipped to ±10. A missing value
 * is taken to be the one a season before, or the last one; the scale counts values that are there only.
 */

import { ln64, sinCosTurn } from "../../base/float64.js";
import { writeCovariate } from "./covariates.js";
import { LAGS, lagsOf } from "./lags.js";
import { inputSizeOf, seasonLength, type ForecasterSpec } from "./spec.js";

const LIMIT = 10;

/** The number of covariate values of a step: past ones, future ones of this step and of each step of the horizon, fixed ones. */
export function covariateCount({ past, future, fixed, horizon }: ForecasterSpec): number {
  return past.length + future.length * (horizon + 1) + fixed.length;
}

/** Reads a series value by value. */
export class Encoder {
  /** The unit of the forecasts after the last value. */
  scale = 1;
  /** False until the series has changed, so that the scale is measured. */
  measured = false;
  readonly inputSize: number;
  readonly #spec: ForecasterSpec;
  readonly #season: number; // 1 without one
  readonly #seasonal: boolean;
  /** The newest values, each twice, so that any run of `#depth` of them is contiguous. Missing ones are filled. */
  #ring: Float64Array;
  readonly #depth: number;
  /** The bounds of the lags: lag l covers the steps from bounds[l] to bounds[l + 1] ago. */
  readonly #bounds: Int32Array;
  #at = 0; // of the newest value, in the upper half of the ring
  #count = 0; // values since the first one that is there
  #lastSeen = NaN;
  #seasonalSum = 0;
  #seasonalChanges = 0;
  #sum = 0;
  #changes = 0;

  constructor(spec: ForecasterSpec) {
    this.#spec = spec;
    this.#season = seasonLength(spec);
    this.#seasonal = spec.seasons.length > 0;
    this.inputSize = inputSizeOf(spec);
    this.#depth = this.#seasonal ? 2 * this.#season : LAGS + 1;
    this.#ring = new Float64Array(2 * this.#depth);
    const lags = lagsOf(this.#season);
    this.#bounds = Int32Array.from({ length: lags + 1 }, (_, l) => Math.floor((l * this.#season) / lags));
  }

  /** Returns an encoder that continues from here on its own. */
  fork(): Encoder {
    const other = new Encoder(this.#spec);
    other.scale = this.scale;
    other.measured = this.measured;
    other.#ring = this.#ring.slice();
    other.#at = this.#at;
    other.#count = this.#count;
    other.#lastSeen = this.#lastSeen;
    other.#seasonalSum = this.#seasonalSum;
    other.#seasonalChanges = this.#seasonalChanges;
    other.#sum = this.#sum;
    other.#changes = this.#changes;
    return other;
  }

  /**
   * Reads the next value.
   *
   * @param y the value; NaN where it is missing
   * @param index the number of the step, from which phases are counted
   * @param covariates the values of {@link covariateCount} covariates
   * @param into receives the features from `place` on; they are float32 already
   */
  push(y: number, index: number, covariates: Float64Array, into: Float32Array, place: number): void {
    const isThere = y === y;
    const value = this.#take(this.#spec.transform === "log" ? ln64(y) : y);
    let to = place;
    if (this.#count === 0) {
      const width = this.#seasonal ? 3 + 2 * lagsOf(this.#season) : LAGS + 1;
      into.fill(0, to, to + width);
      to += width;
    } else to = this.#seasonal ? this.#writeSeason(value, into, to) : this.#writeChanges(value, into, to);
    for (const season of this.#spec.seasons) {
      const phase = index % season;
      const [sin, cos] = sinCosTurn((phase < 0 ? phase + season : phase) / season);
      into[to++] = sin;
      into[to++] = cos;
    }
    if (this.#spec.seen) into[to++] = isThere ? 1 : 0;
    this.#writeCovariates(covariates, into, to);
  }

  /** The value that the forecast `k` steps ahead is relative to; NaN until a value is there. */
  anchor(k: number): number {
    if (this.#count === 0) return NaN;
    switch (this.#spec.anchor) {
      case "none":
        return 0;
      case "last":
        return this.#ago(0);
      case "seasonal": {
        const ago = this.#season - 1 - ((k - 1) % this.#season);
        return this.#ago(ago < this.#count ? ago : 0);
      }
    }
  }

  /** The value of so many steps ago. */
  #ago(steps: number): number {
    return this.#ring[this.#at - steps];
  }

  /** Adds a value to the ring and to the scale; returns it, or its filling. */
  #take(y: number): number {
    const isThere = y === y;
    if (!isThere && this.#count === 0) return NaN;
    const before = this.#count >= this.#season ? this.#ago(this.#season - 1) : NaN; // a season before the new value
    const value = isThere ? y : before === before ? before : this.#ago(0);
    if (isThere) {
      if (this.#count > 0) {
        this.#sum += Math.abs(y - this.#lastSeen);
        this.#changes++;
      }
      if (this.#seasonal && before === before) {
        this.#seasonalSum += Math.abs(y - before);
        this.#seasonalChanges++;
      }
      this.#lastSeen = y;
    }
    const depth = this.#depth;
    this.#at = this.#at + 1 >= 2 * depth || this.#count === 0 ? depth : this.#at + 1;
    this.#ring[this.#at] = value;
    this.#ring[this.#at - depth] = value;
    this.#count++;
    this.#measure();
    return value;
  }

  #measure(): void {
    const scale = this.#spec.scale;
    let size = 0;
    if (scale === "none") size = 1;
    else if (scale === "level") {
      const n = Math.min(this.#count, this.#seasonal ? this.#season : LAGS);
      for (let j = 0; j < n; j++) size += Math.abs(this.#ago(j));
      size /= n;
    } else if (this.#seasonalSum > 0) size = this.#seasonalSum / this.#seasonalChanges;
    else if (this.#sum > 0) size = this.#sum / this.#changes;
    this.measured = size > 0;
    this.scale = this.measured ? size : 1;
  }

  #writeChanges(value: number, into: Float32Array, place: number): number {
    const { scale } = this;
    const count = this.#count;
    for (let j = 0; j < LAGS; j++) {
      into[place + j] = j + 1 < count ? clipped((this.#ago(j) - this.#ago(j + 1)) / scale) : 0;
    }
    into[place + LAGS] = clipped((value - this.#mean(Math.min(count, LAGS))) / scale);
    return place + LAGS + 1;
  }

  #writeSeason(value: number, into: Float32Array, place: number): number {
    const { scale } = this;
    const count = this.#count;
    const season = this.#season;
    const mean = this.#mean(Math.min(count, season));
    let to = place;
    into[to++] = count > 1 ? clipped((value - this.#ago(1)) / scale) : 0;
    into[to++] = count > season ? clipped((value - this.#ago(season)) / scale) : 0;
    into[to++] = clipped((value - mean) / scale);
    const bounds = this.#bounds;
    const lags = bounds.length - 1;
    for (let l = 0; l < lags; l++, to++) {
      let [change, level] = [0, 0];
      const [from, end] = [bounds[l], bounds[l + 1]];
      for (let j = from; j < end; j++) {
        if (j + season < count) change += this.#ago(j) - this.#ago(j + season);
        if (j < count) level += this.#ago(j) - mean;
      }
      into[to] = clipped(change / (end - from) / scale);
      into[to + lags] = clipped(level / (end - from) / scale);
    }
    return to + lags;
  }

  /** The mean of the last n values. */
  #mean(n: number): number {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += this.#ago(j);
    return sum / n;
  }

  #writeCovariates(values: Float64Array, into: Float32Array, place: number): void {
    const { past, future, fixed, horizon } = this.#spec;
    let [from, to] = [0, place];
    for (const column of past) to = writeCovariate(values[from++], column, into, to);
    for (const column of future) {
      for (let k = 0; k <= horizon; k++) to = writeCovariate(values[from++], column, into, to);
    }
    for (const column of fixed) to = writeCovariate(values[from++], column, into, to);
  }
}

function clipped(x: number): number {
  return x > LIMIT ? LIMIT : x < -LIMIT ? -LIMIT : x;
}
