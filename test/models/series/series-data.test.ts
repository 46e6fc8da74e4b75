/** The forms of data, times and covariates: what is accepted, what comes back, and the exact words for what is not. */

import { Forecaster, type CheckError, type SeriesData } from "bptt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { any, expectFields } from "../../support/bad-input.js";
import { seasonal } from "../../support/series.js";

const VALUES = seasonal(30);
const make = (data: unknown, options: object = {}) =>
  new Forecaster({ data: data as SeriesData, horizon: 2, hiddenSize: 4, ...options });
const day = (t: number, first = Date.UTC(2024, 0, 1)) =>
  new Date(first + t * 86_400_000).toISOString().slice(0, 10);
const month = (t: number, day = 1) => new Date(Date.UTC(2024, t, day)).toISOString().slice(0, 10);
const indices = Array.from(VALUES.keys());

/** The times of a forecast of VALUES with these times. */
function timesAfter(times: readonly (string | number | Date)[], options: object = {}) {
  const data = { values: VALUES.slice(0, times.length), times };
  return make(data, options).forecast(any(data)) as unknown as { times: unknown[] };
}

describe("forms", () => {
  it("values, typed arrays, objects, arrays of them and tables give the same forecast", () => {
    const model = make(VALUES, { season: 12 });
    const expected = model.forecast(VALUES);
    expect(model.forecast(Float64Array.from(VALUES))).toEqual(expected);
    expect(model.forecast({ values: VALUES, id: "a" })).toEqual(expected);
    expect(model.forecast([VALUES, { values: VALUES }])).toEqual([expected, expected]);
    const rows = VALUES.map((sales) => ({ sales, other: 1 }));
    expect(model.forecast({ rows, columns: { value: "sales" } })).toEqual(expected);
    const mixed = VALUES.flatMap((sales) => [
      { shop: "x", sales },
      { shop: "y", sales: 2 * sales },
    ]);
    const both = model.forecast({ rows: mixed, columns: { id: "shop", value: "sales" } });
    expect(both).toEqual([expected, model.forecast(VALUES.map((y) => 2 * y))]);
  });

  it("null and NaN are the same, and a missing value may be the first", () => {
    const data = [null, ...VALUES, null];
    const model = make(data);
    expect(model.forecast(data)).toEqual(model.forecast([NaN, ...VALUES, NaN]));
    expect(model.forecast([null, undefined, ...VALUES]).median.every(Number.isFinite)).toBe(true);
  });

  it("a table's rows at its end without a value are of the time to come", () => {
    const price = [...VALUES.map((_, t) => t % 3), 1, 2];
    const rows = price.map((price, t) => ({ t: day(t), y: VALUES[t] ?? null, price }));
    const columns = { value: "y", time: "t", future: ["price"] };
    const model = make({ rows: rows.slice(0, 30), columns });
    const { times } = model.forecast({ rows, columns }) as { times?: unknown };
    expect(times).toEqual([day(30), day(31)]);
    const series = {
      values: VALUES,
      times: indices.map((t) => day(t)),
      future: { price: price.slice(0, 30) },
    };
    expect(model.forecast(series, { future: { price: [1, 2] } })).toEqual(model.forecast({ rows, columns }));
  });
});

