/**
 * The settings of gradient descent. The core holds the update and its buffer (crate/src/optimizer/sgd.rs).
 *
 * With λ = weightDecay, μ = momentum: g ← g + λ·θ, b ← μ·b + g, θ ← θ − lr·b; in Nesterov's form
 * θ ← θ − lr·(g + μ·b). Source: PyTorch 2.5's `SGD` without dampening.
 */

import { boolean } from "../base/check.js";
import { rangeError } from "../base/errors.js";
import { fraction, readOptions, type Declaration, type OptionsOf } from "../base/options.js";
import { Optimizer, readWeightDecay, ruleOf } from "./optimizer.js";
import { readLearningRate } from "./schedule.js";

const SGD = {
  /** Step size, 0 … 1e30, or a schedule that gives it. Default 0.001. */
  learningRate: { read: readLearningRate, fallback: 0.001 },
  /** Momentum: the share of the last update's direction that is kept, 0 ≤ μ < 1. Default 0. */
  momentum: { read: fraction, fallback: 0 },
  /** Uses Nesterov's form of momentum, which requires a momentum above 0. Default false. */
  nesterov: { read: boolean, fallback: false },
  /** Weight decay of all parameters, added to their gradients (L2): g ← g + λ·θ. 0 … 1e30, default 0. */
  weightDecay: { read: readWeightDecay, fallback: 0 },
} satisfies Declaration;

/** Settings of {@link Sgd}. */
export interface SgdOptions extends OptionsOf<typeof SGD> {}

/**
 * The gradient descent optimizer: PyTorch's `SGD`, with momentum, Nesterov's form and weight decay.
 *
 * It belongs to the first network that it updates, as {@link Adam} does.
 *
 * @example
 * import { cosine, Rnn, Sgd } from "bptt";
 *
 * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 });
 * const sgd = new Sgd({ learningRate: cosine({ from: 0.5, steps: 100 }), momentum: 0.9, nesterov: true });
 * const batch = { inputs: [[0, 1, 2, 1, 3]], targets: [[1, 2, 1, 3, 4]] };
 * for (let step = 0; step < 50; step++) rnn.trainStep(batch, sgd);
 * console.log(sgd.steps, sgd.learningRate.toFixed(3)); // 50 0.250
 */
export class Sgd extends Optimizer {
  /**
   * @param options settings; each has a default
   * @throws TypeError when a setting is of the wrong kind or unknown
   * @throws RangeError when a setting is out of its range, or `nesterov` is true without momentum
   */
  constructor(options: SgdOptions = {}) {
    const { learningRate, ...settings } = readOptions(options, SGD);
    if (settings.nesterov && settings.momentum === 0)
      throw rangeError("momentum", "a number > 0 with nesterov", "0");
    super({ kind: "sgd", ...settings }, learningRate);
  }

  /** Momentum: the share of the last update's direction that is kept. */
  get momentum(): number {
    return ruleOf(this, "sgd").momentum;
  }

  /** True if momentum has Nesterov's form. */
  get nesterov(): boolean {
    return ruleOf(this, "sgd").nesterov;
  }

  /** Weight decay, added to the gradients. */
  get weightDecay(): number {
    return ruleOf(this, "sgd").weightDecay;
  }
}
