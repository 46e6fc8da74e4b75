/** What the methods of {@link Rnn} take and return. */

import type { SequenceInputs } from "../data/batch.js";
import { boolean } from "../base/check.js";
import type { Declaration, OptionsOf } from "../base/options.js";
import { readClipNorm } from "../optim/clip-norm.js";
import { readOptimizer } from "../optim/optimizer.js";
import type { Cell } from "../data/rnn-options.js";
import type { State, StateInput } from "../data/state.js";
import type { Numbers3, Tensor } from "../base/tensor.js";

export const FORWARD = {
  /** Return the activations of each time step. Default false. */
  trace: { read: boolean, fallback: false },
} satisfies Declaration;

/** Options of {@link Rnn#forward}. */
export interface ForwardOptions extends OptionsOf<typeof FORWARD> {}

/** The result of {@link Rnn#forward}. */
export interface ForwardResult<C extends Cell = Cell> {
  /** (B, T, D·H) the hidden states of the last layer; 0 past a row's length. */
  outputs: Tensor;
  /** (B, T, V); the same object as `outputs` when there is no output layer. */
  logits: Tensor;
  /** (L·D, B, H) after each row's last step; of an lstm h and c. */
  state: State<C>;
  /** With `trace`. */
  trace?: ForwardTrace;
}

export const GRADIENTS = {
  /** Return the activations and their gradients at each time step. Default false. */
  trace: { read: boolean, fallback: false },
  /**
   * Add to the gradients of earlier calls with `accumulate`, until `applyGradients("accumulated", …)` uses the sum.
   * Default false.
   */
  accumulate: { read: boolean, fallback: false },
} satisfies Declaration;

/** Options of {@link Rnn#gradients}. */
export interface GradientsOptions extends OptionsOf<typeof GRADIENTS> {}

/** The activations of a forward pass at each time step; everything is 0 past a row's length. */
export interface ForwardTrace {
  /** (T, L·D, B, H) the hidden states of every layer and direction. */
  hidden: Tensor;
  /** (T, L·D, B, G·H) the gates' values (gru r z n, lstm i f g o); of tanh and relu the same object as `hidden`. */
  gates: Tensor;
  /** (T, L·D, B, H) an lstm's cell states. */
  cells?: Tensor;
}

/** The activations of a forward pass and the gradients of a backward pass; everything is 0 past a row's length. */
export interface Trace extends ForwardTrace {
  /** (T, L·D, B, H) dloss/dh_t by all that follows from it: how it fades or explodes through time. */
  hiddenGradients: Tensor;
}

/** What {@link Rnn#gradients} returns. */
export interface GradientsResult<C extends Cell = Cell> {
  /** The loss of the batch; of cross-entropies in nats. */
  loss: number;
  /** dloss/dparameter by the parameter's name; with `accumulate` the sum so far. */
  gradients: Record<string, Tensor>;
  /** (L·D, B, H), of this batch alone; of an lstm by h and by c. */
  initialStateGradient: State<C>;
  /** (L·D, B, H) after each row's last step; of an lstm h and c. */
  state: State<C>;
  /** With `trace`. */
  trace?: Trace;
}

/** What {@link Rnn#backward} takes: the inputs of a forward pass, and a loss's gradients with respect to its results. */
export interface BackwardInputs extends SequenceInputs {
  /** (B, T, D·H). Default: zeros. Not read past a row's length. */
  outputsGradient?: Numbers3;
  /** (B, T, V). Default: zeros. Not read past a row's length. */
  logitsGradient?: Numbers3;
  /** (L·D, B, H), for an lstm by h and by c. Default: zeros. */
  stateGradient?: StateInput;
}

/** What {@link Rnn#backward} returns. */
export interface BackwardResult<C extends Cell = Cell> {
  /** By the parameter's name. */
  gradients: Record<string, Tensor>;
  /** (B, T, I), for dense inputs only. */
  inputsGradient?: Tensor;
  /** (L·D, B, H), of an lstm by h and by c. */
  initialStateGradient: State<C>;
}

export const CLIP = {
  /** Largest norm of all gradients together, 1e-30 … 1e30: g·clip·min(1/norm, 1/clip). Default false: no clipping. */
  clipNorm: { read: readClipNorm, fallback: false },
} satisfies Declaration;

/** Options of {@link Rnn#applyGradients}. */
export interface ClipOptions extends OptionsOf<typeof CLIP> {}