describe("times", () => {
  it.each<[string, readonly (string | number | Date)[], unknown[]]>([
    ["days", indices.map((t) => day(t)), [day(30), day(31)]],
    ["months", indices.map((t) => month(t)), [month(30), month(31)]],
    ["months as 2024-03", indices.map((t) => month(t).slice(0, 7)), ["2026-07", "2026-08"]],
    ["quarters", indices.map((t) => month(3 * t)), [month(90), month(93)]],
    [
      "last days of months",
      indices.map((t) => new Date(Date.UTC(2024, t + 1, 0))),
      [30, 31].map((t) => new Date(Date.UTC(2024, t + 1, 0))),
    ],
    ["years", indices.map((t) => `${2000 + t}-06-30`), ["2030-06-30", "2031-06-30"]],
    ["milliseconds", indices.map((t) => 1e12 + t * 250), [1e12 + 30 * 250, 1e12 + 31 * 250]],
    [
      "Dates",
      indices.map((t) => new Date(t * 3_600_000)),
      [new Date(30 * 3_600_000), new Date(31 * 3_600_000)],
    ],
    [
      "minutes with a zone",
      ["2024-01-01T10:58Z", "2024-01-01T10:59Z", "2024-01-01T11:00Z"],
      ["2024-01-01T11:01Z", "2024-01-01T11:02Z"],
    ],
    [
      "another zone",
      ["2024-01-01 23:00:00+01:00", "2024-01-02 00:00:00+01:00"],
      ["2024-01-02 00:00:00Z", "2024-01-02 01:00:00Z"],
    ],
  ])("%s", (_, times, expected) => {
    expect(timesAfter(times).times).toEqual(expected);
  });

  it("Monday to Friday", () => {
    const weekdays = Array.from({ length: 44 }, (_, t) => day(t)).filter((text) => {
      const weekday = new Date(text).getUTCDay();
      return weekday > 0 && weekday < 6;
    });
    const times = weekdays.slice(0, 30); // Friday, 9 February is the last one
    expect(timesAfter(times, { season: "auto" }).times).toEqual(["2024-02-12", "2024-02-13"]);
    const data = { values: VALUES, times };
    expect(make(data, { season: "auto" }).seasons).toEqual([5]);
  });

  it("the season of the step", () => {
    const seasonOf = (step: (t: number) => string | Date) =>
      make({ values: VALUES, times: indices.map(step) }, { season: "auto" }).seasons;
    expect(seasonOf((t) => month(t))).toEqual([12]);
    expect(seasonOf((t) => month(3 * t))).toEqual([4]);
    expect(seasonOf((t) => month(12 * t))).toEqual([]);
    expect(seasonOf((t) => day(t))).toEqual([7]);
    expect(seasonOf((t) => new Date(t * 3_600_000))).toEqual([24]);
  });

  it("phases are counted from the times", () => {
    const data = { values: VALUES, times: indices.map((t) => month(t)) };
    const later = { values: VALUES, times: indices.map((t) => month(t + 5)) };
    const model = make(data, { season: 12 });
    expect(model.inspect(later).features.data).not.toEqual(model.inspect(data).features.data);
    const year = { values: VALUES, times: indices.map((t) => month(t + 12)) };
    expect(model.inspect(year).features.data).toEqual(model.inspect(data).features.data);
  });

  it('gaps: "missing" is the same as missing values', () => {
    const times = indices.map((t) => day(t));
    const left = indices.filter((t) => t % 5 !== 3);
    const gappy = { values: left.map((t) => VALUES[t]!), times: left.map((t) => times[t]!) };
    const filled = { values: VALUES.map((y, t) => (t % 5 === 3 ? null : y)), times };
    const model = make(filled, { gaps: "missing", season: 7 });
    expect(model.forecast({ ...gappy })).toEqual(
      model.forecast({ values: filled.values.slice(0, 30), times }),
    );
  });

  it("any start and step come back", () => {
    fc.assert(
      fc.property(fc.integer({ min: -3e12, max: 3e12 }), fc.integer({ min: 1, max: 4e10 }), (first, step) => {
        const { times } = timesAfter(indices.slice(0, 5).map((t) => new Date(first + t * step)));
        expect(times).toEqual([5, 6].map((t) => new Date(first + t * step)));
      }),
    );
  });
});

