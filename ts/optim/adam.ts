/**
 * The settings of Adam. The core holds the update and its moments (crate/src/optimizer/adam.rs).
 *
 * m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², then with t counted from 1
 * - "tensorflow" (Kingma & Ba's ε̂ form): lr_t = lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ), θ ← θ − lr_t·m/(√v + ε)
 * - "torch": m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), θ ← θ − lr·m̂/(√v̂ + ε)
 */

import { oneOf } from "../base/check.js";
import type { Path } from "../base/errors.js";
import { readOptions, type Declaration, type OptionsOf } from "../base/options.js";
import { Optimizer, readDecayRate, readEpsilon, readWeightDecay, ruleOf } from "./optimizer.js";
import { readLearningRate } from "./schedule.js";

const ADAM = {
  /** Step size, 0 … 1e30, or a schedule that gives it. Default 0.001. */
  learningRate: { read: readLearningRate, fallback: 0.001 },
  /** Decay of the first moment, 0 ≤ β₁ < 1. Default 0.9. */
  beta1: { read: readDecayRate, fallback: 0.9 },
  /** Decay of the second moment, 0 ≤ β₂ < 1. Default 0.999. */
  beta2: { read: readDecayRate, fallback: 0.999 },
  /** Small number that avoids a division by zero, 1e-30 … 1e30. Default 1e-8. */
  epsilon: { read: readEpsilon, fallback: 1e-8 },
  /**
   * Place of ε: TensorFlow's ε̂ form (default) or PyTorch's form. At t = 1 their effects differ by a factor
   * of 31.6.
   */
  epsilonMode: { read: readEpsilonMode, fallback: "tensorflow" },
  /** Decoupled weight decay of all parameters, as in AdamW: θ ← θ − lr·λ·θ. 0 … 1e30, default 0. */
  weightDecay: { read: readWeightDecay, fallback: 0 },
} satisfies Declaration;

/** Settings of {@link Adam}. */
export interface AdamOptions extends OptionsOf<typeof ADAM> {}

/**
 * The Adam optimizer: TensorFlow 1.15's `AdamOptimizer`, or PyTorch's `Adam` and `AdamW` with `epsilonMode: "torch"`.
 *
 * An optimizer belongs to the first network that it updates, and that network keeps its moments. The object
 * itself holds no wasm memory and needs no `free`.
 *
 * @example
 * import { Adam, Rnn } from "bptt";
 *
 * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 });
 * const adam = new Adam({ learningRate: 0.1 });
 * for (let step = 0; step < 3; step++) {
 *   const { loss } = rnn.trainStep({ inputs: [[0, 1, 2, 1, 3]], targets: [[1, 2, 1, 3, 4]] }, adam);
 *   console.log(step, loss);
 *   adam.learningRate *= 0.9;
 * }
 */
export class Adam extends Optimizer {
  /**
   * @param options settings; each has a default
   * @throws TypeError when a setting is of the wrong kind or unknown
   * @throws RangeError when a setting is out of its range
   */
  constructor(options: AdamOptions = {}) {
    const { learningRate, ...settings } = readOptions(options, ADAM);
    super({ kind: "adam", ...settings }, learningRate);
  }

  /** Decay of the first moment. */
  get beta1(): number {
    return ruleOf(this, "adam").beta1;
  }

  /** Decay of the second moment. */
  get beta2(): number {
    return ruleOf(this, "adam").beta2;
  }

  /** Small number that avoids a division by zero. */
  get epsilon(): number {
    return ruleOf(this, "adam").epsilon;
  }

  /** Place of ε: in TensorFlow's ε̂ form or in PyTorch's. */
  get epsilonMode(): "tensorflow" | "torch" {
    return ruleOf(this, "adam").epsilonMode;
  }

  /** Decoupled weight decay. */
  get weightDecay(): number {
    return ruleOf(this, "adam").weightDecay;
  }
}

function readEpsilonMode(value: unknown, path: Path): "tensorflow" | "torch" {
  return oneOf(value, path, ["tensorflow", "torch"]);
}
