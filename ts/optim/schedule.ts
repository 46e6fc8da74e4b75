/**
 * Schedules: the learning rate as a function of the number of updates done, as plain data that can be kept in a file
 * or sent to a worker. The rate enters the parameters, so it is computed with the same bits on every engine (float64.ts).
 *
 * s counts the updates done, so that the first update has s = 0; n stands for `steps`:
 * - constant: value
 * - linear: from + (to − from)·s/n, then to
 * - cosine: to + (from − to)·(1 + cos(π·s/n))/2, then to
 * - step decay: from·factor^⌊s/every⌋
 * - warm-up: the first rate of `then`, times (s + 1)/n; from s = n on, `then` with s − n
 */

import { objectWith, type NamesOf } from "../base/options.js";
import { at, type Path } from "../base/errors.js";
import { integer, number, oneOf } from "../base/check.js";
import { integerPower, sinFirstQuadrant } from "../base/float64.js";

/** Always the same rate. */
export interface ConstantSchedule {
  readonly kind: "constant";
  readonly value: number;
}

/** From one rate to another in a line. */
export interface LinearSchedule {
  readonly kind: "linear";
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

/** From one rate to another along half a cosine. */
export interface CosineSchedule {
  readonly kind: "cosine";
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

/** Times a factor after each so many updates. */
export interface StepDecaySchedule {
  readonly kind: "stepDecay";
  readonly from: number;
  readonly factor: number;
  readonly every: number;
}

/** Up to the first rate of another schedule, which follows. */
export interface WarmupSchedule {
  readonly kind: "warmup";
  readonly steps: number;
  readonly then: PlainSchedule;
}

/** A schedule that holds no other. */
export type PlainSchedule = ConstantSchedule | LinearSchedule | CosineSchedule | StepDecaySchedule;

/** A learning rate that depends on the number of updates done: plain data. */
export type Schedule = PlainSchedule | WarmupSchedule;

type Kind = Schedule["kind"];

const HALF_PI = 1.5707963267948966;
/** Largest learning rate: bounded so that one update cannot leave float32. */
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
 * The same rate at each update.
 *
 * @param value the rate, 0 … 1e30
 * @throws TypeError when it is no number
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
 * From one rate to another in a line.
 *
 * @param options `from`: the rate of the first update; `to`: the rate after `steps` updates and ever after;
 *   rates 0 … 1e30
 * @throws TypeError when something is of the wrong kind or unknown
 * @throws RangeError when something is out of its range
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
 * From one rate to another along half a cosine: slow at both ends.
 *
 * @param options `from`: the rate of the first update; `to` (0): the rate after `steps` updates and ever after;
 *   rates 0 … 1e30
 * @throws TypeError when something is of the wrong kind or unknown
 * @throws RangeError when something is out of its range
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
 * Times a factor after each so many updates.
 *
 * @param options `from`: the first rate, 0 … 1e30; `factor`, 0 … 1; `every`: updates from one change to the next
 * @throws TypeError when something is of the wrong kind or unknown
 * @throws RangeError when something is out of its range
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
 * Warms up in a line to the first rate of another schedule, which then begins: of `steps` updates the first takes
 * 1/steps of that rate and the last all of it.
 *
 * @param steps updates of the warm-up, from 1 on
 * @param schedule what follows: a schedule that is itself no warm-up, or a number
 * @throws TypeError when something is of the wrong kind
 * @throws RangeError when something is out of its range
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
 * The rate that a schedule gives to an update: for plots, and for loops of one's own.
 *
 * @param schedule a schedule; a number stands for itself
 * @param step updates done before, from 0 on
 * @throws TypeError when something is of the wrong kind
 * @throws RangeError when something is out of its range
 * @throws BpttError `NOT_INITIALISED` (bptt/slim)
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

/** `value` if it can be a learning rate: a number in range, or a frozen copy of a schedule that has been checked. */
export function readLearningRate(value: unknown, path: Path): number | Schedule {
  return typeof value === "object" && value !== null ? readSchedule(value, path) : rate(value, path);
}

/** The rate of a checked one after `step` updates. */
export function evaluate(schedule: number | Schedule, step: number): number {
  if (typeof schedule === "number") return schedule;
  if (schedule.kind === "constant") return schedule.value;
  switch (schedule.kind) {
    case "linear":
    case "cosine": {
      const { kind, from, to, steps } = schedule;
      // The ends are exact, whatever the formulas round to there.
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

/** A schedule that holds no other. */
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
