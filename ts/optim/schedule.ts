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

import { at, type Path } from "../base/errors.js";
import { integer, number, oneOf } from "../base/check.js";
import { integerPower, sinFirstQuadrant } from "../base/float64.js";
import { count, readOptions, type Declaration, type OptionsOf, type ValuesOf } from "../base/options.js";

const CONSTANT = {
  /** The rate, 0 … 1e30. */
  value: { read: readRate },
} satisfies Declaration;

const LINEAR = {
  /** The rate of the first update, 0 … 1e30. */
  from: { read: readRate },
  /** The rate after `steps` updates and all later ones, 0 … 1e30. */
  to: { read: readRate },
  /** Updates from one rate to the other. */
  steps: { read: count },
} satisfies Declaration;

const COSINE = {
  /** The rate of the first update, 0 … 1e30. */
  from: { read: readRate },
  /** The rate after `steps` updates and all later ones, 0 … 1e30. Default 0. */
  to: { read: readRate, fallback: 0 },
  /** Updates from one rate to the other. */
  steps: { read: count },
} satisfies Declaration;

const STEP_DECAY = {
  /** The rate of the first `every` updates, 0 … 1e30. */
  from: { read: readRate },
  /** Multiplies the rate at each change, 0 … 1. */
  factor: { read: readFactor },
  /** Updates from one change to the next. */
  every: { read: count },
} satisfies Declaration;

const WARMUP = {
  /** Updates of the warm-up. */
  steps: { read: count },
  /** The schedule that follows. */
  then: { read: readFollowing },
} satisfies Declaration;

/** The schedules by kind. */
const KINDS = {
  constant: CONSTANT,
  linear: LINEAR,
  cosine: COSINE,
  stepDecay: STEP_DECAY,
  warmup: WARMUP,
} satisfies Record<string, Declaration>;

type Kind = keyof typeof KINDS;

/** A constant learning rate. */
export interface ConstantSchedule extends ValuesOf<typeof CONSTANT> {
  readonly kind: "constant";
}

/** A learning rate that changes linearly from one value to another. */
export interface LinearSchedule extends ValuesOf<typeof LINEAR> {
  readonly kind: "linear";
}

/** A learning rate that changes from one value to another along half a cosine. */
export interface CosineSchedule extends ValuesOf<typeof COSINE> {
  readonly kind: "cosine";
}

/** A learning rate that is multiplied by a factor after every `every` updates. */
export interface StepDecaySchedule extends ValuesOf<typeof STEP_DECAY> {
  readonly kind: "stepDecay";
}

/** A learning rate that rises linearly to the first rate of another schedule, which follows. */
export interface WarmupSchedule extends ValuesOf<typeof WARMUP> {
  readonly kind: "warmup";
}

/** Options of {@link linear}. */
export interface LinearOptions extends OptionsOf<typeof LINEAR> {}

/** Options of {@link cosine}. */
export interface CosineOptions extends OptionsOf<typeof COSINE> {}

/** Options of {@link stepDecay}. */
export interface StepDecayOptions extends OptionsOf<typeof STEP_DECAY> {}

/** A schedule that contains no other schedule. */
export type PlainSchedule = ConstantSchedule | LinearSchedule | CosineSchedule | StepDecaySchedule;

/** A learning rate that depends on the number of updates done. It is plain data. */
export type Schedule = PlainSchedule | WarmupSchedule;

const HALF_PI = 1.5707963267948966;
/** Largest learning rate. The bound keeps one update within float32. */
const MAX_RATE = 1e30;
/** The kinds that can follow a warm-up. */
const PLAIN_KINDS = ["constant", "linear", "cosine", "stepDecay"] as const satisfies readonly Kind[];
const ALL_KINDS = ["constant", "linear", "cosine", "stepDecay", "warmup"] as const satisfies readonly Kind[];

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
  return Object.freeze({ kind: "constant", value: readRate(value, "value") });
}

/**
 * Creates a schedule that changes linearly from one rate to another.
 *
 * @param options the rates `from` and `to`, 0 … 1e30, and the number of updates (`steps`) between them
 * @throws TypeError when an option is unknown or of the wrong kind
 * @throws RangeError when an option is out of its range
 *
 * @example
 * import { learningRateAt, linear } from "bptt";
 *
 * const schedule = linear({ from: 1, to: 0, steps: 4 });
 * console.log([0, 1, 4, 9].map((step) => learningRateAt(schedule, step))); // [1, 0.75, 0, 0]
 */
export function linear(options: LinearOptions): LinearSchedule {
  return Object.freeze({ kind: "linear", ...readOptions(options, LINEAR) });
}

/**
 * Creates a schedule that changes from one rate to another along half a cosine, slowly at both ends.
 *
 * @param options the rates `from` and `to` (default 0), 0 … 1e30, and the number of updates (`steps`) between them
 * @throws TypeError when an option is unknown or of the wrong kind
 * @throws RangeError when an option is out of its range
 *
 * @example
 * import { cosine, learningRateAt } from "bptt";
 *
 * const schedule = cosine({ from: 1, steps: 100 });
 * console.log([0, 25, 50, 100].map((step) => learningRateAt(schedule, step).toFixed(3))); // ["1.000", "0.854", "0.500", "0.000"]
 */
export function cosine(options: CosineOptions): CosineSchedule {
  return Object.freeze({ kind: "cosine", ...readOptions(options, COSINE) });
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
export function stepDecay(options: StepDecayOptions): StepDecaySchedule {
  return Object.freeze({ kind: "stepDecay", ...readOptions(options, STEP_DECAY) });
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
  const updates = count(steps, "steps");
  return Object.freeze({ kind: "warmup", steps: updates, then: readFollowing(schedule, "schedule") });
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
  return rateAt(readLearningRate(schedule, "schedule"), integer(step, "step", { min: 0 }));
}

/** Returns `value` if it is a learning rate: a number in range, or a frozen, checked copy of a schedule. */
export function readLearningRate(value: unknown, path: Path): number | Schedule {
  if (typeof value !== "object" || value === null) return readRate(value, path);
  return readSchedule(value, path, ALL_KINDS);
}

/** Returns the rate of a checked schedule after `step` updates. */
export function rateAt(schedule: number | Schedule, step: number): number {
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
      if (step >= steps) return rateAt(then, step - steps);
      const target = rateAt(then, 0);
      return step + 1 >= steps ? target : target * ((step + 1) / steps);
    }
  }
}

/** Returns a frozen copy of a schedule of one of the kinds. */
function readSchedule<S extends Schedule>(value: object, path: Path, kinds: readonly S["kind"][]): S {
  const kind = oneOf((value as { kind?: unknown }).kind, at(path, "kind"), kinds);
  const declaration: Declaration = { kind: { read: () => kind }, ...KINDS[kind] };
  return Object.freeze(readOptions(value, declaration, path)) as S;
}

/** Returns the schedule after a warm-up, which a number can be as well. */
function readFollowing(value: unknown, path: Path): PlainSchedule {
  if (typeof value !== "object" || value === null) return constant(readRate(value, path));
  return readSchedule<PlainSchedule>(value, path, PLAIN_KINDS);
}

function readRate(value: unknown, path: Path): number {
  return number(value, path, { min: 0, max: MAX_RATE });
}

function readFactor(value: unknown, path: Path): number {
  return number(value, path, { min: 0, max: 1 });
}
