/**
 * Compares schedules with their formulas in float64 and with PyTorch's own (golden/torch_schedules.json), and
 * tests bad input.
 */
import { describe, expect, it } from "vitest";
import {
  constant,
  cosine,
  learningRateAt,
  linear,
  stepDecay,
  warmup,
  type PlainSchedule,
  type Schedule,
} from "bptt";

/** Computes the formulas of ts/optim/schedule.ts with the engine's own functions. */
function formula(schedule: Schedule, s: number): number {
  switch (schedule.kind) {
    case "constant":
      return schedule.value;
    case "linear":
      return schedule.from + (schedule.to - schedule.from) * Math.min(1, s / schedule.steps);
    case "cosine": {
      const { from, to, steps } = schedule;
      return to + ((from - to) * (1 + Math.cos(Math.PI * Math.min(1, s / steps)))) / 2;
    }
    case "stepDecay":
      return schedule.from * schedule.factor ** Math.floor(s / schedule.every);
    case "warmup": {
      const { steps, then } = schedule;
      return s < steps ? (formula(then, 0) * (s + 1)) / steps : formula(then, s - steps);
    }
  }
}

const PLAIN: PlainSchedule[] = [
  constant(0.3),
  linear({ from: 0.3, to: 0.01, steps: 17 }),
  linear({ from: 0, to: 1e30, steps: 3 }),
  cosine({ from: 0.3, to: 0.01, steps: 101 }),
  cosine({ from: 0.1, steps: 1 }),
  stepDecay({ from: 0.3, factor: 0.7, every: 5 }),
  stepDecay({ from: 0.3, factor: 0, every: 2 }),
];
const ALL: Schedule[] = [...PLAIN, ...PLAIN.map((schedule) => warmup(7, schedule)), warmup(3, 0.2)];

describe("the rate at each step", () => {
  it.each(ALL)("$kind %#", (schedule) => {
    const wants = Array.from({ length: 300 }, (_, step) => formula(schedule, step));
    // A few roundings in f64 on either side, 60 in a power of 60; the formula's cosine cancels towards its end, so
    // relative to the largest rate.
    const allowed = 1e-14 * Math.max(...wants);
    wants.forEach((want, step) => {
      const difference = Math.abs(learningRateAt(schedule, step) - want);
      expect(difference <= allowed, `step ${step}: off by ${difference}`).toBe(true);
    });
  });

  it("is exact at the ends, and for ever after", () => {
    for (const schedule of [
      linear({ from: 0.3, to: 0.1, steps: 7 }),
      cosine({ from: 0.3, to: 0.1, steps: 7 }),
    ]) {
      expect(learningRateAt(schedule, 0)).toBe(0.3);
      expect(learningRateAt(schedule, 7)).toBe(0.1);
      expect(learningRateAt(schedule, Number.MAX_SAFE_INTEGER)).toBe(0.1);
    }
    expect(learningRateAt(stepDecay({ from: 1, factor: 0.5, every: 1 }), Number.MAX_SAFE_INTEGER)).toBe(0);
  });

  it("falls in each step of a cosine, and rises in each of a warm-up", () => {
    const schedule = warmup(10, cosine({ from: 1, steps: 1000 }));
    const rates = Array.from({ length: 1011 }, (_, step) => learningRateAt(schedule, step));
    for (let s = 1; s < 10; s++) expect(rates[s]).toBeGreaterThan(rates[s - 1]!);
    for (let s = 11; s <= 1010; s++) expect(rates[s]).toBeLessThan(rates[s - 1]!);
  });

  it("takes a number for itself", () => {
    expect(learningRateAt(0.25, 3)).toBe(0.25);
    expect(warmup(3, 0.2)).toEqual(warmup(3, constant(0.2)));
  });
});

