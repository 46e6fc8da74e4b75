/** Argument and result types of the methods of {@link Rnn}. */

import type { SequenceInputs } from "../data/batch.js";
import { boolean } from "../base/check.js";
import { merge, type Declaration, type OptionsOf } from "../base/options.js";
import { readClipNorm } from "../optim/clip-norm.js";
import { readOptimizer } from "../optim/optimizer.js";
import type { Cell } from "../data/rnn-options.js";
import type { State, StateInput } from "../data/state.js";
import type { Numbers3, Tensor } from "../base/tensor.js";

export const FORWARD = {
  /** Returns the activations of each time step. Default false. */
  trace: { read: boolean, fallback: false },
} satisfies Declaration;

/** Options of {@link Rnn#forward}. */
export interface ForwardOptions extends OptionsOf<typeof FORWARD> {}

/** The result of {@link Rnn#forward}. */
export interface ForwardResult<C extends Cell = Cell> {
  /** (B, T, D·H) hidden states of the last layer; 0 past a row's length. */
  outputs: Tensor;
  /** (B, T, V) logits; the same object as `outputs` if there is no output layer. */
  logits: Tensor;
  /** (L·D, B, H) state after each row's last step; h and c for an lstm. */
  state: State<C>;
  /** The activations, with `trace` only. */
  trace?: ForwardTrace;
}

export const GRADIENTS = {
  /** Returns the activations and their gradients at each time step. Default false. */
  trace: { read: boolean, fallback: false },
  /**
   * Adds the gradients to those of earlier calls with `accumulate`, until `applyGradients("accumulated", …)`
   * uses the sum. Default false.
   */
  accumulate: { read: boolean, fallback: false },
} satisfies Declaration;

/** Options of {@link Rnn#gradients}. */
export interface GradientsOptions extends OptionsOf<typeof GRADIENTS> {}

/** The activations of a forward pass at each time step. All values are 0 past a row's length. */
export interface ForwardTrace {
  /** (T, L·D, B, H) hidden states of every layer and direction. */
  hidden: Tensor;
  /**
   * (T, L·D, B, G·H) values of the gates (gru r z n, lstm i f g o); for tanh and relu the same object as
   * `hidden`.
   */
  gates: Tensor;
  /** (T, L·D, B, H) cell states of an lstm. */
  cells?: Tensor;
}

/**
 * The activations of a forward pass and the gradients of a backward pass. All values are 0 past a row's
 * length.
 */
export interface Trace extends ForwardTrace {
  /**
   * (T, L·D, B, H) total derivative dloss/dh_t, including all later steps. It shows how gradients vanish or
   * explode through time.
   */
  hiddenGradients: Tensor;
}

/** The result of {@link Rnn#gradients}. */
export interface GradientsResult<C extends Cell = Cell> {
  /** Loss of the batch, in nats for cross-entropies. */
  loss: number;
  /** dloss/dparameter by the name of the parameter; with `accumulate` the sum so far. */
  gradients: Record<string, Tensor>;
  /** (L·D, B, H) gradient with respect to the initial state, of this batch alone; by h and c for an lstm. */
  initialStateGradient: State<C>;
  /** (L·D, B, H) state after each row's last step; h and c for an lstm. */
  state: State<C>;
  /** Activations and their gradients, with `trace` only. */
  trace?: Trace;
}

/**
 * The arguments of {@link Rnn#backward}: the inputs of a forward pass, and the gradients of a loss with
 * respect to its results.
 */
export interface BackwardInputs extends SequenceInputs {
  /** (B, T, D·H) gradient with respect to the outputs. Default: zeros. It is not read past a row's length. */
  outputsGradient?: Numbers3;
  /** (B, T, V) gradient with respect to the logits. Default: zeros. It is not read past a row's length. */
  logitsGradient?: Numbers3;
  /** (L·D, B, H) gradient with respect to the final state; by h and c for an lstm. Default: zeros. */
  stateGradient?: StateInput;
}

/** The result of {@link Rnn#backward}. */
export interface BackwardResult<C extends Cell = Cell> {
  /** Gradients by the name of the parameter. */
  gradients: Record<string, Tensor>;
  /** (B, T, I) gradient with respect to the inputs, for dense inputs only. */
  inputsGradient?: Tensor;
  /** (L·D, B, H) gradient with respect to the initial state; by h and c for an lstm. */
  initialStateGradient: State<C>;
}

export const CLIP = {
  /**
   * Largest norm of all gradients together, 1e-30 … 1e30: g·clip·min(1/norm, 1/clip). Default false: no
   * clipping.
   */
  clipNorm: { read: readClipNorm, fallback: false },
} satisfies Declaration;

