/**
 * What a cell is: one time step of one row, and its derivative. The loop over time (layer.ts) is the same for all.
 *
 * The input's part of the pre-activations comes in ready, a = x_t·W_ih + b_h (G·H); how the previous state joins it is
 * the cell's own affair.
 */

/** h (H), followed for an lstm by c (H). */
export type State = readonly Float64Array[];

export interface Recurrent {
  readonly w_hh: Float64Array; // (H, G·H)
  readonly b_hn?: Float64Array | undefined; // (H), gru with reset after
}

/** What one step did: all that its derivative needs. */
export interface Step {
  readonly previous: State;
  readonly next: State;
  readonly gates: Float64Array; // (G·H): the gates' values, after their activations
}

export interface StepBackward {
  readonly da: Float64Array; // (G·H): ∂L/∂a
  readonly dprevious: State;
}

export interface Cell {
  readonly G: number;
  readonly states: 1 | 2; // whether there is a c
  step(a: Float64Array, previous: State, parameters: Recurrent): Step;
  /** Adds to the gradients of the recurrent parameters. */
  backward(dnext: State, step: Step, parameters: Recurrent, gradients: Recurrent): StepBackward;
}
