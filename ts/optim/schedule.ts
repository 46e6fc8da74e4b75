/**
 * Schedules: the learning rate as a function of the number of updates done, as plain data that can be kept in a file
 * or sent to a worker. The rate enters the parameters, so it is computed with the same bits on every engine (float64.ts).
 *
 * s is the number of updates done, so the first update has s = 0; n is `steps`:
 * - constant: value
 * - linear: from + (to − from)·s/n, then to
 * - cosine: to + (from − to)·(1 + cos(π·s/n))/2, then to
 * - step decay: from·factor^⌊s/every⌋
 * - warm-up: the first rate of `then`, times (s + 1)/n; from s = n on, `then` at s − n
 */

import { objectWith, type NamesOf } from "../base/options.js";
import { at, type Path } from "../base/errors.js";
import { integer, number, oneOf } from "../base/check.js";
import { integerPower, sinFirstQuadrant } from "../base/float64.js";

/** A constant learning rate. */
export interface ConstantSchedule {
  readonly kind: "constant";
  readonly value: number;
}

/** A learning rate that changes linearly from one value to another. */
export interface LinearSchedule {
  readonly kind: "linear";
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

/** A learning rate that changes from one value to another along half a cosine. */
export interface CosineSchedule {
  readonly kind: "cosine";
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

/** A learning rate that is multiplied by a factor after every `every` updates. */
export interface StepDecaySchedule {
  readonly kind: "stepDecay";
  readonly from: number;
  readonly factor: number;
  readonly every: number;
}

/** A learning rate that rises linearly to the first rate of another schedule, which follows. */
export interface WarmupSchedule {
  readonly kind: "warmup";
  readonly steps: number;
  readonly then: PlainSchedule;
}

/** A schedule that contains no other schedule. */
export type PlainSchedule = ConstantSchedule | LinearSchedule | CosineSchedule | StepDecaySchedule;

/** A learning rate that depends on the number of updates done. It is plain data. */
export type Schedule = PlainSchedule | WarmupSchedule;

type Kind = Schedule["kind"];

const HALF_PI = 1.5707963267948966;
/** Largest learning rate. The bound keeps one update within float32. */
const MAX_RATE = 1e30;
const PLAIN_KINDS = ["constant", "linear", "cosine", "stepDecay"] as const satisfies readonly Kind[];
const KINDS = [...PLAIN_KINDS, "warmup"] as const;
const WAY_NAMES = { from: true, to: true, steps: true } satisfies NamesOf<Omit<LinearSchedule, "kind">>;
const DECAY_NAMES = { from: true, factor: true, every: true } satisfies NamesOf<
  Omit<StepDecaySchedule, "kind">
>;
const NAMES = {
  constant: { kind: true, value: true },
  linear: { kind: true, ...WAY_NAMES },
  cosine: { kind: true, ...WAY_NAMES },
  stepDecay: { kind: true, ...DECAY_NAMES },
  warmup: { kind: true, steps: true, then: true },
} satisfies { [K in Kind]: NamesOf<Extract<Schedule, { kind: K }>> };

/**
 * Creates a schedule that gives the same rate for each update.
 *
 * @param value the rate, 0 … 1e30
 * @throws TypeError when it is not a number
 * @throws RangeError when it is out of its range
 *
 * @example
 * import { constant, learningRateAt } from "bptt";
 *
 * console.log(learningRateAt(constant(0.1), 1000)); // 0.1
 */
export function constant(value: number): ConstantSchedule {
  return Object.freeze({ kind: "constant", value: rate(value, "value") });
}

/**
 * Creates a schedule that changes linearly from one rate to another.
 *
 * @param options `from`: the rate of the first update; `to`: the rate after `steps` updates and later; rates
 * 0 … 1e30
 * @throws TypeError when an option is unknown or of the wrong kind
 * @throws RangeError when an option is out of its range
 *
 * @example
 * import { learningRateAt, linear } from "bptt";
 *
 * const schedule = linear({ from: 1, to: 0, steps: 4 });
 * console.log([0, 1, 4, 9].map((step) => learningRateAt(schedule, step))); // [1, 0.75, 0, 0]
 */
export function linear(options: { from: number; to: number; steps: number }): LinearSchedule {
  return readWay("linear", objectWith(options, "options", WAY_NAMES), []);
}

/**
 * Creates a schedule that changes from one rate to another along half a cosine, slowly at both ends.
 *
 * @param options `from`: the rate of the first update; `to` (default 0): the rate after `steps` updates and
 * later; rates 0 … 1e30
 * @throws TypeError when an option is unknown or of the wrong kind
 * @throws RangeError when an option is out of its range
 *
 * @example
 * import { cosine, learningRateAt } from "bptt";
 *
 * const schedule = cosine({ from: 1, steps: 100 });
 * console.log([0, 25, 50, 100].map((step) => learningRateAt(schedule, step).toFixed(3))); // ["1.000", "0.854", "0.500", "0.000"]
 */
export function cosine(options: { from: number; to?: number; steps: number }): CosineSchedule {
  return readWay("cosine", objectWith(options, "options", WAY_NAMES), []);
}

/**
 * Creates a schedule that multiplies the rate by a factor after every `every` updates.
 *
 * @param options `from`: the first rate, 0 … 1e30; `factor`, 0 … 1; `every`: the number of updates between
 * two changes
 * @throws TypeError when an option is unknown or of the wrong kind
 * @throws RangeError when an option is out of its range
 *
 * @example
 * import { learningRateAt, stepDecay } from "bptt";
 *
 * const schedule = stepDecay({ from: 1, factor: 0.5, every: 10 });
 * console.log([0, 9, 10, 25].map((step) => learningRateAt(schedule, step))); // [1, 1, 0.5, 0.25]
 */
export function stepDecay(options: { from: number; factor: number; every: number }): StepDecaySchedule {
  return readDecay(objectWith(options, "options", DECAY_NAMES), []);
}

/**
 * Creates a schedule that rises linearly to the first rate of another schedule and then continues with that
 * schedule. Of the `steps` updates of the warm-up, the first uses 1/steps of that rate and the last all of
 * it.
 *
 * @param steps number of updates of the warm-up, 1 or more
 * @param schedule the schedule that follows, not a warm-up itself, or a number
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when an argument is out of its range
 *
 * @example
 * import { cosine, learningRateAt, warmup } from "bptt";
 *
 * const schedule = warmup(4, cosine({ from: 1, steps: 100 }));
 * console.log([0, 1, 2, 3, 4].map((step) => learningRateAt(schedule, step))); // [0.25, 0.5, 0.75, 1, 1]
 */
export function warmup(steps: number, schedule: number | PlainSchedule): WarmupSchedule {
  return readWarmup(steps, schedule, "steps", "schedule");
}

/**
 * Returns the learning rate that a schedule gives to an update, for plots and for your own training loops.
 *
 * @param schedule a schedule, or a number, which is a constant rate
 * @param step number of updates done before, 0 or more
 * @throws TypeError when an argument is of the wrong kind
 * @throws RangeError when an argument is out of its range
 *
 * @example
 * import { learningRateAt } from "bptt";
 *
 * // plain data, such as a file may hold it
 * console.log(learningRateAt({ kind: "linear", from: 0.5, to: 0.25, steps: 10 }, 5)); // 0.375
 */
export function learningRateAt(schedule: number | Schedule, step: number): number {
  return evaluate(readLearningRate(schedule, "schedule"), integer(step, "step", { min: 0 }));
}

/** Returns `value` if it is a learning rate: a number in range, or a frozen, checked copy of a schedule. */
export function readLearningRate(value: unknown, path: Path): number | Schedule {
  return typeof value === "object" && value !== null ? readSchedule(value, path) : rate(value, path);
}

/** Returns the rate of a checked schedule after `step` updates. */
export function evaluate(schedule: number | Schedule, step: number): number {
  if (typeof schedule === "number") return schedule;
  if (schedule.kind === "constant") return schedule.value;
  switch (schedule.kind) {
    case "linear":
    case "cosine": {
      const { kind, from, to, steps } = schedule;
      // The ends are exact: the formulas may round there.
      if (step >= steps) return to;
      if (step === 0) return from;
      if (kind === "linear") return from + (to - from) * (step / steps);
      // (1 + cos(π·x))/2 = sin²(π/2·(1 − x))
      const sine = sinFirstQuadrant(HALF_PI * (1 - step / steps));
      return to + (from - to) * (sine * sine);
    }
    case "stepDecay":
      return schedule.from * integerPower(schedule.factor, Math.floor(step / schedule.every));
    case "warmup": {
      const { steps, then } = schedule;
      if (step >= steps) return evaluate(then, step - steps);
      const target = evaluate(then, 0);
      return step + 1 >= steps ? target : target * ((step + 1) / steps);
    }
  }
}

function readSchedule(value: object, path: Path): Schedule {
  const { kind } = value as { kind?: unknown };
  const known = oneOf(kind, at(path, "kind"), KINDS);
  if (known !== "warmup") return readPlain(value, path);
  const { steps, then } = fields(value, path, known);
  return readWarmup(steps, then, at(path, "steps"), at(path, "then"));
}

/** Reads a schedule that contains no other schedule. */
function readPlain(value: object, path: Path): PlainSchedule {
  const kind = oneOf((value as { kind?: unknown }).kind, at(path, "kind"), PLAIN_KINDS);
  const given = fields(value, path, kind);
  if (kind === "constant") return Object.freeze({ kind, value: rate(given["value"], at(path, "value")) });
  return kind === "stepDecay" ? readDecay(given, path) : readWay(kind, given, path);
}

function fields(value: object, path: Path, kind: Kind): Record<string, unknown> {
  return objectWith(value, path, NAMES[kind]) as Record<string, unknown>;
}

function readWay<K extends "linear" | "cosine">(kind: K, given: object, path: Path) {
  const { from, to, steps } = given as Record<string, unknown>;
  return Object.freeze({
    kind,
    from: rate(from, at(path, "from")),
    to: to === undefined && kind === "cosine" ? 0 : rate(to, at(path, "to")),
    steps: count(steps, at(path, "steps")),
  });
}

function readDecay(given: object, path: Path): StepDecaySchedule {
  const { from, factor, every } = given as Record<string, unknown>;
  return Object.freeze({
    kind: "stepDecay",
    from: rate(from, at(path, "from")),
    factor: number(factor, at(path, "factor"), { min: 0, max: 1 }),
    every: count(every, at(path, "every")),
  });
}

function readWarmup(steps: unknown, then: unknown, stepsPath: Path, thenPath: Path): WarmupSchedule {
  return Object.freeze({
    kind: "warmup",
    steps: count(steps, stepsPath),
    then:
      typeof then === "object" && then !== null ? readPlain(then, thenPath) : constant(rate(then, thenPath)),
  });
}

function rate(value: unknown, path: Path): number {
  return number(value, path, { min: 0, max: MAX_RATE });
}

function count(value: unknown, path: Path): number {
  return integer(value, path, { min: 1 });
}