describe("covariates", () => {
  const data = {
    values: VALUES,
    past: { load: indices.map((t) => t * 100) },
    future: {
      open: [...indices, 30, 31].map((t) => t % 7 < 5),
      day: [...indices, 30, 31].map((t) => "abcdefg"[t % 7]!),
    },
    fixed: { region: "north", size: 3 },
  };

  it("are scaled, or one input for each category", () => {
    const model = make(data);
    const { features } = model.inspect(data);
    // 9 of the values, 1 past, 3 · (1 + 7) future ones of this step and two more, 1 category and 1 number that stay
    expect(features.shape).toEqual([30, 9 + 1 + 24 + 2]);
    const loads = indices.map((t) => features.data[t * 36 + 9]!);
    const mean = loads.reduce((sum, x) => sum + x, 0) / 30;
    expect(mean).toBeCloseTo(0, 6);
    expect(loads.reduce((sum, x) => sum + x * x, 0) / 30).toBeCloseTo(1, 6);
    const days = [...features.data.subarray(13, 34)];
    expect(days).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]); // a, b, c
  });

  it("a covariate known ahead decides the forecast", async () => {
    const promo = Array.from({ length: 90 }, (_, t) => ((t * 7919) % 11 < 3 ? 1 : 0));
    const values = promo.slice(0, 84).map((p, t) => 20 + 10 * p + (t % 3));
    const series = { values, future: { promo } };
    const model = make(series, { horizon: 6, hiddenSize: 32, seed: 1 });
    await model.fit(series, { steps: 300 });
    const { median } = model.forecast(series);
    median.forEach((y, k) =>
      expect(Math.abs(y - (20 + 10 * promo[84 + k]! + ((84 + k) % 3)))).toBeLessThan(3),
    );
  });
});

type Case = [name: string, kind: typeof TypeError | typeof RangeError, message: string, run: () => unknown];

