/**
 * How far float32 may be from the truth, and why. u = 2⁻²⁴ = 6e-8 is the rounding error of one operation.
 * What was seen: TensorFlow's and PyTorch's own float32 against their own float64 on the golden cases.
 */
import type { Tolerance } from "./compare.js";

/** Hidden states lie in ±1 and cost about 30 roundings and a tanh. Seen 2e-7 (TensorFlow); tenfold for another tanh. */
export const STATE: Tolerance = { absolute: 2e-6 };

/** Logits sum H products and are not bounded: the same, and as much of the largest one. */
export const LOGITS: Tolerance = { absolute: 2e-6, relative: 2e-6 };

/** A weighted mean of cross-entropies. Seen 2e-7 of the loss; tenfold for another order of summation. */
export const LOSS: Tolerance = { absolute: 2e-6, relative: 2e-6 };

/** A gradient sums B·T terms through T steps: small elements are what is left of large ones. Seen 5e-7 of the largest. */
export const GRADIENT: Tolerance = { relative: 1e-5 };

/** √Σg²: as exact as the gradients themselves. */
export const NORM: Tolerance = { relative: 1e-5 };

/** A loss along hundreds of steps, errors fed back through Adam each time. Seen 2.4e-6. */
export const LOSS_IN_TRAINING: Tolerance = { absolute: 1e-5 };

/** Weights at the end of 100 to 300 steps of 0.1: Adam divides small gradients by small roots. Seen 3.7e-5. */
export const WEIGHTS_AFTER_TRAINING: Tolerance = { absolute: 2e-4 };
