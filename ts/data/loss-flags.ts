/**
 * The four averaging flags of TensorFlow's `sequence_loss`: seven of their sixteen combinations mean something.
 *
 * Average and sum over one axis contradict each other (TensorFlow 1.15 raises); average over one axis with sum over
 * the other is read by 1.15 as if the sum were not there and refused by tensorflow-addons: refused here as well.
 */

import { boolean } from "../base/check.js";
import { rangeError } from "../base/errors.js";
import type { ReductionName } from "../wasm/raw-rnn.js";

/** How the weighted cross-entropies (B, T) become the result; see {@link sequenceLoss}. */
export interface LossFlags {
  /** Divide by the sum of the weights over time. Default true. */
  averageAcrossTimesteps?: boolean;
  /** Divide by the sum of the weights over the batch. Default true. */
  averageAcrossBatch?: boolean;
  /** Divide by the number of weights that are not 0 over time. Default false. */
  sumOverTimesteps?: boolean;
  /** Divide by the number of weights that are not 0 over the batch. Default false. */
  sumOverBatch?: boolean;
}

/** The names, in the order of the bits below. */
export const FLAG_NAMES = [
  "averageAcrossTimesteps",
  "averageAcrossBatch",
  "sumOverTimesteps",
  "sumOverBatch",
] as const;

/** Bits of the result of {@link lossFlags}. */
export const AVERAGE_TIME = 1;
export const AVERAGE_BATCH = 2;
export const SUM_TIME = 4;
export const SUM_BATCH = 8;

/** The flags as bits, if together they mean something. */
export function lossFlags(options: LossFlags): number {
  const flags =
    (boolean(options.averageAcrossTimesteps, FLAG_NAMES[0], true) ? AVERAGE_TIME : 0) |
    (boolean(options.averageAcrossBatch, FLAG_NAMES[1], true) ? AVERAGE_BATCH : 0) |
    (boolean(options.sumOverTimesteps, FLAG_NAMES[2], false) ? SUM_TIME : 0) |
    (boolean(options.sumOverBatch, FLAG_NAMES[3], false) ? SUM_BATCH : 0);
  const averages = flags & (AVERAGE_TIME | AVERAGE_BATCH);
  const sums = flags & (SUM_TIME | SUM_BATCH);
  if (averages && sums) {
    const hint = "the averages are true unless set to false";
    throw rangeError(firstOf(flags), "averages or sums, not both", names(flags), { hint });
  }
  return flags;
}

/** Returns the scalar form of the loss that the flags ask for, since training and evaluation need one number. */
export function scalarLoss(options: LossFlags): ReductionName {
  const flags = lossFlags(options);
  if (flags === (AVERAGE_TIME | AVERAGE_BATCH)) return "average";
  if (flags === (SUM_TIME | SUM_BATCH)) return "sum";
  const received =
    flags === 0 ? "none, which leaves a matrix (B,T)" : `${names(flags)}, which leaves a vector`;
  throw rangeError(firstOf(flags), "both averages or both sums, since training needs one number", received);
}

/** The flag to blame: the first that is set, or the first of all. */
function firstOf(flags: number): string {
  return FLAG_NAMES.find((_, bit) => flags & (1 << bit)) ?? FLAG_NAMES[0];
}

function names(flags: number): string {
  return FLAG_NAMES.filter((_, bit) => flags & (1 << bit)).join(", ");
}
