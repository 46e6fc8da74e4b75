/**
 * Compares the metrics and baselines with worked examples of their definitions, and tests their properties.
 */

import { coverage, drift, mase, naive, pinball, seasonalNaive, smape } from "bptt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });

describe("baselines", () => {
  it("naive repeats the last value that is not missing", () => {
    expect([...naive([1, 5, null], 3)]).toEqual([5, 5, 5]);
    expect([...naive(Int16Array.of(2, 7), 1)]).toEqual([7]);
  });

  it("seasonalNaive repeats the last season and passes over missing values", () => {
    expect([...seasonalNaive([1, 2, 3, 4, NaN, 6], 5, 3)]).toEqual([4, 2, 6, 4, 2]);
    expect([...seasonalNaive([8, 9], 3, 4)]).toEqual([9, 9, 8]);
  });

  it("seasonalNaive with a season of 1 is naive", () => {
    fc.assert(
      fc.property(numbers, (values) => {
        expect(seasonalNaive(values, 4, 1)).toEqual(naive(values, 4));
      }),
    );
  });

  it("drift continues a line exactly", () => {
    expect([...drift([1, 2, 3, 4], 3)]).toEqual([5, 6, 7]);
    expect([...drift([null, 2, null, 6, null], 2)]).toEqual([10, 12]);
    expect([...drift([3], 2)]).toEqual([3, 3]);
  });

  it("refuses what cannot be forecast", () => {
    expect(() => naive([null, NaN], 1)).toThrow(
      "values: expected at least one value that is not missing, received none",
    );
    expect(() => naive([1, Infinity], 1)).toThrow(
      "values[1]: expected a finite number or a missing value, received Infinity",
    );
    expect(() => seasonalNaive([1], 2, 0)).toThrow("season: expected an integer >= 1, received 0");
    expect(() => drift([1], 1.5)).toThrow("horizon: expected an integer >= 1, received 1.5");
  });
});

describe("metrics", () => {
  it("mase divides by the seasonal changes of the history", () => {
    // seasonal changes of lag 2: |3−1|, |5−2|, |4−3| = 2, 3, 1; mean 2
    expect(mase([6, 7], [5, 9], [1, 2, 3, 5, 4], 2)).toBe(0.75);
    expect(mase([6], [5], [1, 1, 2, 1], 4)).toBe(1.5); // no lag of 4 yet: lag 1, mean 2/3
    expect(mase([6], [5], [1, 3, 1, 3], 2)).toBe(0.5); // all changes of lag 2 are 0: lag 1, mean 2
    expect(mase([6], [5], [2, 2, 2])).toBeNaN();
  });

  it("mase of the naive forecast of a random walk's own changes is about 1 by construction", () => {
    expect(mase([2], [1], [0, 1])).toBe(1);
  });

  it("smape has the competition's form", () => {
    expect(smape([100], [50])).toBeCloseTo(66.6667, 3);
    expect(smape([0, 1], [0, 0])).toBe(100);
  });

  it("pinball at the median is half the absolute error", () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const zeros = values.map(() => 0);
        const mean = values.reduce((sum, y) => sum + Math.abs(y), 0) / values.length;
        expect(pinball(values, zeros, 0.5)).toBeCloseTo(mean / 2, 6);
      }),
    );
    expect(pinball([10, 0], [8, 8], 0.9)).toBeCloseTo((0.9 * 2 + 0.1 * 8) / 2, 12);
  });

  it("coverage counts the edges", () => {
    expect(coverage([1, 2, 3, 4], [1, 3, 3, 0], [1, 4, 3, 1])).toBe(0.5);
  });

  it("missing actual values do not count", () => {
    expect(smape([null, 1], [5, 1])).toBe(0);
    expect(coverage([NaN], [0], [1])).toBeNaN();
  });

  it("refuses forecasts that do not fit", () => {
    expect(() => smape([1, 2], [1])).toThrow(
      "predicted: expected 2 values, as many as actual ones, received 1",
    );
    expect(() => coverage([1], [NaN], [2])).toThrow(
      "lower[0]: expected a finite number, received a missing value",
    );
    expect(() => pinball([1], [1], 2)).toThrow("level: expected a finite number in 0..1, received 2");
    expect(() => mase([1], ["x" as never], [1])).toThrow(
      'predicted[0]: expected a finite number or a missing value, received "x"',
    );
  });
});
