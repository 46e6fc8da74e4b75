/**
 * Settings of RMSProp. The rule itself and its moments are the core's (crate/src/optimizer/rms_prop.rs).
 *
 * With λ = weightDecay, μ = momentum: g ← g + λ·θ, v ← α·v + (1 − α)·g², b ← μ·b + g/(√v + ε), θ ← θ − lr·b.
 * Source: PyTorch 2.5's `RMSprop`, not centered.
 */

import { number, optionsObject } from "./check.js";
import { decay, Optimizer, ruleOf, share, smoothing } from "./optimizer.js";
import type { Schedule } from "./schedule.js";

/** Settings of {@link RmsProp}. */
export interface RmsPropOptions {
  /** Step size, 0 … 1e30, or a schedule of it. Default 0.01. */
  learningRate?: number | Schedule;
  /** How much of the average of squares is kept, 0 ≤ α < 1. Default 0.99. */
  alpha?: number;
  /** Keeps the division defined, beside the root, 1e-30 … 1e30. Default 1e-8. */
  epsilon?: number;
  /** How much of the last direction is kept, 0 ≤ μ < 1. Default 0: none. */
  momentum?: number;
  /** Decay of all parameters through their gradients (L2): g ← g + λ·θ. 0 … 1e30, default 0. */
  weightDecay?: number;
}

const NAMES: ReadonlySet<string> = new Set([
  "learningRate",
  "alpha",
  "epsilon",
  "momentum",
  "weightDecay",
] satisfies (keyof RmsPropOptions)[]);

/**
 * RMSProp in PyTorch's form: ε stands outside the root, and the average starts from 0 (TensorFlow 1: inside, from 1).
 *
 * Bound to the first network it steps, as {@link Adam} is.
 *
 * @example
 * import { RmsProp, Rnn } from "bptt";
 *
 * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 8, outputSize: 5 });
 * const optimizer = new RmsProp({ learningRate: 0.05, alpha: 0.9 });
 * const batch = { inputs: [[0, 1, 2, 1, 3]], targets: [[1, 2, 1, 3, 4]] };
 * for (let step = 0; step < 50; step++) rnn.trainStep(batch, optimizer);
 * console.log(optimizer.steps, rnn.evaluate(batch).accuracy); // 50 1
 */
export class RmsProp extends Optimizer {
  /**
   * @param options settings; each has a default
   * @throws TypeError when a setting is of the wrong kind or unknown
   * @throws RangeError when a setting is out of its range
   */
  constructor(options: RmsPropOptions = {}) {
    const given = optionsObject(options, "options", NAMES) as RmsPropOptions;
    const { learningRate = 0.01, alpha = 0.99, epsilon = 1e-8, momentum = 0, weightDecay = 0 } = given;
    const rule = {
      kind: "rmsProp",
      alpha: share(alpha, "alpha"),
      epsilon: smoothing(epsilon),
      momentum: number(momentum, "momentum", { min: 0, below: 1 }),
      weightDecay: decay(weightDecay),
    } as const;
    super(rule, learningRate);
  }

  /** How much of the average of squares is kept. */
  get alpha(): number {
    return ruleOf(this, "rmsProp").alpha;
  }

  /** What keeps the division defined. */
  get epsilon(): number {
    return ruleOf(this, "rmsProp").epsilon;
  }

  /** How much of the last direction is kept. */
  get momentum(): number {
    return ruleOf(this, "rmsProp").momentum;
  }

  /** Decay through the gradients. */
  get weightDecay(): number {
    return ruleOf(this, "rmsProp").weightDecay;
  }
}
