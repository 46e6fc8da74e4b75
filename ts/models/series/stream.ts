/** Live forecasts: one value in, one forecast out, at the same cost however long the stream is. */

import { Disposable } from "../../base/disposable.js";
import { at, BpttError, rangeError, typeError, type Path } from "../../base/errors.js";
import { record } from "../../base/check.js";
import { readOptions, type Declaration, type OptionsOf } from "../../base/options.js";
import { show } from "../../base/show.js";
import type { State } from "../../data/state.js";
import type { Rnn } from "../../rnn/rnn.js";
import type { Session } from "../../rnn/session.js";
import { readColumn, type ColumnSpec } from "./covariates.js";
import { covariateCount, Encoder } from "./encoder.js";
import { forecastOf, type Forecast } from "./forecast.js";
import { decode, encodingOf, type Bands, type Decoding } from "./predict.js";
import type { CovariateValue } from "./raw-series.js";
import type { Series } from "./series.js";
import type { SeriesTimes } from "./times.js";
import { readValue } from "./values.js";
import { fillCovariates } from "./walk.js";

const PUSH = {
  /** Covariates that are known up to now: the value of each that goes with the pushed value. */
  past: { read: values, fallback: undefined },
  /** Covariates that are known ahead: the value of each that is newly known, at the end of the horizon. */
  future: { read: values, fallback: undefined },
} satisfies Declaration;

/** Covariates of a value that is pushed. */
export interface PushOptions extends OptionsOf<typeof PUSH> {}

/** A value as the forecast before it saw it. */
export interface Surprise {
  /** The place of the value between the lowest quantile (0) and the highest one (1) that were forecast for it. */
  position: number;
  /** The distance from the nearest of the two, in units of the distance between them; 0 within the band. */
  outside: number;
  /** True if the value was read as missing because it lies so far outside (`reject`). */
  rejected: boolean;
}

/** A live forecast. */
export interface LiveForecast extends Forecast {
  /** The pushed value as the forecast before it saw it; absent for a missing value and before a forecast is there. */
  surprise?: Surprise;
}

/** The start of a stream, before its first push. */
export interface StreamStart {
  /** Undefined: nothing is known yet. */
  readonly history: Series | undefined;
  /** Of each covariate that is known ahead, the values of the first steps; of a history its own. */
  readonly future: readonly Float64Array[];
  /** Values farther outside than this are read as missing; `rejectAtMost` of them in a row. */
  readonly reject: number;
  readonly rejectAtMost: number;
}

/**
 * A stream of live forecasts. Made by {@link Forecaster#stream}. It always uses the present weights of its model; its memory goes
 * with the model's.
 *
 * @example
 * import { Forecaster } from "bptt";
 *
 * const values = Array.from({ length: 40 }, (_, t) => t % 4);
 * const model = new Forecaster({ data: values, horizon: 2, season: 4, hiddenSize: 8 });
 * const live = model.stream({ history: values });
 * const { median, surprise } = live.push(0);
 * console.log(median.length, surprise?.outside); // …
 * live.free();
 */
export class ForecastStream extends Disposable {
  readonly #decoding: () => Decoding;
  readonly #session: Session;
  readonly #encoder: Encoder;
  readonly #features: Float32Array;
  readonly #covariates: Float64Array;
  readonly #fixed: readonly number[];
  /** The newest values of covariates: of past ones the last, of future ones from this step to the end of the horizon. */
  readonly #past: Float64Array[];
  readonly #future: Float64Array[];
  readonly #times: SeriesTimes | undefined;
  readonly #start: number;
  readonly #reject: number;
  readonly #rejectAtMost: number;
  #rejected = 0; // in a row
  #length = 0;
  #next: readonly [low: number, high: number] | undefined; // the outermost quantiles of the next value
  #freed = false;

