/**
 * What an optimizer is to a network: its settings and the network it is bound to. The moments live in the network's
 * memory. Found by a brand, so that an optimizer of one entry ("bptt") works with a network of another ("bptt/slim").
 */

import { expected } from "./check.js";

/** Settings of Adam, checked. */
export interface OptimizerState {
  readonly kind: "adam";
  learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly torchForm: boolean;
  readonly weightDecay: number;
  /** Identity of the first network it stepped. */
  network: object | undefined;
}

const BRAND = Symbol.for("bptt.optimizer");

/** Marks `optimizer` as one, with its state. */
export function brandOptimizer(optimizer: object, state: OptimizerState): void {
  Object.defineProperty(optimizer, BRAND, { value: state });
}

/** The state behind an optimizer that a user handed in. */
export function optimizerState(optimizer: unknown): OptimizerState {
  const state =
    typeof optimizer === "object" && optimizer !== null ? Reflect.get(optimizer, BRAND) : undefined;
  if (state === undefined)
    throw new TypeError(expected("optimizer", "an optimizer (new Adam(…))", optimizer));
  return state as OptimizerState;
}