export const TRAIN_STEP = {
  ...CLIP,
  /** Return a copy of the final state. Default false. */
  returnState: { read: boolean, fallback: false },
  /**
   * Start from the final state of the previous call with `carryState` (zeros at first) and keep the final state of this
   * call: truncated BPTT. An `initialState` in the batch takes precedence. Default false.
   */
  carryState: { read: boolean, fallback: false },
} satisfies Declaration;

/** Options of {@link Rnn#trainStep}. */
export interface TrainStepOptions extends OptionsOf<typeof TRAIN_STEP> {}

/** What {@link Rnn#trainStep} returns. */
export interface TrainStepResult<C extends Cell = Cell> {
  /** Of the weights before the update; of cross-entropies in nats. */
  loss: number;
  /** Of all gradients together but those of frozen parameters, before clipping. */
  gradientNorm: number;
  /** (L·D, B, H), of an lstm h and c; with `returnState`. */
  state?: State<C>;
}

export const SAVE = {
  /** An optimizer of this network, to be saved with everything that is needed to continue training. Default: none. */
  optimizer: { read: readOptimizer, fallback: undefined },
} satisfies Declaration;

/** Options of {@link Rnn#save}. */
export interface SaveOptions extends OptionsOf<typeof SAVE> {}

export const EVALUATE = {
  /** Return a copy of the final state. Default false. */
  returnState: { read: boolean, fallback: false },
} satisfies Declaration;

/** Options of {@link Rnn#evaluate}. */
export interface EvaluateOptions extends OptionsOf<typeof EVALUATE> {}

/** Every result of {@link Rnn#evaluate}. */
interface AnyLoss<C extends Cell> {
  /** The loss of the batch; of cross-entropies in nats. */
  loss: number;
  /** (L·D, B, H) after each row's last step; of an lstm h and c. With `returnState`. */
  state?: State<C>;
}

/** The result of {@link Rnn#evaluate} for a batch of classes, or one with `loss: "binaryCrossEntropy"`. */
export interface Evaluation<C extends Cell = Cell> extends AnyLoss<C> {
  /**
   * Of classes: Σ weights·[argmax logits = target] / Σ weights, over the steps within the lengths. Of labels: the
   * weighted share of those for which σ(logit) > ½ says the same as target > ½.
   */
  accuracy: number;
  /** Absent; there for the type of a batch whose loss is not known at compile time. */
  meanAbsoluteError?: undefined;
  /** Absent, too. */
  coverage?: undefined;
}

/** The result of {@link Rnn#evaluate} for a batch with `loss: "meanSquaredError"`. */
export interface RegressionEvaluation<C extends Cell = Cell> extends AnyLoss<C> {
  /** Σ weights·|logits − targets| / Σ weights, over what counts. */
  meanAbsoluteError: number;
  /** Absent; there for the type of a batch whose loss is not known at compile time. */
  accuracy?: undefined;
  /** Absent, too. */
  coverage?: undefined;
}

/** The result of {@link Rnn#evaluate} for a batch with `loss: "meanAbsoluteError"`, which is a metric itself. */
export interface AbsoluteErrorEvaluation<C extends Cell = Cell> extends AnyLoss<C> {
  /** Absent; there for the type of a batch whose loss is not known at compile time. */
  accuracy?: undefined;
  /** Absent, too. */
  meanAbsoluteError?: undefined;
  /** Absent, too. */
  coverage?: undefined;
}

/** The result of {@link Rnn#evaluate} for a batch with `loss: "quantile"`. */
export interface QuantileEvaluation<C extends Cell = Cell> extends AnyLoss<C> {
  /**
   * (Q) for each quantile the weighted share of target values that are at most its output: near `quantiles[j]` if the
   * quantiles are right. The share within the band between two quantiles is the difference of their coverages.
   */
  coverage: number[];
  /** Absent; there for the type of a batch whose loss is not known at compile time. */
  accuracy?: undefined;
  /** Absent, too. */
  meanAbsoluteError?: undefined;
}

/** The result of {@link Rnn#evaluate} for a batch whose loss is not known at compile time. */
export type AnyEvaluation<C extends Cell = Cell> =
  Evaluation<C> | RegressionEvaluation<C> | AbsoluteErrorEvaluation<C> | QuantileEvaluation<C>;
