// Tests samples from logits: frequencies, temperature, and random numbers that depend only on seed, step and
// row.

import { Rnn, sample } from "bptt";
import { describe, expect, it, test } from "vitest";

test("shares are those of the softmax at the temperature", () => {
  const rows = Array.from({ length: 5000 }, () => [0, 1, 2, -3]);
  for (const temperature of [0.5, 1, 3]) {
    const counts = [0, 0, 0, 0];
    for (const id of sample(rows, { temperature, seed: 4 })) counts[id] = (counts[id] ?? 0) + 1;
    const p = [0, 1, 2, -3].map((x) => Math.exp(x / temperature));
    const sum = p.reduce((a, b) => a + b);
    // five standard errors of a share of 5 000 draws: 5·√(¼/5 000) = 0.0354 at most
    counts.forEach((count, id) => {
      expect(Math.abs(count / rows.length - (p[id] ?? NaN) / sum)).toBeLessThan(0.0354);
    });
  }
});

test("temperature 0 takes the largest, the first of equals", () => {
  expect([...sample([[0, 5, 5], [9, -1, 2], [-8, -7, -6]], { temperature: 0, seed: 1 })]).toEqual([1, 0, 2]); // prettier-ignore
});

test("the same seed, step and row give the same id, independently of other draws", () => {
  const row = Array.from({ length: 50 }, () => 0);
  const first = sample([row, row, row], { seed: 8, step: 3 });
  sample([row], { seed: 8, step: 4 });
  expect(sample([row, row, row], { seed: 8, step: 3 })).toEqual(first);
  expect([...sample([row, row], { seed: 8, step: 3 })]).toEqual([...first.subarray(0, 2)]);
  const all = [0, 1, 2, 3, 4, 5, 6, 7].map((step) => sample([row], { seed: 8, step })[0]);
  expect(new Set(all).size).toBeGreaterThan(4);
  expect(sample([row, row, row], { seed: 9, step: 3 })).not.toEqual(first);
});

test("takes what a session gives", () => {
  const rnn = new Rnn({ cell: "tanh", inputSize: 6, hiddenSize: 5, outputSize: 6 });
  const session = rnn.session({ batch: 3 });
  let ids = new Int32Array(3);
  for (let step = 0; step < 20; step++) ids = sample(session.step(ids), { seed: 2, step });
  expect([...ids].every((id) => id >= 0 && id < 6)).toBe(true);
  rnn.free();
});

test("bad input says what is wrong", () => {
  const bad = (logits: unknown, options?: unknown) => () => sample(logits as number[][], options as object);
  expect(bad([1, 2])).toThrow(
    expect.objectContaining({
      name: "RangeError",
      message: "logits: expected a shape (B,V) without zeros, received (2)",
    }),
  );
  expect(bad([[]])).toThrow(RangeError);
  expect(bad([[1, NaN]])).toThrow(RangeError);
  expect(bad([[1, 2], [1]])).toThrow(RangeError); // prettier-ignore
  expect(bad("abc")).toThrow(TypeError);
  expect(bad(undefined)).toThrow(TypeError);
  expect(bad([[1]], { temperature: -1 })).toThrow(
    expect.objectContaining({
      name: "RangeError",
      message: "temperature: expected a finite number in 0..1e+30, received -1",
    }),
  );
  expect(bad([[1]], { temperature: "1" })).toThrow(TypeError);
  expect(bad([[1]], { temperature: NaN })).toThrow(RangeError);
  expect(bad([[1]], { seed: 2 ** 32 })).toThrow(RangeError);
  expect(bad([[1]], { step: 0.5 })).toThrow(RangeError);
  expect(bad([[1]], { topK: 3 })).toThrow(TypeError);
  expect(bad({ data: [], shape: [2 ** 30, 2 ** 30] })).toThrow(RangeError);
  expect(() => sample({ data: new Float32Array(4), shape: [2, 3] })).toThrow(RangeError);
  expect(sample([[1]])).toEqual(new Int32Array(1));
});

describe("banned classes", () => {
  it.each([0, 0.01, 1, 1e30])("are never drawn at temperature %d", (temperature) => {
    const logits = [[-Infinity, -3e38, -Infinity]];
    const typed = { data: Float64Array.from(logits[0]!), shape: [1, 3] };
    for (let step = 0; step < 200; step++) {
      expect([...sample(logits, { temperature, step })]).toEqual([1]);
      expect([...sample(typed, { temperature, step })]).toEqual([1]);
    }
    const some = Array.from(
      { length: 2000 },
      (_, step) => sample([[0, -Infinity, 0]], { temperature, step })[0],
    );
    expect(new Set(some)).toEqual(new Set(temperature === 0 ? [0] : [0, 2]));
  });

  it.each([
    [[[-Infinity, -Infinity]], "logits[0]: expected at least one finite number, received only -Infinity"],
    [[[0, 1], [NaN, 0]], "logits[1][0]: expected a finite number (float32) or -Infinity, received NaN"],
    [[[0, Infinity]], "logits[0][1]: expected a finite number (float32) or -Infinity, received Infinity"],
  ])("%o is refused", (logits, message) => {
    expect(() => sample(logits)).toThrow(RangeError);
    expect(() => sample(logits)).toThrow(message);
  }); // prettier-ignore
});
