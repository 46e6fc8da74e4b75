/** Tests the numbers that the parts of the playground draw: color scales, ranges and ticks of charts. */

import { expect, it } from "vitest";
import { below, drawn, logRange } from "../../examples/playground/src/parts/chart-data.js";
import { indexOf, largest, proportional, unbounded } from "../../examples/playground/src/parts/colour-map.js";
import { short } from "../../examples/playground/src/parts/number.js";

it("colours a larger number more strongly, for any other numbers", () => {
  const scale = unbounded(1);
  const sizes = [0, 0.01, 0.1, 0.5, 1, 2, 5, 20, 100, 500];
  const indices = sizes.map((size) => indexOf(size, scale)!);
  expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b));
  expect([indexOf(1, scale), indexOf(-1, scale), indexOf(0, scale)]).toEqual([192, 64, 128]);
  expect(sizes.map((size) => indexOf(-size, scale)! - 128)).toEqual(indices.map((index) => 128 - index || 0));
  expect([indexOf(Infinity, scale), indexOf(-Infinity, scale), indexOf(NaN, scale)]).toEqual([
    256,
    0,
    undefined,
  ]);
  expect(scale.marks.map(short)).toEqual(["−∞", "−1", "0", "1", "∞"]);
});

it("colours in proportion up to a largest number", () => {
  expect([-3, -2, 0, 1, 9].map((value) => indexOf(value, proportional(2)))).toEqual([0, 0, 128, 192, 256]);
  expect([0, 0.5, 1].map((value) => indexOf(value, proportional(1, "size")))).toEqual([0, 128, 256]);
  expect([largest([]), largest([1, -3, 2])]).toEqual([0, 3]);
  expect(indexOf(1, proportional(0))).toBe(256); // a scale of nothing is one of 1
});

it("draws on a log axis what is within it, and marks what is below", () => {
  const values = [1e-30, 0, 1e-20, 0.5, NaN, null, 2e3];
  expect(drawn(values, 1e-20)).toEqual([null, null, 1e-20, 0.5, null, null, 2e3]);
  expect(below(values, 1e-20)).toEqual([0, 1]);
  expect(drawn(values, undefined)).toEqual([1e-30, 0, 1e-20, 0.5, null, null, 2e3]);
  expect(logRange([values], 1e-20)).toEqual([1e-20, 1e4]);
  expect(logRange([[0.03, 1]], 1e-20)).toEqual([1e-2, 1]);
  expect(logRange([[NaN, 1], [null]], 1e-20)).toEqual([1, 10]);
});
