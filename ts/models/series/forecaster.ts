/**
 * A model of series: learns from series of numbers and forecasts how they continue, with bands. This file holds the public words
 * and promises; the files beside it read series, turn them into batches, and turn logits into forecasts; the run is in ts/fit.
 *
 * After each value the network predicts quantiles of the whole horizon (Wen et al. 2017, "A Multi-Horizon Quantile Recurrent
 * Forecaster"), relative to the seasonal naive forecast and in units of the series' changes so far, trained by the pinball loss.
 */

import { record } from "../../base/check.js";
import { Disposable } from "../../base/disposable.js";
import { rangeError } from "../../base/errors.js";
import { objectWith, readOptions } from "../../base/options.js";
import type { Tensor } from "../../base/tensor.js";
import type { Bytes } from "../../base/typed-array.js";
import { decodeModel, encodeModel } from "../../file/model-file.js";
import { COMPLETE, type Run } from "../../fit/run.js";
import type { RunResult } from "../../fit/run-result.js";
import { NETWORK } from "../../rnn/network.js";
import type { ForwardTrace } from "../../rnn/rnn-types.js";
import { Rnn } from "../../rnn/rnn.js";
import { readModelFitOptions, readResumeOptions, type ResumeOptions } from "../shared/fit-options.js";
import type { LastRun } from "../shared/last-run.js";
import { networkState, restoreNetwork } from "../shared/network-state.js";
import { Runs, type ModelSaveOptions, type SavedRuns } from "../shared/runs.js";
import {
  BACKTEST,
  beginningOf,
  forecasts,
  readBacktestOptions,
  reportOf,
  windowsOf,
  type BacktestOptions,
} from "./backtest.js";
import { calibrationOf } from "./calibrate.js";
import { packSeries, readSeriesDescription } from "./description.js";
import { fingerprintOf } from "./fingerprint.js";
import {
  SERIES_SETTINGS,
  trainedLength,
  type ForecasterFitOptions,
  type ForecasterRunSettings,
} from "./fit-options.js";
import { forecastOf, type Forecast } from "./forecast.js";
import { readFuture, readHistories } from "./history.js";
import { extend } from "./paths.js";
import {
  CALIBRATE,
  FORECAST,
  STREAM,
  type CalibrateOptions,
  type ForecastOptions,
  type ForecastStreamOptions,
} from "./forecaster-options.js";
import { predict, type Decoding } from "./predict.js";
import { openSeries, type OneSeries, type SeriesData } from "./raw-series.js";
import type { BandCoverage, ForecastReport } from "./report.js";
import { expectSeen, readSeries, type Series } from "./series.js";
import { seriesTask } from "./series-task.js";
import { inputSizeOf, readForecasterOptions, type ForecasterOptions, type ForecasterSpec } from "./spec.js";
import { ForecastStream } from "./stream.js";
import { TrainedParts, trainedPartOf, unionOf, type TrainedPart } from "./trained-part.js";
import { Walk } from "./walk.js";

/** Options of {@link Forecaster#save}. */
export interface ForecasterSaveOptions extends ModelSaveOptions {}

/** The result of a run of a forecaster. */
export interface ForecasterResult extends RunResult {
  /** Errors on the values that were held out, beside those of the baselines; undefined where none were. */
  heldOut: ForecastReport | undefined;
}

/** The inside of a model while it reads a series. */
export interface SeriesInspection extends ForwardTrace {
  /** (T, I) the inputs of the network. */
  features: Tensor;
  /** (T, horizon·Q) its outputs: quantile q of step k at k·Q + q, relative to the anchor and in units of the scale. */
  outputs: Tensor;
  /** (T) the scale of the forecasts after each value. */
  scales: Float64Array;
}

/**
 * A model that forecasts series: demand, prices, energy, sensors.
 *
 * A series is an array of numbers, or an object with times and covariates; many series are an array of those, and rows of a table
 * are read as well. Scaling, seasons, missing values and bands are the model's own affair.
 *
 * @example
 * import { Forecaster } from "bptt";
 *
 * const sales = Array.from({ length: 96 }, (_, month) => 100 + month + 20 * (month % 12 === 11 ? 1 : 0));
 * const model = new Forecaster({ data: sales, horizon: 12, season: 12, hiddenSize: 16, seed: 1 });
 * await model.fit(sales, { steps: 50 });
 * const { median, quantiles } = model.forecast(sales);
 * console.log(median.length, quantiles.map(({ level }) => level)); // 12 [0.1, 0.5, 0.9]
 * model.free();
 */
