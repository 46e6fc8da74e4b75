/** Tests schedules bit by bit, and the double-precision functions that they use. */

import { constant, cosine, learningRateAt, linear, stepDecay, warmup, type Schedule } from "bptt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expNonPositive, integerPower, sinFirstQuadrant } from "../../ts/base/float64.js";
import table from "../golden/schedule_bits.json" with { type: "json" };

type Row = [kind: string, from: number, to: number, steps: number, step: number, rate: number];

/**
 * Returns the schedule of a row: for a step decay `to` is the factor, for a warm-up the rate that follows.
 */
function schedule([kind, from, to, steps]: Row): Schedule {
  switch (kind) {
    case "linear":
      return linear({ from, to, steps });
    case "cosine":
      return cosine({ from, to, steps });
    case "stepDecay":
      return stepDecay({ from, factor: to, every: steps });
    case "warmup":
      return warmup(steps, constant(to));
    default:
      throw new Error(kind);
  }
}

it("has the bits of version 0.1", () => {
  const rows = table as Row[];
  expect(rows).toHaveLength(2400);
  const wrong = rows.filter((row) => !Object.is(learningRateAt(schedule(row), row[4]), row[5]));
  expect(wrong).toEqual([]);
});

describe("float64", () => {
  it("has a sine within two roundings", () => {
    for (let i = 0; i <= 10_000; i++) {
      const x = ((Math.PI / 2) * i) / 10_000;
      const sine = sinFirstQuadrant(x);
      expect(Math.abs(sine - Math.sin(x)) <= 2 * Number.EPSILON * Math.sin(x), `sin(${x}) = ${sine}`).toBe(
        true,
      );
    }
  });

  it("has powers that are products", () => {
    expect(integerPower(0.5, 0)).toBe(1);
    expect(integerPower(0.5, 10)).toBe(1 / 1024);
    expect(integerPower(1, 9e15)).toBe(1);
    expect(integerPower(0.9, 9e15)).toBe(0);
    expect(integerPower(0, 0)).toBe(1);
  });

  it("has an exponential within 1e-15", () => {
    fc.assert(
      fc.property(fc.double({ min: -708, max: 0, noNaN: true, minExcluded: true }), (x) => {
        expect(Math.abs(expNonPositive(x) / Math.exp(x) - 1)).toBeLessThan(1e-15);
      }),
      { numRuns: 2000 },
    );
    expect([0, -Infinity, -708, NaN].map(expNonPositive)).toEqual([1, 0, 0, NaN]);
  });
});
