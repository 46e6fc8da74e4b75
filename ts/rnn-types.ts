/** What the methods of {@link Rnn} take and return. */

import type { SequenceInputs } from "./batch.js";
import type { State } from "./state.js";
import type { Numbers3, Tensor } from "./tensor.js";

/** What {@link Rnn#forward} returns. */
export interface ForwardResult {
  /** (B, T, D·H) the hidden states; 0 past a row's length. */
  outputs: Tensor;
  /** (B, T, V); the same object as `outputs` when there is no output layer. */
  logits: Tensor;
  /** (L·D, B, H) after each row's last step. */
  state: State;
}

/** What {@link Rnn#gradients} returns. */
export interface GradientsResult {
  /** In nats. */
  loss: number;
  /** dloss/dparameter by the parameter's name. */
  gradients: Record<string, Tensor>;
  /** (L·D, B, H) */
  initialStateGradient: State;
  /** (L·D, B, H) after each row's last step. */
  state: State;
}

/** What {@link Rnn#backward} takes: the inputs of a forward pass, and a loss's gradients with respect to its results. */
export interface BackwardInputs extends SequenceInputs {
  /** (B, T, D·H). Default: zeros. Not read past a row's length. */
  outputsGradient?: Numbers3;
  /** (B, T, V). Default: zeros. Not read past a row's length. */
  logitsGradient?: Numbers3;
  /** (L·D, B, H). Default: zeros. */
  stateGradient?: Numbers3;
}

/** What {@link Rnn#backward} returns. */
export interface BackwardResult {
  /** By the parameter's name. */
  gradients: Record<string, Tensor>;
  /** (B, T, I), for dense inputs only. */
  inputsGradient?: Tensor;
  /** (L·D, B, H) */
  initialStateGradient: State;
}

/** Options of {@link Rnn#applyGradients}. */
export interface ClipOptions {
  /** Largest norm of all gradients together, 1e-30 … 1e30: g·clip·min(1/norm, 1/clip). Default false: no clipping. */
  clipNorm?: number | false;
}

/** Options of {@link Rnn#trainStep}. */
export interface TrainStepOptions extends ClipOptions {
  /** Return a copy of the final state. Default false. */
  returnState?: boolean;
  /**
   * Start from the final state of the previous call that had `carryState` (zeros at first) and keep this call's:
   * truncated BPTT. An `initialState` in the batch goes before the kept one. Default false.
   */
  carryState?: boolean;
}

/** What {@link Rnn#trainStep} returns. */
export interface TrainStepResult {
  /** Of the weights before the update, in nats. */
  loss: number;
  /** Of all gradients together, before clipping. */
  gradientNorm: number;
  /** (L·D, B, H), with `returnState`. */
  state?: State;
}

/** What {@link Rnn#evaluate} returns. */
export interface Evaluation {
  /** In nats. */
  loss: number;
  /** Σ weights·[argmax logits = target] / Σ weights, over the steps within the lengths. */
  accuracy: number;
}