export class Forecaster extends Disposable {
  readonly #rnn: Rnn;
  readonly #spec: ForecasterSpec;
  readonly #runs: Runs<ForecasterRunSettings>;
  #calibration: readonly number[] | null = null;
  #trained: readonly TrainedPart[] = [];

  /**
   * @param options the data, the horizon, and the size of the network; all but the first two have defaults
   * @throws TypeError when an option is of the wrong kind or unknown
   * @throws RangeError when an option is out of its range, or a series has fewer than two values or one that is infinite; the
   *   message names the place
   * @throws BpttError `OUT_OF_MEMORY` when the parameters do not fit into memory
   */
  constructor(options: ForecasterOptions);
  /** @internal */
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- the public declarations have the first one only
  constructor(loaded: Loaded);
  constructor(options: ForecasterOptions | Loaded) {
    super();
    const parts = options instanceof Loaded ? options : readForecasterOptions(options);
    this.#spec = parts.spec;
    this.#rnn = parts instanceof Loaded ? parts.rnn : new Rnn(parts.network);
    const saved = parts instanceof Loaded ? parts.runs : undefined;
    this.#runs = new Runs(this.#rnn, SERIES_SETTINGS, (runs) => this.#encode(runs), saved);
    if (!(parts instanceof Loaded)) return;
    this.#calibration = parts.calibration;
    this.#trained = parts.trained;
  }

  /** The network: its parameters, and all that can be done with one. */
  get rnn(): Rnn {
    return this.#rnn;
  }

  /** The number of values that a forecast has. */
  get horizon(): number {
    return this.#spec.horizon;
  }

