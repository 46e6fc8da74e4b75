/**
 * The forecaster as a newcomer meets it, and the promises about its bits: live and whole, cut and resumed, saved and loaded, here and
 * in a worker.
 */

import { Forecaster, seasonalNaive, type Forecast, type ForecasterFitOptions, type SeriesData } from "bptt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noise, seasonal } from "../../support/series.js";
import { startWorker } from "../../support/worker.js";

const QUICK: ForecasterFitOptions = { steps: 20 };
const SMALL = { hiddenSize: 8, seed: 1 };

/** The numbers of a forecast, for comparing bits. */
const numbersOf = ({ quantiles }: Forecast) => quantiles.map(({ values }) => [...values]);

/** A model after a few steps. */
async function trained(data: SeriesData, options: object, fit: ForecasterFitOptions = QUICK) {
  const model = new Forecaster({ data, horizon: 3, ...SMALL, ...options });
  await model.fit(data, fit);
  return model;
}

describe("first things that are tried", () => {
  it("continues 1 … 20 within 1 %", async () => {
    const data = Array.from({ length: 20 }, (_, t) => t + 1);
    const model = new Forecaster({ data, horizon: 5, seed: 1 });
    const { steps } = await model.fit(data);
    expect(steps).toBe(400);
    model.forecast(data).median.forEach((y, k) => expect(Math.abs(y / (21 + k) - 1)).toBeLessThan(0.01));
  });

  it("a constant series stays constant", async () => {
    const data = new Array<number>(30).fill(7);
    const model = await trained(data, { horizon: 4 }, { steps: 100 });
    for (const { values } of model.forecast(data).quantiles) {
      for (const y of values) expect(Math.abs(y - 7)).toBeLessThan(0.01);
    }
  });

  it("continues a sine within 1 % of its amplitude", async () => {
    const wave = (t: number) => 10 * Math.sin((2 * Math.PI * t) / 20);
    const data = Array.from({ length: 200 }, (_, t) => wave(t));
    const model = new Forecaster({ data, horizon: 6, seed: 1 });
    await model.fit(data);
    model.forecast(data).median.forEach((y, k) => expect(Math.abs(y - wave(200 + k))).toBeLessThan(0.1));
  });

  it("two series of different scale are forecast in their own units", async () => {
    const small = seasonal(80, { level: 1, size: 0.2, trend: 0.002, noisy: 0.01, seed: 3 });
    const large = small.map((y) => y * 1e6);
    const data = [small, large];
    const model = new Forecaster({ data, horizon: 6, season: 12, hiddenSize: 16, seed: 1 });
    const { heldOut, warnings } = await model.fit(data, { steps: 150, validationSteps: 12 });
    expect(heldOut?.skill).toBeGreaterThan(0);
    expect(warnings).toEqual([]);
    const [a, b] = model.forecast(data) as [Forecast, Forecast];
    a.median.forEach((y, k) => expect(Math.abs(b.median[k]! / 1e6 / y - 1)).toBeLessThan(1e-4));
  });

  it("a series with gaps is forecast, and a gap in its history too", async () => {
    const data: (number | null)[] = seasonal(90, { seed: 5 }).map((y, t) => (t % 11 === 4 ? null : y));
    const model = new Forecaster({ data, horizon: 6, season: 12, hiddenSize: 16, seed: 1 });
    const { heldOut } = await model.fit(data, { steps: 150, validationSteps: 12 });
    expect(heldOut?.skill).toBeGreaterThan(-0.2);
    expect(model.forecast([...data, null, null]).median.every(Number.isFinite)).toBe(true);
  });

  it("an untrained output layer of zeros forecasts the last season", () => {
    const data = seasonal(40);
    const model = new Forecaster({ data, horizon: 15, season: 12 });
    const { w_ho, b_o } = model.rnn.parameters as Record<
      "w_ho" | "b_o",
      { data: Float32Array; shape: number[] }
    >;
    model.rnn.setParameters({
      w_ho: { data: new Float32Array(w_ho.data.length), shape: w_ho.shape },
      b_o: { data: new Float32Array(b_o.data.length), shape: b_o.shape },
    });
    expect([...model.forecast(data).median]).toEqual([...seasonalNaive(data, 15, 12)]);
  });

  it("bands ascend at each step", async () => {
    const data = seasonal(60);
    const model = await trained(data, { season: 12, quantiles: [0.05, 0.25, 0.5, 0.75, 0.95] });
    const { quantiles } = model.forecast(data);
    for (let k = 0; k < 3; k++) {
      const row = quantiles.map(({ values }) => values[k]!);
      expect([...row].sort((a, b) => a - b)).toEqual(row);
    }
  });
});