describe("errors name the place", () => {
  const dates = indices.map((t) => month(t));
  const skipped = [...dates.slice(0, 20), ...indices.slice(21).map((t) => month(t)), month(30)];
  const one = { values: VALUES, future: { price: indices } };
  const priced = make(one);
  const CASES: Case[] = [
    [
      "nothing",
      TypeError,
      "data: expected a series, an array of series or rows of a table, received undefined",
      () => make(undefined),
    ],
    [
      "no series",
      RangeError,
      "data: expected at least 2 values that are not missing, received 0",
      () => make([]),
    ],
    [
      "one value",
      RangeError,
      "data: expected at least 2 values that are not missing, received 1",
      () => make([3]),
    ],
    [
      "all missing",
      RangeError,
      "data[1]: expected at least 2 values that are not missing, received 0",
      () => make([VALUES, [null, NaN]]),
    ],
    [
      "infinite",
      RangeError,
      "data[3].values[17]: expected a finite number or a missing value, received Infinity",
      () =>
        make([
          ...Array.from({ length: 3 }, () => ({ values: VALUES })),
          { values: VALUES.with(17, Infinity) },
        ]),
    ],
    [
      "too large",
      RangeError,
      "data[2]: expected a number in ±1e+100, received 1e+101",
      () => make([1, 2, 1e101]),
    ],
    [
      "text",
      TypeError,
      'data[1]: expected a finite number or a missing value, received "2"',
      () => make(["1", "2"].map((y, t) => (t === 0 ? 1 : y))),
    ],
    [
      "the logarithm of 0",
      RangeError,
      "data.values[2]: expected a number > 0, for its logarithm, received 0",
      () => make({ values: [1, 2, 0] }, { transform: "log" }),
    ],
    [
      "an unknown name",
      TypeError,
      'data: expected known options only, received "value"; known are values, times, past, future, fixed, id',
      () => make({ value: VALUES }),
    ],
    [
      "a skipped time",
      RangeError,
      'data[0].times[20]: expected 2025-09-01, received 2025-10-01; gaps: "missing" fills skipped times',
      () => make([{ values: VALUES, times: skipped }]),
    ],
    [
      "an unordered time",
      RangeError,
      "data.times[3]: expected 2024-04-01, received 2024-02-01",
      () => make({ values: VALUES, times: dates.with(3, "2024-02-01") }),
    ],
    [
      "a wrong day",
      RangeError,
      "data.times[20]: expected 2025-09-01, received 2025-09-02",
      () => make({ values: VALUES, times: dates.with(20, "2025-09-02") }),
    ],
    [
      "no time",
      RangeError,
      'data.times[4]: expected a Date, milliseconds or an ISO string such as 2024-03-01, received "May"',
      () => make({ values: VALUES, times: dates.with(4, "May") }),
    ],
    [
      "30 February",
      RangeError,
      'data.times[1]: expected a Date, milliseconds or an ISO string such as 2024-03-01, received "2024-02-30"',
      () => make({ values: VALUES, times: dates.with(1, "2024-02-30") }),
    ],
    [
      "fewer times",
      RangeError,
      "data.times: expected 30 times, as many as values, received 29",
      () => make({ values: VALUES, times: dates.slice(1) }),
    ],
    [
      "fewer covariates",
      RangeError,
      "data.past.x: expected 30 values, as many as values, received 2",
      () => make({ values: VALUES, past: { x: [1, 2] } }),
    ],
    [
      "another kind",
      TypeError,
      "data.past.x[29]: expected a string, received 1",
      () => make({ values: VALUES, past: { x: [...VALUES.slice(1).map(() => "a"), 1] } }),
    ],
    [
      "an unseen category",
      RangeError,
      'history.fixed.region: expected one of the categories "n", "s", received "w"',
      () =>
        make([
          { values: VALUES, fixed: { region: "n" } },
          { values: VALUES, fixed: { region: "s" } },
        ]).forecast({ values: VALUES, fixed: { region: "w" } }),
    ],
    [
      "a covariate that is missing",
      RangeError,
      "history.future.price: expected values, as in the data of the model, received none",
      () => priced.forecast(VALUES),
    ],
    [
      "no future",
      RangeError,
      "future.price: expected 2 values after the last of data, received 0",
      () => priced.forecast(one),
    ],
    [
      "a short future",
      RangeError,
      "future.price: expected 2 values after the last of data, received 1",
      () => priced.forecast(one, { future: { price: [1] } }),
    ],
    [
      "both futures",
      TypeError,
      "future.price: expected no values, as the history has its own after its last value, received both",
      () => priced.forecast({ ...one, future: { price: [...indices, 1, 2] } }, { future: { price: [1, 2] } }),
    ],
    [
      "times that the model does not know",
      RangeError,
      "history.times: expected no times, as in the data of the model, received times",
      () => make(VALUES).forecast({ values: VALUES, times: dates }),
    ],
    [
      "a row",
      TypeError,
      'data.rows[1].y: expected a finite number or a missing value, received "x"',
      () => make({ rows: [{ y: 1 }, { y: "x" }, { y: 2 }], columns: { value: "y" } }),
    ],
    [
      "a season that is too long",
      RangeError,
      "season: expected a number below 30, the length of the longest series, received 30",
      () => make(VALUES, { season: 30 }),
    ],
    [
      "no times for auto",
      RangeError,
      'season: expected a number, since data has no times, received "auto"',
      () => make(VALUES, { season: "auto" }),
    ],
    [
      "quantiles without a median",
      RangeError,
      "quantiles: expected 0.5 among the levels, received none",
      () => make(VALUES, { quantiles: [0.1, 0.9] }),
    ],
    [
      "quantiles that descend",
      RangeError,
      "quantiles[1]: expected a level above 0.5, the one before, received 0.2",
      () => make(VALUES, { quantiles: [0.5, 0.2] }),
    ],
    [
      "no horizon",
      TypeError,
      "horizon: expected an integer in 1..4096, received undefined",
      () => make(VALUES, { horizon: undefined }),
    ],
    [
      "a horizon that is too long",
      RangeError,
      "data: expected series with more than 40 values to train on, as the horizon, received 30 in the longest",
      () => make(VALUES, { horizon: 40 }).fit(VALUES),
    ],
    [
      "an anchor without a season",
      RangeError,
      'anchor: expected "last" or "none" without a season, received "seasonal"',
      () => make(VALUES, { anchor: "seasonal" }),
    ],
    [
      "a window that does not fit",
      RangeError,
      "data: expected a series of at least 32 values, for a window, received 30 in the longest",
      () => make(VALUES, { horizon: 30 }).evaluate(VALUES),
    ],
    [
      "refit options without refit",
      TypeError,
      'options: expected known options only, received "steps"; known are windows, every, refit',
      () => make(VALUES).backtest(VALUES, any({ steps: 3 })),
    ],
    [
      "no values held out",
      RangeError,
      "data: expected values after those that the model was trained on, received none; hold some out with fit(data, { validationSteps })",
      () => {
        const model = make(VALUES);
        void model.fit(VALUES, { steps: 1 }).stop();
        return model.calibrate(VALUES);
      },
    ],
    [
      "validation both ways",
      TypeError,
      "validationFraction: expected either validationSteps or validationFraction, received both",
      () => make(VALUES).fit(VALUES, { validationSteps: 2, validationFraction: 0.2 }),
    ],
  ];
  it.each(CASES)("%s", (_, kind, message, run) => {
    let error: unknown;
    try {
      run();
    } catch (caught) {
      error = caught;
    }
    expect((error as Error | undefined)?.message).toBe(message);
    expectFields(error, kind);
  });
});

