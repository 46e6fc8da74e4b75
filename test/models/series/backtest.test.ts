/** Reports against the metrics computed one by one, what counts as trained on, calibration, and live surprises. */

import { coverage, Forecaster, mase, naive, pinball, seasonalNaive, smape, type Forecast } from "bptt";
import { describe, expect, it } from "vitest";
import { decodeModel, encodeModel } from "../../../ts/file/model-file.js";
import { noise, seasonal } from "../../support/series.js";

const DATA = [60, 75].map((length, i) => seasonal(length, { seed: i + 1, noisy: 3 }));
const make = (options: object = {}) =>
  new Forecaster({ data: DATA, horizon: 4, season: 12, hiddenSize: 8, seed: 1, ...options });
const mean = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

describe("reports", () => {
  it("are the means over windows of the exported metrics", async () => {
    const model = make();
    await model.fit(DATA, { steps: 20, validationSteps: 8 });
    const report = model.backtest(DATA, { windows: 3, every: 5 });
    const windows = DATA.flatMap((values) =>
      [0, 1, 2].map((w) => {
        const end = values.length - 4 - 5 * w;
        const history = values.slice(0, end);
        return { history, actual: values.slice(end, end + 4), forecast: model.forecast(history) };
      }),
    );
    const over = (metric: (window: { history: number[]; actual: number[]; forecast: Forecast }) => number) =>
      mean(windows.map(metric));
    expect(report.windows).toBe(6);
    expect(report.mase).toBeCloseTo(
      over(({ actual, forecast, history }) => mase(actual, forecast.median, history, 12)),
      10,
    );
    expect(report.smape).toBeCloseTo(
      over(({ actual, forecast }) => smape(actual, forecast.median)),
      10,
    );
    expect(report.pinball).toBeCloseTo(
      over(({ actual, forecast }) =>
        mean(forecast.quantiles.map(({ level, values }) => pinball(actual, values, level))),
      ),
      10,
    );
    const mae = (predict: (history: number[]) => Float64Array) =>
      over(({ actual, history }) => mean(actual.map((y, k) => Math.abs(y - predict(history)[k]!))));
    expect(report.naive.mae).toBeCloseTo(
      mae((history) => naive(history, 4)),
      10,
    );
    expect(report.seasonalNaive.mae).toBeCloseTo(
      mae((history) => seasonalNaive(history, 4, 12)),
      10,
    );
    expect(report.mae).toBeCloseTo(
      mae((history) => model.forecast(history).median),
      10,
    );
    expect(report.skill).toBeCloseTo(1 - report.mae / report.seasonalNaive.mae, 12);
    expect(report.byStep.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(mean(report.byStep.map((step) => step.mae))).toBeCloseTo(report.mae, 10);
    const band = over(({ actual, forecast: { quantiles } }) =>
      coverage(actual, quantiles[0]!.values, quantiles[2]!.values),
    );
    expect(report.coverage).toEqual([
      { lower: 0.1, upper: 0.9, expected: 0.8, actual: expect.closeTo(band, 10) as number },
    ]);
    expect(report.inSample).toBe(4); // the windows that begin 9 and 14 values before the end
    expect(model.evaluate(DATA).windows).toBe(2);
  });

  it("without a season the two baselines are the same, and skill is undefined where they have no error", () => {
    const model = new Forecaster({ data: [1, 1, 1, 1, 1, 1], horizon: 2, hiddenSize: 4 });
    const report = model.evaluate([1, 1, 1, 1, 1, 1]);
    expect(report.seasonalNaive).toEqual(report.naive);
    expect([report.skill, report.mase]).toEqual([undefined, NaN]);
  });

  it("leave missing values out", () => {
    const values: (number | null)[] = [...DATA[0]!];
    values[57] = null;
    const model = make();
    const report = model.evaluate(values);
    expect(report.byStep[1]!.mae).toBeNaN();
    expect(report.mae).toBeGreaterThan(0);
  });

  it("count windows with values that were trained on, by id or by first values", async () => {
    const named = DATA.map((values, i) => ({ values, id: `s${i}` }));
    const model = new Forecaster({ data: named, horizon: 4, season: 12, hiddenSize: 4 });
    expect(model.evaluate(named).inSample).toBe(0); // untrained
    await model.fit(named, { steps: 2 });
    expect(model.evaluate(named).inSample).toBe(2);
    expect(model.evaluate(DATA).inSample).toBe(2); // by first values
    expect(model.evaluate(DATA.map((values) => values.map((y) => y + 1))).inSample).toBe(0); // others
    const longer = [{ values: [...DATA[0]!, 1, 2, 3, 4], id: "s0" }];
    expect(model.evaluate(longer).inSample).toBe(0); // four new values
    expect(Forecaster.load(model.save()).evaluate(named).inSample).toBe(2);
  });

  it("refit trains a new model on what comes before", async () => {
    const model = make();
    const before = model.save();
    const report = await model.backtest(DATA, { windows: 2, refit: true, steps: 20 });
    expect([report.windows, report.inSample]).toEqual([4, 0]);
    const other = make();
    const known = DATA.map((values) => values.slice(0, values.length - 8));
    await other.fit(known, { steps: 20 });
    expect(other.backtest(DATA, { windows: 2 }).mae).toBe(report.mae);
    expect(model.save()).toEqual(before);
  });
});

describe("calibration", () => {
  it("widens bands that are too narrow to what they promise", async () => {
    const data = Array.from({ length: 40 }, (_, i) => noise(64, i + 1).map((x) => 10 + x));
    const model = new Forecaster({ data, horizon: 4, hiddenSize: 8, seed: 1 });
    await model.fit(data, { steps: 10, validationSteps: 16 });
    const { windows, coverage: before } = model.calibrate(data, { windows: 2 });
    expect(windows).toBe(80);
    const after = model.backtest(data, { windows: 2, every: 4 }).coverage[0]!;
    expect(Math.abs(after.actual - 0.8)).toBeLessThan(0.03);
    expect(Math.abs(before[0]!.actual - 0.8)).toBeGreaterThan(0.03);
    const fresh = Array.from({ length: 60 }, (_, i) => noise(64, i + 1000).map((x) => 10 + x));
    const elsewhere = model.evaluate(fresh).coverage[0]!;
    expect(elsewhere.actual).toBeGreaterThan(0.73);
    expect(elsewhere.actual).toBeLessThan(0.87);
  });

  it("keeps the median and ends with the next run", async () => {
    const model = make();
    await model.fit(DATA, { steps: 5, validationSteps: 8 });
    const { median } = model.forecast(DATA[0]!);
    model.calibrate(DATA);
    expect(model.calibrated).toBe(true);
    expect(model.forecast(DATA[0]!).median).toEqual(median);
    await model.fit(DATA, { steps: 1 });
    expect(model.calibrated).toBe(false);
  });
});

describe("streams", () => {
  it("say how far a value lies outside its band", async () => {
    const model = make();
    const [history] = DATA as [number[], number[]];
    await model.fit(DATA, { steps: 50 });
    const surprises = [-1e3, 0, 1e3].map((distance) => {
      const live = model.stream({ history });
      const { quantiles } = model.forecast(history);
      const [low, high] = [quantiles[0]!.values[0]!, quantiles[2]!.values[0]!];
      const { surprise } = live.push((low + high) / 2 + distance);
      live.free();
      const outside = Math.max(0, (Math.abs(distance) - (high - low) / 2) / (high - low));
      return { ...surprise, expected: outside };
    });
    expect(surprises.map(({ position }) => position)).toEqual([0, expect.closeTo(0.5, 10), 1]);
    for (const { outside, expected } of surprises) expect(outside).toBeCloseTo(expected, 8);
  });

  it("begin without a history and pass over missing values", () => {
    const live = make().stream();
    expect(live.push(null).median.every(Number.isNaN)).toBe(true);
    expect(live.push(3).surprise).toBeUndefined();
    expect(live.push(NaN).surprise).toBeUndefined();
    expect(live.push(4).surprise).toBeDefined();
    expect(live.length).toBe(4);
  });

  it("read values far outside as missing where they are told to, but not for ever", async () => {
    const model = make();
    const [history] = DATA as [number[], number[]];
    await model.fit(DATA, { steps: 50 });
    const robust = model.stream({ history, reject: 2, rejectAtMost: 2 });
    const plain = model.stream({ history });
    const spiked = robust.push(1e4);
    expect(spiked.surprise?.rejected).toBe(true);
    expect(spiked.median).toEqual(plain.push(null).median);
    expect(robust.push(1e4).surprise?.rejected).toBe(true);
    plain.push(null);
    const accepted = robust.push(1e4);
    expect(accepted.surprise?.rejected).toBe(false);
    expect(accepted.median).toEqual(plain.push(1e4).median);
    expect(plain.push(-1e5).surprise?.rejected).toBe(false);
  });

  it("continue the times of their history", () => {
    const times = DATA[0]!.map((_, t) => new Date(Date.UTC(2020, t, 1)));
    const data = { values: DATA[0]!, times };
    const live = new Forecaster({ data, horizon: 2, hiddenSize: 4 }).stream({ history: data });
    expect(live.push(1).times).toEqual([61, 62].map((t) => new Date(Date.UTC(2020, t, 1))));
  });

  it("stay as they were after a value that is refused", () => {
    const model = make();
    const [a, b] = [model.stream({ history: DATA[0]! }), model.stream({ history: DATA[0]! })];
    expect(() => a.push(Infinity)).toThrow(
      "value: expected a finite number or a missing value, received Infinity",
    );
    expect(() => a.push("1" as never)).toThrow(TypeError);
    expect(() => a.push(1, { past: { x: 1 } })).toThrow(
      "past.x: expected a covariate of the model, received 1",
    );
    expect(a.push(50)).toEqual(b.push(50));
    a.free();
    expect(() => a.push(1)).toThrow("stream.push: this stream has been freed");
  });
});

describe("files", () => {
  const description = (change: (series: Record<string, never>) => object) => {
    const model = decodeModel(make().save());
    const series = JSON.parse(model.series!) as Record<string, never>;
    return encodeModel({ ...model, series: JSON.stringify(change(series)) });
  };

  it("of a newer version are refused by name", () => {
    expect(() => Forecaster.load(description((series) => ({ ...series, version: 2 })))).toThrow(
      'bytes.metadata["bptt.series"].version: expected at most 1, all that this version of bptt reads, received 2',
    );
  });

  it.each<[string, string, (series: Record<string, never>) => object]>([
    [
      "another horizon",
      "bytes: expected a network in one direction from ",
      (s) => ({ ...s, spec: Object.assign({}, s["spec"], { horizon: 5 }) }),
    ],
    [
      "no spec",
      'bytes.metadata["bptt.series"].spec: expected an object, received undefined',
      ({ version }) => ({ version }),
    ],
    [
      "a wrong factor",
      'bytes.metadata["bptt.series"].calibration[0]: expected a finite number >= 0, received -1',
      (s) => ({ ...s, calibration: [-1, 1, 1] }),
    ],
    [
      "too few factors",
      'bytes.metadata["bptt.series"].calibration: expected 3 factors, one for each quantile, received 1',
      (s) => ({ ...s, calibration: [1] }),
    ],
    ["a frozen parameter that is none", "unfreeze", (s) => ({ ...s, frozen: ["w"] })],
  ])("%s", (_, message, change) => {
    expect(() => Forecaster.load(description(change))).toThrow(message === "unfreeze" ? RangeError : message);
  });

  it("of other models are refused", () => {
    expect(() => Forecaster.load(make().rnn.save())).toThrow(
      "bytes: expected a model of series (Forecaster), received another one",
    );
  });
});