  /** The seasons in steps; empty without a season. */
  get seasons(): readonly number[] {
    return [...this.#spec.seasons];
  }

  /** The levels of the forecast quantiles. */
  get quantiles(): readonly number[] {
    return [...this.#spec.quantiles];
  }

  /** True if the bands have been calibrated since the last run began. */
  get calibrated(): boolean {
    return this.#calibration !== null;
  }

  /** The last run that came to its end, in this model or before it was saved; undefined where there was none. */
  get lastRun(): LastRun<ForecasterRunSettings> | undefined {
    return this.#runs.lastRun;
  }

  /** True if there is a run that was cut short, or is under way, which {@link Forecaster#resume} would continue. */
  get resumable(): boolean {
    return this.#runs.resumable;
  }

  /**
   * Trains the model on series. Returns at once; see {@link fit} for what a run is and does. An unfinished run is given up; its
   * weights stay, and bands have to be calibrated again.
   *
   * Each series is read from its start to its end, in batches of series of similar length. By default the run takes 15 epochs, but
   * at least 400 steps, and the learning rate falls from 5e-3 to 0 along a cosine.
   *
   * With `validationSteps` the last values of each series are held out. The result then has the errors on them beside those of
   * the naive and the seasonal naive forecast, and the warning `BASELINE_NOT_BEATEN` where they are not better.
   *
   * @param data series, as the constructor reads them
   * @param options length of the run, its settings and its listeners
   * @returns the run: a promise of its result and a stream of reports; `checkpoint()` gives the bytes of
   *   `save({ optimizer: true })`
   * @throws TypeError when something is of the wrong kind or unknown
   * @throws RangeError when an option is out of its range, the data is not like the data of the model, or no series has more
   *   values to train on than the horizon
   * @throws BpttError `BUSY` during another run, `FREED`, `OPTIMIZER_BOUND`
   *
   * @example
   * import { Forecaster } from "bptt";
   *
   * const series = [3, 5, 2].map((level) => Array.from({ length: 60 }, (_, t) => level + (t % 7)));
   * const model = new Forecaster({ data: series, horizon: 7, season: 7, hiddenSize: 16 });
   * const { steps, heldOut } = await model.fit(series, { steps: 30, validationSteps: 14 });
   * console.log(steps, heldOut?.windows); // 30 6
   */
  fit(data: SeriesData, options: ForecasterFitOptions = {}): Run<Bytes, ForecasterResult> {
    const read = readModelFitOptions(options, SERIES_SETTINGS, this.#spec.seed);
    const { settings, rest, optimizer, worker } = read;
    const series = this.#readData(data);
    const run = this.#runs.start({
      ...this.#job(series, settings),
      settings,
      options: { ...rest, ...(optimizer === undefined ? {} : { optimizer }) },
      worker,
    });
    return this.#started(run, series, settings);
  }

  /**
   * Continues a run that was cut short: in this model, or in the file that it was loaded from. The options of that run apply, and
   * the result is bit-identical to that of a run without interruption.
   *
   * @param data the series of the run
   * @param options listeners and the longest time
   * @returns the run
   * @throws TypeError when something is of the wrong kind or unknown
   * @throws RangeError when there is no unfinished run, or the data is not that run's
   * @throws BpttError `BUSY` during another run, `FREED`
   *
   * @example
   * import { Forecaster } from "bptt";
   *
   * const series = Array.from({ length: 50 }, (_, t) => t % 5);
   * const model = new Forecaster({ data: series, horizon: 3, season: 5, hiddenSize: 8 });
   * const run = model.fit(series, { steps: 20 });
   * run.stop();
   * await run;
   * const again = Forecaster.load(model.save({ optimizer: true })); // in another process, another day
   * const { steps } = await again.resume(series);
   * console.log(steps); // 20
   */
  resume(data: SeriesData, options: ResumeOptions = {}): Run<Bytes, ForecasterResult> {
    this.#rnn[NETWORK].lock.expectAlive("resume");
    const { rest, worker } = readResumeOptions(options);
    const saved = this.#runs.unfinished;
    const series = this.#readData(data);
    const job = this.#job(series, saved.settings);
    const run = this.#runs.resume(saved, { ...job, options: rest, worker }, [data, "data"]);
    return this.#started(run, series, saved.settings);
  }

  /**
   * Forecasts how a history continues, or several.
   *
   * @param history a series as the constructor reads it, or an array of series; it need not be one that the model was trained on
   * @param options the number of values, and covariates that are known ahead
   * @returns the forecast; for an array of histories an array of forecasts
   * @throws TypeError when something is of the wrong kind or unknown
   * @throws RangeError when an option is out of its range, the history is not like the data of the model, or a covariate that is
   *   known ahead is not known far enough
   * @throws BpttError `FREED`, `OUT_OF_MEMORY`
   *
   * @example
   * import { Forecaster } from "bptt";
   *
   * const values = [1, 2, 3, 4, 5, 6, 7, 8];
   * const times = values.map((_, t) => `2024-0${t + 1}-01`);
   * const model = new Forecaster({ data: { values, times }, horizon: 2, hiddenSize: 8 });
   * await model.fit({ values, times }, { steps: 5 });
   * console.log(model.forecast({ values, times }).times); // ["2024-09-01", "2024-10-01"]
   * console.log(model.forecast({ values, times }, { horizon: 5 }).extended); // true
   */
  forecast(history: readonly OneSeries[], options?: ForecastOptions): Forecast[];
  /** One forecast of one history; of a table with ids an array. */
  forecast(history: OneSeries, options?: ForecastOptions): Forecast;
  /** Forecasts of series in any form. */
  forecast(history: SeriesData, options?: ForecastOptions): Forecast | Forecast[];
  forecast(history: SeriesData, options: ForecastOptions = {}): Forecast | Forecast[] {
    const rnn = this.#rnn;
    rnn[NETWORK].lock.expectAlive("forecast");
    const decoding = this.#decoding();
    const { future, paths, seed, horizon: steps = decoding.horizon } = readOptions(options, FORECAST);
    const { series, isSingle } = readHistories(history, decoding, future, steps);
    const queries = series.map((one) => ({ series: one, lengths: [one.values.length] }));
    const results = predict(rnn, decoding, queries).map(([bands], i) => {
      const isExtended = steps > decoding.horizon;
      const all = isExtended
        ? extend(rnn, decoding, series[i], bands, { steps, paths, seed })
        : bands.map((values) => values.slice(0, steps));
      return forecastOf(decoding, all, series[i], series[i].values.length, isExtended);
    });
    return isSingle ? results[0] : results;
  }

  /**
   * Measures the forecasts of the last values of each series: a backtest with one window.
   *
   * @param data series, as the constructor reads them
   * @returns the errors beside those of the baselines
   * @throws TypeError, RangeError as {@link Forecaster#backtest}
   * @throws BpttError `FREED`, `OUT_OF_MEMORY`
   *
   * @example
   * import { Forecaster } from "bptt";
   *
   * const series = Array.from({ length: 50 }, (_, t) => t % 5);
   * const model = new Forecaster({ data: series, horizon: 5, season: 5, hiddenSize: 8 });
   * const { mae, seasonalNaive, inSample } = model.evaluate(series); // untrained
   * console.log(mae, seasonalNaive.mae, inSample); // …
   */
  evaluate(data: SeriesData): ForecastReport {
    return this.#backtest(this.#readData(data), { windows: 1, every: undefined });
  }

  /**
   * Forecasts what is already known, at several places of each series, and compares the forecasts with the values that came.
   *
   * An error on values that the model was trained on says nothing about new ones: `inSample` counts those windows. With `refit` a new
   * model of the same options is trained on the values before the first window, with the options of {@link Forecaster#fit}.
   *
   * @param data series, as the constructor reads them
   * @param options the windows
   * @returns the errors beside those of the baselines; with `refit` a promise of them
   * @throws TypeError when something is of the wrong kind or unknown
   * @throws RangeError when an option is out of its range, the data is not like the data of the model, or no series is long enough
   *   for a window
   * @throws BpttError `FREED`, `OUT_OF_MEMORY`
   *
   * @example
   * import { Forecaster } from "bptt";
   *
   * const series = Array.from({ length: 60 }, (_, t) => t % 6);
   * const model = new Forecaster({ data: series, horizon: 6, season: 6, hiddenSize: 8 });
   * const report = await model.backtest(series, { windows: 3, refit: true, steps: 20 });
   * console.log(report.windows, report.inSample); // 3 0
   */
  backtest(
    data: SeriesData,
    options: BacktestOptions & ForecasterFitOptions & { refit: true },
  ): Promise<ForecastReport>;
  /** The errors of this model. */
  backtest(data: SeriesData, options?: BacktestOptions & { refit?: false }): ForecastReport;
  backtest(
    data: SeriesData,
    options: BacktestOptions & ForecasterFitOptions = {},
  ): ForecastReport | Promise<ForecastReport> {
    const { places, refit, others } = readBacktestOptions(record(options, "options"));
    if (refit) return this.#refit(this.#readData(data), places, others);
    objectWith(others, "options", BACKTEST); // options of fit are for refit only
    return this.#backtest(this.#readData(data), places);
  }

  /**
   * Corrects the bands by the forecasts of values that the model was not trained on, so that each contains the share of values
   * that it should (split conformal prediction). The median stays. The correction is saved with the model; a new run forgets it.
   *
   * @param data series, as the constructor reads them, with values that were held out or came after training
   * @param options the windows
   * @returns the number of windows, and the coverage that the bands had on them before
   * @throws TypeError when something is of the wrong kind or unknown
   * @throws RangeError when an option is out of its range, or there are no values that the model was not trained on
   * @throws BpttError `FREED`, `OUT_OF_MEMORY`
   *
   * @example
   * import { Forecaster } from "bptt";
   *
   * const series = Array.from({ length: 80 }, (_, t) => (t * 7919) % 13);
   * const model = new Forecaster({ data: series, horizon: 4, hiddenSize: 8 });
   * await model.fit(series, { steps: 20, validationSteps: 20 });
   * console.log(model.calibrate(series).windows, model.calibrated); // 5 true
   */
  calibrate(data: SeriesData, options: CalibrateOptions = {}): { windows: number; coverage: BandCoverage[] } {
    this.#rnn[NETWORK].lock.expectAlive("calibrate");
    const places = readOptions(options, CALIBRATE);
    const series = this.#readData(data);
    const trained = new TrainedParts(this.#trained);
    const queries = windowsOf(series, this.#spec, places).map(({ series, lengths }) => {
      const known = trained.count(series);
      return { series, lengths: lengths.filter((length) => length >= known) };
    });
    const decoding = { ...this.#spec, calibration: null };
    const factors = calibrationOf(decoding, forecasts(this.#rnn, decoding, queries));
    const { windows, coverage } = reportOf(this.#rnn, decoding, queries, trained);
    this.#calibration = factors;
    return { windows, coverage };
  }

  /**
   * Opens a stream of live forecasts: each pushed value gives the forecast of the values after it, at the same cost however long the
   * stream is, and the same bits as {@link Forecaster#forecast} of all values so far.
   *
   * @param options the values before the first push
   * @throws TypeError when something is of the wrong kind or unknown
   * @throws RangeError when the history is not like the data of the model
   * @throws BpttError `FREED`, `OUT_OF_MEMORY`
   *
   * @example
   * import { Forecaster } from "bptt";
   *
   * const sensor = Array.from({ length: 60 }, (_, t) => (t % 10) / 10);
   * const model = new Forecaster({ data: sensor, horizon: 3, season: 10, hiddenSize: 8, seed: 1 });
   * await model.fit(sensor, { steps: 30 });
   * const live = model.stream({ history: sensor });
   * const { surprise } = live.push(25); // far outside its band
   * console.log((surprise?.outside ?? 0) > 1); // true
   */
  stream(options: ForecastStreamOptions = {}): ForecastStream {
    this.#rnn[NETWORK].lock.expectAlive("stream");
    const { history, future, reject = Infinity, rejectAtMost } = readOptions(options, STREAM);
    const spec = this.#spec;
    const { horizon } = spec;
    const decoding = () => this.#decoding();
    if (history !== undefined) {
      const { series } = readHistories(history, spec, future, horizon);
      if (series.length !== 1) throw rangeError("history", "one series", String(series.length));
      return new ForecastStream(this.#rnn, decoding, {
        history: series[0],
        future: [],
        reject,
        rejectAtMost,
      });
    }
    const known =
      future === undefined && spec.future.length === 0 ? [] : readFuture(spec, future ?? {}, horizon);
    return new ForecastStream(this.#rnn, decoding, {
      history: undefined,
      future: known,
      reject,
      rejectAtMost,
    });
  }

  /**
   * Returns the inside of the network while it reads a series: features, hidden states, gates and outputs after each value, for
   * plots. Nothing is dropped.
   *
   * @param history one series
   * @throws TypeError when something is of the wrong kind
   * @throws RangeError when the series is not like the data of the model
   * @throws BpttError `FREED`, `OUT_OF_MEMORY`
   *
   * @example
   * import { Forecaster } from "bptt";
   *
   * const model = new Forecaster({ data: [1, 2, 3, 4, 5], horizon: 2, hiddenSize: 8 });
   * const { hidden, outputs, scales } = model.inspect([1, 2, 3]);
   * console.log(hidden.shape, outputs.shape, scales); // [3, 1, 1, 8] [3, 6] Float64Array [1, 1, 1]
   */
  inspect(history: OneSeries): SeriesInspection {
    const { series } = readHistories(history, this.#spec, undefined, 0);
    if (series.length !== 1) throw rangeError("history", "one series", String(series.length));
    const [one] = series;
    const steps = one.values.length;
    const walk = new Walk(one, this.#spec);
    const size = inputSizeOf(this.#spec);
    const features = new Float32Array(steps * size);
    const scales = new Float64Array(steps);
    for (let t = 0; t < steps; t++) {
      walk.step(features, t * size);
      scales[t] = walk.encoder.scale;
    }
    const inputs = { data: features, shape: [1, steps, size] };
    const { logits, trace } = this.#rnn.forward({ inputs }, { trace: true });
    return {
      ...(trace as ForwardTrace),
      features: { data: features, shape: [steps, size] },
      outputs: { data: logits.data, shape: [steps, logits.data.length / steps] },
      scales,
    };
  }

  /**
   * The model as a safetensors file: the network as {@link Rnn#save} writes it, which PyTorch reads, what the model knows of its
   * data, the calibration, and {@link Forecaster#lastRun}. With `optimizer` also an unfinished run. The same model gives the same
   * bytes.
   *
   * @param options `optimizer`: true saves the unfinished run too
   * @returns the bytes of the file
   * @throws TypeError when an option is of the wrong kind or unknown
   * @throws BpttError `FREED`, `OUT_OF_MEMORY`
   *
   * @example
   * import { Forecaster } from "bptt";
   *
   * const model = new Forecaster({ data: [1, 2, 3, 4, 5], horizon: 2, hiddenSize: 8 });
   * const again = Forecaster.load(model.save());
   * console.log(again.horizon); // 2
   */
  save(options: ForecasterSaveOptions = {}): Bytes {
    return this.#runs.save(options);
  }

  /**
   * A model from a file that `save` wrote.
   *
   * @param bytes the file: a Uint8Array or an ArrayBuffer
   * @throws TypeError when `bytes` are none
   * @throws RangeError when this is no such file, a newer version of bptt wrote it, or something in it is missing or wrong
   * @throws BpttError `OUT_OF_MEMORY`
   *
   * @example
   * import { Forecaster } from "bptt";
   *
   * const bytes = new Forecaster({ data: [1, 2, 3, 4, 5], horizon: 2, hiddenSize: 8 }).save();
   * console.log(Forecaster.load(bytes).quantiles); // [0.1, 0.5, 0.9]
   */
  static load(bytes: Uint8Array | ArrayBuffer): Forecaster {
    const { config, parameters, series, ...runs } = decodeModel(bytes);
    if (series === undefined) throw rangeError("bytes", "a model of series (Forecaster)", "another one");
    const { spec, calibration, trained, ...state } = readSeriesDescription(series);
    const [inputs, outputs] = [inputSizeOf(spec), spec.horizon * spec.quantiles.length];
    if (config.bidirectional || config.inputSize !== inputs || config.outputSize !== outputs) {
      const received = `one from ${config.inputSize} to ${config.outputSize ?? "hidden states"}`;
      const wanted = `a network in one direction from ${inputs} features to ${outputs} outputs`;
      throw rangeError("bytes", wanted, `${received}${config.bidirectional ? " in two" : ""}`);
    }
    const build = (rnn: Rnn) => new Forecaster(new Loaded(rnn, spec, calibration, trained, runs));
    return restoreNetwork({ config, parameters }, state, build);
  }

  /**
   * Gives the model's memory back. Calling it again does nothing; any other use afterwards is an error with code `FREED`.
   *
   * @throws BpttError `BUSY` while a run trains it
   *
   * @example
   * import { Forecaster } from "bptt";
   *
   * const model = new Forecaster({ data: [1, 2, 3, 4, 5], horizon: 2, hiddenSize: 8 });
   * model.free();
   */
  free(): void {
    this.#rnn.free();
    this.#runs.forget();
  }

  #decoding(): Decoding {
    return { ...this.#spec, calibration: this.#calibration };
  }

  /** Reads series like those of the model, each with two values at least. */
  #readData(data: unknown): Series[] {
    const { series } = openSeries(data, "data");
    if (series.length === 0) throw rangeError("data", "at least one series", "none");
    return series.map((raw) => {
      const read = readSeries(raw, this.#spec);
      expectSeen(read, 2, raw.pathOf("values"));
      return read;
    });
  }

  #job(series: readonly Series[], settings: ForecasterRunSettings) {
    const data = { series, spec: this.#spec, settings };
    return { task: seriesTask, data, fingerprint: fingerprintOf(series) };
  }

  /** The run that has started, with the errors on the held-out values in its result. */
  #started(
    run: Run<Bytes>,
    series: readonly Series[],
    settings: ForecasterRunSettings,
  ): Run<Bytes, ForecasterResult> {
    const parts = series.map((one) => trainedPartOf(one, trainedLength(one, settings)));
    this.#trained = unionOf(this.#trained, parts);
    this.#calibration = null;
    return run[COMPLETE]((result) => {
      const heldOut = this.#rnn[NETWORK].lock.freed ? undefined : this.#heldOut(series, settings);
      // the model scales its targets itself, so that their size is not the user's affair
      const warnings = result.warnings.filter(({ code }) => code !== "TARGETS_OUT_OF_SCALE");
      return { ...result, heldOut, warnings: [...warnings, ...warningsOf(heldOut)] };
    });
  }

  /** Errors on the values that a run has held out; undefined where there are none. */
  #heldOut(series: readonly Series[], settings: ForecasterRunSettings): ForecastReport | undefined {
    const { horizon } = this.#spec;
    const queries = series.map((one) => {
      const lengths: number[] = [];
      const trained = trainedLength(one, settings);
      const end = one.values.length;
      for (let length = trained; length < end && length > 1; length += horizon) {
        if (length === trained || length + horizon <= end) lengths.push(length);
      }
      return { series: one, lengths };
    });
    if (queries.every(({ lengths }) => lengths.length === 0)) return undefined;
    return reportOf(this.#rnn, this.#decoding(), queries, new TrainedParts([]));
  }

  #backtest(
    series: readonly Series[],
    places: { windows: number; every: number | undefined },
  ): ForecastReport {
    this.#rnn[NETWORK].lock.expectAlive("backtest");
    const queries = windowsOf(series, this.#spec, places);
    return reportOf(this.#rnn, this.#decoding(), queries, new TrainedParts(this.#trained));
  }

  /** Trains a new model on the values before the first window, and measures that. */
  async #refit(
    series: readonly Series[],
    places: { windows: number; every: number | undefined },
    options: object,
  ): Promise<ForecastReport> {
    const read = readModelFitOptions(options, SERIES_SETTINGS, this.#spec.seed);
    const { settings, rest, optimizer, worker } = read;
    const { horizon } = this.#spec;
    const queries = windowsOf(series, this.#spec, places);
    const known = queries
      .filter(({ lengths }) => lengths.length > 0)
      .map(({ series: one, lengths: [first] }) => beginningOf(one, first, horizon));
    const { outputSize, ...sizes } = this.#rnn[NETWORK].config;
    const rnn = new Rnn({ ...sizes, ...(outputSize === undefined ? {} : { outputSize }) });
    const other = new Forecaster(new Loaded(rnn, this.#spec, null, [], {}));
    try {
      await other.#runs.start({
        ...other.#job(known, settings),
        settings,
        options: { ...rest, ...(optimizer === undefined ? {} : { optimizer }) },
        worker,
      });
      return reportOf(rnn, other.#decoding(), queries, new TrainedParts([]));
    } finally {
      other.free();
    }
  }

  #encode(runs: SavedRuns): Bytes {
    const rnn = this.#rnn;
    return encodeModel({
      config: rnn[NETWORK].config,
      parameters: rnn.parameters,
      series: packSeries({
        spec: this.#spec,
        calibration: this.#calibration,
        trained: this.#trained,
        ...networkState(rnn),
      }),
      ...runs,
    });
  }
}

/** A warning where the model is not better than a baseline on held-out values. */
function warningsOf(heldOut: ForecastReport | undefined): RunResult["warnings"] {
  if (heldOut === undefined) return [];
  const { mae, naive, seasonalNaive } = heldOut;
  const [name, best] =
    seasonalNaive.mae <= naive.mae ? ["seasonal naive", seasonalNaive.mae] : ["naive", naive.mae];
  if (mae < best || best === 0) return [];
  const [error, baseline] = [mae, best].map((x) => Number(x.toPrecision(3)));
  const message = `on the held-out values the mean absolute error is ${error}, that of the ${name} forecast ${baseline}; use that forecast, or train on more data`;
  return [{ code: "BASELINE_NOT_BEATEN", message }];
}

/** The parts of a loaded model. */
class Loaded {
  constructor(
    readonly rnn: Rnn,
    readonly spec: ForecasterSpec,
    readonly calibration: readonly number[] | null,
    readonly trained: readonly TrainedPart[],
    readonly runs: SavedRuns,
  ) {}
}