describe("the same bits", () => {
  const future = {
    price: noise(203, 9),
    open: Array.from({ length: 203 }, (_, t) => (t % 7 < 5 ? "yes" : "no")),
  };
  const past = { load: noise(200, 8) };
  const DATA = {
    plain: { data: seasonal(200), options: { season: 12 } },
    "no season": { data: seasonal(200), options: {} },
    "two seasons, missing values": {
      data: seasonal(200).map((y, t) => (t % 13 === 5 || t < 2 ? null : y)),
      options: { season: [7, 30.5] },
    },
    "a long season": { data: seasonal(200), options: { season: 90, cell: "lstm" } },
    logarithms: { data: seasonal(200), options: { season: 12, transform: "log", scale: "level" } },
    covariates: {
      data: { values: seasonal(200), future, past, fixed: { shop: "a" } },
      options: { season: 7, layers: 2 },
    },
  } as const;

  it.each(Object.keys(DATA) as (keyof typeof DATA)[])("live as whole: %s", async (name) => {
    const { data, options } = DATA[name];
    const model = await trained(data as SeriesData, options, { steps: 5 });
    const covariates = !Array.isArray(data);
    const values: readonly (number | null)[] = covariates ? data.values : data;
    const start = covariates
      ? { future: { price: future.price.slice(0, 3), open: future.open.slice(0, 3) } }
      : {};
    const live = model.stream(start);
    values.forEach((y, t) => {
      const known = covariates
        ? {
            past: { load: past.load[t]! },
            future: { price: future.price[t + 3]!, open: future.open[t + 3]! },
          }
        : {};
      const forecast = live.push(y, known);
      if (t % 17 !== 3) return;
      const history = covariates
        ? {
            ...data,
            values: values.slice(0, t + 1),
            past: { load: past.load.slice(0, t + 1) },
            future: { price: future.price.slice(0, t + 4), open: future.open.slice(0, t + 4) },
          }
        : values.slice(0, t + 1);
      // a stream without history does not know the fixed facts
      if (!covariates)
        expect(numbersOf(forecast)).toEqual(numbersOf(model.forecast(history as SeriesData) as Forecast));
    });
    const half = covariates
      ? {
          ...data,
          values: values.slice(0, 100),
          past: { load: past.load.slice(0, 100) },
          future: { price: future.price.slice(0, 103), open: future.open.slice(0, 103) },
        }
      : values.slice(0, 100);
    const rest = model.stream({ history: half as never });
    let last: Forecast | undefined;
    for (let t = 100; t < 200; t++) {
      const known = covariates
        ? {
            past: { load: past.load[t]! },
            future: { price: future.price[t + 3]!, open: future.open[t + 3]! },
          }
        : {};
      last = rest.push(values[t], known);
    }
    expect(numbersOf(last!)).toEqual(numbersOf(model.forecast(data as SeriesData) as Forecast));
    live.free();
    rest.free();
    model.free();
  });

  it("a history alone or among others", async () => {
    const data = [40, 75, 33, 60].map((length, i) => seasonal(length, { seed: i + 1 }));
    const model = await trained(data, { season: 12 });
    const together = model.forecast(data).map(numbersOf);
    expect(data.map((one) => numbersOf(model.forecast(one)))).toEqual(together);
  });

  it("saved and loaded", async () => {
    const data = {
      values: seasonal(60),
      times: Array.from({ length: 60 }, (_, t) => new Date(Date.UTC(2020, t, 1))),
    };
    const model = await trained(data, { season: "auto" }, { steps: 10, validationSteps: 9 });
    model.calibrate(data);
    const again = Forecaster.load(model.save());
    expect(again.save()).toEqual(model.save());
    expect(again.forecast(data)).toEqual(model.forecast(data));
    expect(again.evaluate(data)).toEqual(model.evaluate(data));
    expect(again.calibrated).toBe(true);
    expect(again.seasons).toEqual([12]);
    expect(again.lastRun).toEqual(model.lastRun);
    expect(again.lastRun?.settings.validationSteps).toBe(9);
  });

  it("cut anywhere and resumed, here and in a worker", async () => {
    const data = [50, 44, 61].map((length, i) => seasonal(length, { seed: i + 1 }));
    const options = { data, horizon: 3, season: 12, layers: 2, dropout: 0.1, ...SMALL };
    const fit = { steps: 12, batchSize: 2, validationSteps: 4, patience: 50 };
    const whole = new Forecaster(options);
    await whole.fit(data, fit);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 11 }), fc.boolean(), async (cut, remote) => {
        const model = new Forecaster(options);
        const run = model.fit(data, { ...fit, onProgress: ({ step }) => void (step === cut && run.stop()) });
        await run;
        const again = Forecaster.load(model.save({ optimizer: true }));
        expect(again.resumable).toBe(true);
        await again.resume(data, remote ? { worker: startWorker } : {});
        expect(again.save()).toEqual(whole.save());
        model.free();
        again.free();
      }),
      { numRuns: 6 },
    );
  });

  it("in a worker", async () => {
    const data = { values: seasonal(60), future: { x: noise(63, 2) } };
    const here = await trained(data, { season: 12 }, { steps: 8, validationSteps: 6 });
    const there = await trained(data, { season: 12 }, { steps: 8, validationSteps: 6, worker: startWorker });
    expect(there.save()).toEqual(here.save());
  });
});