describe("plain data", () => {
  it.each(ALL)("survives JSON: $kind %#", (schedule) => {
    const again = JSON.parse(JSON.stringify(schedule)) as Schedule;
    for (let step = 0; step < 20; step++) {
      expect(learningRateAt(again, step)).toBe(learningRateAt(schedule, step));
    }
  });

  it("is frozen", () => {
    for (const schedule of ALL) expect(Object.isFrozen(schedule)).toBe(true);
  });
});

describe("bad input", () => {
  it.each<[string, unknown, unknown, new () => Error, string]>([
    ["a string", "x", 0, TypeError, "schedule: expected a finite number in 0..1e+30, received"],
    ["undefined", undefined, 0, TypeError, "schedule: expected a finite number"],
    ["null", null, 0, TypeError, "schedule: expected a finite number"],
    ["NaN", NaN, 0, RangeError, "schedule: expected a finite number"],
    ["a negative rate", -1, 0, RangeError, "schedule: expected a finite number in 0..1e+30, received -1"],
    ["an array", [1], 0, TypeError, "schedule.kind: expected one of"],
    ["no kind", {}, 0, TypeError, "schedule.kind: expected one of"],
    ["an unknown kind", { kind: "exponential" }, 0, RangeError, "schedule.kind: expected one of"],
    ["a missing rate", { kind: "linear", from: 1, steps: 3 }, 0, TypeError, "schedule.to: expected"],
    ["no steps", { kind: "cosine", from: 1 }, 0, TypeError, "schedule.steps: expected an integer >= 1"],
    ["steps of 0", { kind: "linear", from: 1, to: 0, steps: 0 }, 0, RangeError, "schedule.steps: expected"],
    [
      "broken steps",
      { kind: "linear", from: 1, to: 0, steps: 1.5 },
      0,
      RangeError,
      "schedule.steps: expected",
    ],
    ["infinite steps", { kind: "linear", from: 1, to: 0, steps: Infinity }, 0, RangeError, "schedule.steps"],
    ["a rate too large", { kind: "constant", value: 2e30 }, 0, RangeError, "schedule.value: expected"],
    [
      "growth",
      { kind: "stepDecay", from: 1, factor: 1.1, every: 3 },
      0,
      RangeError,
      "schedule.factor: expected",
    ],
    [
      "an unknown option",
      { kind: "constant", value: 1, steps: 3 },
      0,
      TypeError,
      'expected known options only, received "steps"',
    ],
    [
      "a warm-up of a warm-up",
      { kind: "warmup", steps: 1, then: warmup(1, 1) },
      0,
      RangeError,
      "schedule.then.kind",
    ],
    ["a warm-up of nothing", { kind: "warmup", steps: 1 }, 0, TypeError, "schedule.then: expected"],
    ["a negative step", 0.1, -1, RangeError, "step: expected an integer >= 0, received -1"],
    ["a broken step", 0.1, 0.5, RangeError, "step: expected an integer >= 0, received 0.5"],
    ["a step that is no number", 0.1, "1", TypeError, "step: expected an integer >= 0"],
  ])("%s", (_, schedule, step, kind, message) => {
    const call = () => learningRateAt(schedule as Schedule, step as number);
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });

  it("in the makers", () => {
    expect(() => linear({ from: 1, to: 0 } as never)).toThrow(TypeError);
    expect(() => linear({ from: 1, to: 0, steps: 3, too: 1 } as never)).toThrow(
      'expected known options only, received "too"',
    );
    expect(() => cosine(undefined as never)).toThrow(TypeError);
    expect(() => stepDecay({ from: 1, factor: -0.5, every: 2 })).toThrow("factor: expected");
    expect(() => warmup(0, 1)).toThrow("steps: expected an integer >= 1, received 0");
    expect(() => warmup(1, warmup(1, 1) as never)).toThrow("schedule.kind: expected one of");
    expect(() => constant("1" as never)).toThrow("value: expected");
  });

  it("of data that contains itself", () => {
    const endless: Record<string, unknown> = { kind: "warmup", steps: 1 };
    endless["then"] = endless;
    expect(() => learningRateAt(endless as never, 0)).toThrow("schedule.then.kind: expected one of");
  });
});
