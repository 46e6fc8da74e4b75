/**
 * The common part of all optimizers: a rule with its settings, a learning rate or schedule, a count of
 * updates, and the network to which the optimizer is bound. The moments are in that network's memory. The
 * state is found by a brand, so that an optimizer of one entry ("bptt") works with a network of another
 * ("bptt/slim").
 */

import { number } from "../base/check.js";
import { rangeError, typeError, type Path } from "../base/errors.js";
import { Inspectable } from "../base/inspectable.js";
import { show } from "../base/show.js";
import { rateAt, readLearningRate, type Schedule } from "./schedule.js";
import type { RawRnn } from "../wasm/raw-rnn.js";

/** The checked settings of an optimizer, by the names of the options. */
export type Rule =
  | {
      readonly kind: "adam";
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly epsilonMode: "tensorflow" | "torch";
      readonly weightDecay: number;
    }
  | {
      readonly kind: "sgd";
      readonly momentum: number;
      readonly nesterov: boolean;
      readonly weightDecay: number;
    }
  | {
      readonly kind: "rmsProp";
      readonly alpha: number;
      readonly epsilon: number;
      readonly momentum: number;
      readonly weightDecay: number;
    };

/** The state of an optimizer, as a network uses it. */
export interface OptimizerState {
  readonly rule: Rule;
  learningRate: number | Schedule;
  /** Number of updates done. */
  steps: number;
  /** Identity of the first network that it updated. */
  network: object | undefined;
}

const BRAND = Symbol.for("bptt.optimizer");

/**
 * The base class of {@link Adam}, {@link Sgd} and {@link RmsProp}. An optimizer updates the parameters of a
 * network.
 */
export abstract class Optimizer extends Inspectable {
  /** @internal */
  constructor(rule: Rule, learningRate: number | Schedule) {
    super();
    const state: OptimizerState = {
      rule: Object.freeze(rule),
      learningRate,
      steps: 0,
      network: undefined,
    };
    Object.defineProperty(this, BRAND, { value: state });
  }

  /**
   * The step size of the next update. It may be set at any time, to a number or a {@link Schedule}. Setting a
   * number replaces a schedule.
   *
   * @throws TypeError when set to a value of the wrong kind
   * @throws RangeError when set to a rate outside 0 … 1e30, or to a schedule with a value out of its range
   */
  get learningRate(): number {
    const { learningRate, steps } = optimizerState(this);
    return rateAt(learningRate, steps);
  }

  /** Sets the step size or its schedule. */
  set learningRate(value: number | Schedule) {
    optimizerState(this).learningRate = readLearningRate(value, "learningRate");
  }

  /** The schedule that gives the step size, or undefined if the step size is a number. */
  get schedule(): Schedule | undefined {
    const { learningRate } = optimizerState(this);
    return typeof learningRate === "number" ? undefined : learningRate;
  }

  /** The number of updates done. A schedule is evaluated at this count. */
  get steps(): number {
    return optimizerState(this).steps;
  }
}

/** Returns the state of an optimizer that a user passed. */
export function optimizerState(optimizer: unknown): OptimizerState {
  const state =
    typeof optimizer === "object" && optimizer !== null ? Reflect.get(optimizer, BRAND) : undefined;
  if (state === undefined) throw typeError("optimizer", "an optimizer (new Adam(…))", show(optimizer));
  return state as OptimizerState;
}

/** Returns `value` if it is an optimizer or undefined. */
export function readOptimizer(value: unknown): Optimizer | undefined {
  if (value === undefined) return value;
  optimizerState(value);
  return value as Optimizer;
}

/** Returns the rule of an optimizer of the given kind, for its getters. */
export function ruleOf<K extends Rule["kind"]>(optimizer: Optimizer, kind: K): Extract<Rule, { kind: K }> {
  const { rule } = optimizerState(optimizer);
  if (rule.kind !== kind) throw typeError("optimizer", `one of kind ${kind}`, show(optimizer));
  return rule as Extract<Rule, { kind: K }>;
}

/** Allocates the moments of an optimizer in a network's memory and returns their slot. */
export function addRule(raw: RawRnn, rule: Rule): number {
  switch (rule.kind) {
    case "adam":
      return raw.addAdam(rule);
    case "sgd":
      return raw.addSgd(rule);
    case "rmsProp":
      return raw.addRmsProp(rule);
  }
}

/** Returns PyTorch's names of the moments that a rule keeps, in the core's order. */
export function momentNames(rule: Rule): string[] {
  if (rule.kind === "adam") return ["exp_avg", "exp_avg_sq"];
  const names = rule.momentum > 0 ? ["momentum_buffer"] : [];
  return rule.kind === "sgd" ? names : ["square_avg", ...names];
}

/** Reads the decay rate β of a running average. The core computes 1 − β in float32, where 0.99999999 is 1. */
export function readDecayRate(value: unknown, path: Path): number {
  const checked = number(value, path, { min: 0, below: 1 });
  if (Math.fround(checked) === 1)
    throw rangeError(path, "a number that is below 1 in float32 too", show(value));
  return checked;
}

/** Reads ε, which avoids a division by zero. */
export function readEpsilon(value: unknown, path: Path): number {
  return number(value, path, { min: 1e-30, max: 1e30 });
}

/** Reads λ, the weight decay. */
export function readWeightDecay(value: unknown, path: Path): number {
  return number(value, path, { min: 0, max: 1e30 });
}
