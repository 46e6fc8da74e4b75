/** The exact functions against Math, whose results are within an ulp or two on any engine. */

import fc from "fast-check";
import { expect, it } from "vitest";
import { exp64, ln64, sinCosTurn } from "../../ts/base/float64.js";

it("ln64 agrees with Math.log", () => {
  fc.assert(
    fc.property(fc.double({ min: 5e-324, max: Number.MAX_VALUE, noNaN: true }), (x) => {
      expect(Math.abs(ln64(x) - Math.log(x))).toBeLessThanOrEqual(4e-16 * Math.max(1, Math.abs(Math.log(x))));
    }),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.double({ min: 0.5, max: 2, noNaN: true }), (x) => {
      expect(Math.abs(ln64(x) - Math.log(x))).toBeLessThanOrEqual(3e-16);
    }),
    { numRuns: 2000 },
  );
});

it("ln64 at its ends", () => {
  expect([ln64(1), ln64(0), ln64(Infinity)]).toEqual([0, -Infinity, Infinity]);
  expect([ln64(-1), ln64(NaN)]).toEqual([NaN, NaN]);
});

it("exp64 agrees with Math.exp and inverts ln64", () => {
  fc.assert(
    fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
      expect(exp64(x) / Math.exp(x)).toBeCloseTo(1, 14);
      expect(ln64(exp64(x))).toBeCloseTo(x, 12);
    }),
  );
  expect([exp64(0), exp64(-1e9), exp64(1e9)]).toEqual([1, 0, Infinity]);
});

it("sinCosTurn agrees with Math.sin and Math.cos", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (u) => {
      const [sin, cos] = sinCosTurn(u);
      expect(sin).toBeCloseTo(Math.sin(2 * Math.PI * u), 14);
      expect(cos).toBeCloseTo(Math.cos(2 * Math.PI * u), 14);
    }),
  );
});