describe("beyond the horizon", () => {
  it("continues by seeded paths, says so, and begins with the direct forecast", async () => {
    const data = seasonal(80);
    const model = await trained(data, { horizon: 5, season: 12 }, { steps: 60 });
    const near = model.forecast(data);
    const far = model.forecast(data, { horizon: 17, paths: 50, seed: 4 });
    expect([near.extended, far.extended]).toEqual([false, true]);
    expect(far.median.length).toBe(17);
    expect(numbersOf(far).map((row) => row.slice(0, 5))).toEqual(numbersOf(near));
    expect(model.forecast(data, { horizon: 17, paths: 50, seed: 4 })).toEqual(far);
    expect(model.forecast(data, { horizon: 17, paths: 50, seed: 5 })).not.toEqual(far);
    const [low, , high] = far.quantiles.map(({ values }) => values);
    far.median.forEach((y, k) => expect(y >= low![k]! && y <= high![k]!).toBe(true));
    expect(model.forecast(data, { horizon: 2 }).median.length).toBe(2);
  });

  it("continues 1 … 30 far beyond the horizon", async () => {
    const data = Array.from({ length: 30 }, (_, t) => t + 1);
    const model = new Forecaster({ data, horizon: 5, seed: 1 });
    await model.fit(data);
    model
      .forecast(data, { horizon: 15 })
      .median.forEach((y, k) => expect(Math.abs(y / (31 + k) - 1)).toBeLessThan(0.02));
  });
});

describe("fit", () => {
  it("reports the errors on held-out values beside the baselines, and warns where they are not beaten", async () => {
    const walk: number[] = [];
    noise(120, 3).forEach((x, t) => walk.push((walk[t - 1] ?? 0) + x));
    const model = new Forecaster({ data: walk, horizon: 4, season: 12, ...SMALL });
    const { heldOut, warnings } = await model.fit(walk, {
      steps: 2,
      validationSteps: 24,
      learningRate: 0.5,
      clipNorm: false,
    });
    expect(heldOut?.windows).toBe(6);
    expect(heldOut?.inSample).toBe(0);
    expect(heldOut!.mae).toBeGreaterThan(heldOut!.naive.mae);
    expect(warnings.map(({ code }) => code)).toEqual(["BASELINE_NOT_BEATEN"]);
  });

  it("does not look at held-out values", async () => {
    const data = seasonal(60);
    const changed = data.map((y, t) => (t < 48 ? y : y * 3));
    const [a, b] = await Promise.all(
      [data, changed].map((one) =>
        trained(data, { season: 12 }, QUICK).then(async () => {
          const model = new Forecaster({ data, horizon: 3, season: 12, ...SMALL });
          await model.fit(one, { steps: 10, validationSteps: 12 });
          return model.rnn.save();
        }),
      ),
    );
    expect(a).toEqual(b);
  });

  it("takes 15 epochs, or as many as 400 steps need", async () => {
    const data = Array.from({ length: 70 }, (_, i) => seasonal(16 + (i % 9), { season: 4, seed: i }));
    const model = new Forecaster({ data, horizon: 2, season: 4, hiddenSize: 2 });
    const { steps, epochs } = await model.fit(data); // 3 batches of 32
    expect([steps, epochs]).toEqual([402, 134]);
  });
});