/** Options of {@link Rnn#applyGradients}. */
export interface ClipOptions extends OptionsOf<typeof CLIP> {}

export const TRAIN_STEP = /* @__PURE__ */ merge(CLIP, {
  /** Returns a copy of the final state. Default false. */
  returnState: { read: boolean, fallback: false },
  /**
   * Starts from the final state of the previous call with `carryState` (zeros at first) and keeps the final
   * state of this call: truncated BPTT. An `initialState` in the batch takes precedence. Default false.
   */
  carryState: { read: boolean, fallback: false },
} satisfies Declaration);

/** Options of {@link Rnn#trainStep}. */
export interface TrainStepOptions extends OptionsOf<typeof TRAIN_STEP> {}

/** The result of {@link Rnn#trainStep}. */
export interface TrainStepResult<C extends Cell = Cell> {
  /** Loss of the weights before the update, in nats for cross-entropies. */
  loss: number;
  /** Norm of all gradients together, except those of frozen parameters, before clipping. */
  gradientNorm: number;
  /** (L·D, B, H) final state, with `returnState` only; h and c for an lstm. */
  state?: State<C>;
}

export const SAVE = {
  /**
   * An optimizer of this network. It is saved with everything that is needed to continue training. Default:
   * none.
   */
  optimizer: { read: readOptimizer, fallback: undefined },
} satisfies Declaration;

/** Options of {@link Rnn#save}. */
export interface SaveOptions extends OptionsOf<typeof SAVE> {}

export const EVALUATE = {
  /** Returns a copy of the final state. Default false. */
  returnState: { read: boolean, fallback: false },
} satisfies Declaration;

/** Options of {@link Rnn#evaluate}. */
export interface EvaluateOptions extends OptionsOf<typeof EVALUATE> {}

/** The common part of every result of {@link Rnn#evaluate}. */
interface AnyLoss<C extends Cell> {
  /** Loss of the batch, in nats for cross-entropies. */
  loss: number;
  /** (L·D, B, H) state after each row's last step, with `returnState` only; h and c for an lstm. */
  state?: State<C>;
}

/** The result of {@link Rnn#evaluate} for a batch of classes, or one with `loss: "binaryCrossEntropy"`. */
export interface Evaluation<C extends Cell = Cell> extends AnyLoss<C> {
  /**
   * Of classes: Σ weights·[argmax logits = target] / Σ weights, over the steps within the lengths. Of labels: the
   * weighted share of those for which σ(logit) > ½ says the same as target > ½.
   */
  accuracy: number;
  /** Always absent. It exists for the type of a batch whose loss is not known at compile time. */
  meanAbsoluteError?: undefined;
  /** Always absent. */
  coverage?: undefined;
}

/** The result of {@link Rnn#evaluate} for a batch with `loss: "meanSquaredError"`. */
export interface RegressionEvaluation<C extends Cell = Cell> extends AnyLoss<C> {
  /** Σ weights·|logits − targets| / Σ weights, over the values that count. */
  meanAbsoluteError: number;
  /** Always absent. It exists for the type of a batch whose loss is not known at compile time. */
  accuracy?: undefined;
  /** Always absent. */
  coverage?: undefined;
}

/** The result of {@link Rnn#evaluate} for a batch with `loss: "meanAbsoluteError"`, which is a metric itself. */
export interface AbsoluteErrorEvaluation<C extends Cell = Cell> extends AnyLoss<C> {
  /** Always absent. It exists for the type of a batch whose loss is not known at compile time. */
  accuracy?: undefined;
  /** Always absent. */
  meanAbsoluteError?: undefined;
  /** Always absent. */
  coverage?: undefined;
}

/** The result of {@link Rnn#evaluate} for a batch with `loss: "quantile"`. */
export interface QuantileEvaluation<C extends Cell = Cell> extends AnyLoss<C> {
  /**
   * (Q) for each quantile the weighted share of target values that are at most its output: near `quantiles[j]` if the
   * quantiles are right. The share within the band between two quantiles is the difference of their coverages.
   */
  coverage: number[];
  /** Always absent. It exists for the type of a batch whose loss is not known at compile time. */
  accuracy?: undefined;
  /** Always absent. */
  meanAbsoluteError?: undefined;
}

/** The result of {@link Rnn#evaluate} for a batch whose loss is not known at compile time. */
export type AnyEvaluation<C extends Cell = Cell> =
  Evaluation<C> | RegressionEvaluation<C> | AbsoluteErrorEvaluation<C> | QuantileEvaluation<C>;