describe("fuzz of the data forms", () => {
  const value = fc.oneof(
    { weight: 6, arbitrary: fc.double() },
    fc.constantFrom<unknown>(
      null,
      undefined,
      NaN,
      0,
      -0,
      1e100,
      -1e100,
      5e-324,
      Infinity,
      "1",
      "x",
      {},
      [],
      true,
      1n,
    ),
  );
  const values = fc.oneof(
    fc.array(value, { maxLength: 12 }),
    fc.float64Array({ maxLength: 12 }),
    fc.constant([1, 2, 3, 4]),
  );
  const times = fc.oneof(
    fc.array(fc.oneof(fc.date(), fc.integer(), fc.constantFrom<unknown>("2024-01-01", "2024-02", null)), {
      maxLength: 12,
    }),
    fc.constant(["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"]),
  );
  const columns = fc.dictionary(
    fc.constantFrom("a", "b"),
    fc.oneof(fc.array(value, { maxLength: 6 }), value),
  );
  const series = fc.oneof(
    values,
    fc.record(
      { values, times, past: columns, future: columns, fixed: columns, id: value },
      { requiredKeys: ["values"] },
    ),
  );
  const data = fc.oneof(
    series,
    fc.array(series, { maxLength: 3 }),
    fc.record({
      rows: fc.array(fc.dictionary(fc.constantFrom("y", "t", "id"), value), { maxLength: 6 }),
      columns: fc.constant({ value: "y", id: "id" }),
    }),
    fc.anything(),
  );

  it("typed errors only, and the model as it was", () => {
    const model = make(VALUES);
    const bytes = model.save();
    const before = model.forecast(VALUES);
    let accepted = 0;
    fc.assert(
      fc.property(data, fc.constantFrom("none", "log"), (given, transform) => {
        const attempts = [
          () => make(given, { transform }).free(),
          () => make(given, { transform, gaps: "missing", season: 2 }).evaluate(given as SeriesData),
          () => model.forecast(given as SeriesData),
          () => model.evaluate(given as SeriesData),
        ];
        for (const attempt of attempts) {
          try {
            attempt();
            accepted++;
          } catch (error) {
            expect(error).toSatisfy((e) => e instanceof TypeError || e instanceof RangeError);
            expect(Array.isArray((error as CheckError).path), String(error)).toBe(true);
          }
        }
      }),
      { numRuns: 1500 },
    );
    expect(accepted).toBeGreaterThan(200);
    expect(model.forecast(VALUES)).toEqual(before);
    expect(model.save()).toEqual(bytes);
  });

  it("forecasts of what is accepted are finite or missing, whatever the values", async () => {
    const sized = fc.constantFrom(1e-300, 1e-30, 1e-3, 1, 1e30, 1e99);
    const lists = fc.array(
      fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(null, 0, 1)),
      { minLength: 6, maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(lists, sized, async (list, size) => {
        const given = list.map((y) => (y === null ? null : y * size));
        fc.pre(given.filter((y) => y !== null).length >= 2);
        const model = make(given, { season: 4, seed: 1 });
        const { stopped, loss } = await model.fit(given, { steps: 3 });
        expect(stopped).toBe("finished");
        expect(loss).toBeLessThan(1e7);
        expect(model.forecast(given).median.every(Number.isFinite)).toBe(true);
        model.free();
      }),
      { numRuns: 40 },
    );
  });
});
