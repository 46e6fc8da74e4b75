/**
 * The settings of RMSProp. The core holds the update and its moments (crate/src/optimizer/rms_prop.rs).
 *
 * With λ = weightDecay, μ = momentum: g ← g + λ·θ, v ← α·v + (1 − α)·g², b ← μ·b + g/(√v + ε), θ ← θ − lr·b.
 * Source: PyTorch 2.5's `RMSprop`, not centered.
 */

import { fraction, readOptions, type Declaration, type OptionsOf } from "../base/options.js";
import { Optimizer, readDecayRate, readEpsilon, readWeightDecay, ruleOf } from "./optimizer.js";
import { readLearningRate } from "./schedule.js";

const RMS_PROP = {
  /** Step size, 0 … 1e30, or a schedule that gives it. Default 0.01. */
  learningRate: { read: readLearningRate, fallback: 0.01 },
  /** Decay of the average of squared gradients, 0 ≤ α < 1. Default 0.99. */
  alpha: { read: readDecayRate, fallback: 0.99 },
  /**
   * Small number, added after the square root, that avoids a division by zero, 1e-30 … 1e30. Default 1e-8.
   */
  epsilon: { read: readEpsilon, fallback: 1e-8 },
  /** Momentum: the share of the last update's direction that is kept, 0 ≤ μ < 1. Default 0. */
  momentum: { read: fraction, fallback: 0 },
  /** Weight decay of all parameters, added to their gradients (L2): g ← g + λ·θ. 0 … 1e30, default 0. */
  weightDecay: { read: readWeightDecay, fallback: 0 },
} satisfies Declaration;

/** Settings of {@link RmsProp}. */
export interface RmsPropOptions extends OptionsOf<typeof RMS_PROP> {}

/**
 * The RMSProp optimizer in PyTorch's form: ε is added after the square root, and the average starts from 0.
 * (TensorFlow 1 adds ε under the root and starts from 1.)
 *
 * It belongs to the first network that it updates, as {@link Adam} does.
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
    const { learningRate, ...settings } = readOptions(options, RMS_PROP);
    super({ kind: "rmsProp", ...settings }, learningRate);
  }

  /** Decay of the average of squared gradients. */
  get alpha(): number {
    return ruleOf(this, "rmsProp").alpha;
  }

  /** Small number that avoids a division by zero. */
  get epsilon(): number {
    return ruleOf(this, "rmsProp").epsilon;
  }

  /** Momentum: the share of the last update's direction that is kept. */
  get momentum(): number {
    return ruleOf(this, "rmsProp").momentum;
  }

  /** Weight decay, added to the gradients. */
  get weightDecay(): number {
    return ruleOf(this, "rmsProp").weightDecay;
  }
}