  /** @internal */
  constructor(rnn: Rnn, decoding: () => Decoding, start: StreamStart) {
    super();
    const { history, future: known, reject, rejectAtMost } = start;
    this.#reject = reject;
    this.#rejectAtMost = rejectAtMost;
    const spec = decoding();
    const { past, future, fixed, horizon } = spec;
    this.#decoding = decoding;
    this.#encoder = new Encoder(spec);
    this.#features = new Float32Array(this.#encoder.inputSize);
    this.#covariates = new Float64Array(covariateCount(spec));
    this.#fixed = history?.fixed ?? fixed.map(unknownOf);
    this.#past = past.map((column) => Float64Array.of(unknownOf(column)));
    this.#future = future.map((column) => new Float64Array(horizon + 1).fill(unknownOf(column)));
    known.forEach((column, i) => this.#future[i].set(column, 1)); // the first push moves them to its own step
    this.#times = history?.times;
    this.#start = history?.start ?? 0;
    this.#session = rnn.session({ dense: true });
    try {
      if (history !== undefined) this.#replay(history);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  /** The number of values read so far, those of the history included. */
  get length(): number {
    return this.#length;
  }

  /**
   * Reads the next value and returns the forecast of the values after it.
   *
   * @param value a number; `null` or NaN where it is missing
   * @param options covariates that go with it. Without them their last values stay
   * @returns the forecast, and how the forecast before saw the value. Before any value is known its numbers are NaN
   * @throws TypeError when something is of the wrong kind or unknown
   * @throws RangeError when the value is infinite or has no logarithm that the model needs; the stream stays as it was
   * @throws BpttError `FREED`
   *
   * @example
   * import { Forecaster } from "bptt";
   *
   * const model = new Forecaster({ data: [1, 2, 3, 4, 5, 6], horizon: 2, hiddenSize: 4 });
   * const live = model.stream();
   * console.log(live.push(1).median.length, live.push(null).median.length); // 2 2
   */
  push(value: number | null | undefined, options: PushOptions = {}): LiveForecast {
    if (this.#freed) throw new BpttError("FREED", "stream.push: this stream has been freed");
    const decoding = this.#decoding();
    const y = readValue(value, "value");
    if (Math.abs(y) > 1e100) throw rangeError("value", "a number in ±1e+100", show(y));
    if (decoding.transform === "log" && y <= 0) {
      throw rangeError("value", "a number > 0, for its logarithm", show(y));
    }
    const given = readOptions(options, PUSH);
    const past = newest(given.past, decoding.past, "past", this.#past);
    const future = newest(given.future, decoding.future, "future", this.#future);
    past.forEach((x, i) => (this.#past[i][0] = x));
    future.forEach((x, i) => {
      this.#future[i].copyWithin(0, 1);
      this.#future[i][decoding.horizon] = x;
    });
    const surprise = this.#next && surpriseOf(this.#next, y);
    if (surprise) {
      surprise.rejected = surprise.outside > this.#reject && this.#rejected < this.#rejectAtMost;
      this.#rejected = surprise.rejected ? this.#rejected + 1 : 0;
    }
    const bands = this.#read(decoding, surprise?.rejected ? NaN : y);
    const forecast = forecastOf(decoding, bands, { times: this.#times }, this.#length);
    return surprise === undefined ? forecast : { ...forecast, surprise };
  }

  /**
   * A copy of the state of the network, (L, 1, H), of an lstm `{ h, c }`.
   *
   * @throws BpttError `FREED`
   */
  state(): State {
    return this.#session.state();
  }

  /** Gives the memory of the stream back; calling it again does nothing. */
  free(): void {
    this.#session.free();
    this.#freed = true;
  }

  #replay(history: Series): void {
    const decoding = this.#decoding();
    const { values, past, future } = history;
    const { horizon } = decoding;
    for (let t = 0; t < values.length; t++) {
      past.forEach((column, i) => (this.#past[i][0] = column[t]));
      future.forEach((column, i) => {
        for (let k = 0; k <= horizon; k++) this.#future[i][k] = column[Math.min(t + k, column.length - 1)];
      });
      if (t === values.length - 1) this.#read(decoding, values[t]);
      else this.#step(values[t], horizon);
    }
  }

  /** Reads a value and keeps the forecast after it. */
  #read(decoding: Decoding, y: number): Bands {
    const logits = this.#step(y, decoding.horizon);
    const bands = decode(decoding, encodingOf(this.#encoder, decoding.horizon), logits);
    this.#next = [bands[0][0], bands[bands.length - 1][0]];
    return bands;
  }

  #step(y: number, horizon: number): Float32Array {
    const parts = { past: this.#past, future: this.#future, fixed: this.#fixed };
    fillCovariates(parts, 0, horizon, this.#covariates);
    this.#encoder.push(y, this.#start + this.#length, this.#covariates, this.#features, 0);
    this.#length++;
    return this.#session.step(this.#features).data;
  }
}

/** The place of a value; undefined for a missing one and before a forecast is there. */
function surpriseOf([low, high]: readonly [number, number], y: number): Surprise | undefined {
  if (Number.isNaN(y) || Number.isNaN(low)) return undefined;
  const width = high - low;
  const distance = y < low ? low - y : y > high ? y - high : 0;
  return {
    position: y <= low ? (y < low || width > 0 ? 0 : 0.5) : y >= high ? 1 : (y - low) / width,
    outside: distance === 0 ? 0 : distance / width,
    rejected: false,
  };
}

/** The newest values of covariates: those given, or the last ones. */
function newest(
  given: Readonly<Record<string, CovariateValue>> | undefined,
  columns: readonly ColumnSpec[],
  name: "past" | "future",
  last: readonly Float64Array[],
): number[] {
  for (const key of Object.keys(given ?? {})) {
    if (!columns.some((column) => column.name === key)) {
      throw typeError(at(name, key), "a covariate of the model", show(given?.[key]));
    }
  }
  return columns.map((column, i) => {
    const value = given?.[column.name];
    const kept = last[i][last[i].length - 1];
    if (value === undefined || value === null) return kept;
    return readColumn([value], column, () => at(name, column.name))[0];
  });
}

/** The value of a covariate of which nothing is known. */
function unknownOf({ kind, mean }: ColumnSpec): number {
  return kind === "number" ? mean : -1;
}

function values(value: unknown, path: Path): Readonly<Record<string, CovariateValue>> {
  return record(value, path) as Record<string, CovariateValue>;
}
