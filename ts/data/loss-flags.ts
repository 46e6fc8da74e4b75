/**
 * The four averaging flags of TensorFlow's `sequence_loss`. Seven of their sixteen combinations are valid.
 *
 * Average and sum over one axis contradict each other (TensorFlow 1.15 raises). Average over one axis with
 * sum over the other is refused as well: TensorFlow 1.15 ignores the sum there, and tensorflow-addons refuses
 * it.
 */

import { boolean } from "../base/check.js";
import { rangeError } from "../base/errors.js";
import type { ReductionName } from "../wasm/raw-rnn.js";
import { readOption, type Declaration, type OptionsOf } from "../base/options.js";

/** The flags in the order of the bits below. */
export const LOSS_FLAGS = {
  /** Divides by the sum of the weights over time. Default true. */
  averageAcrossTimesteps: { read: boolean, fallback: true },
  /** Divides by the sum of the weights over the batch. Default true. */
  averageAcrossBatch: { read: boolean, fallback: true },
  /** Divides by the number of nonzero weights over time. Default false. */
  sumOverTimesteps: { read: boolean, fallback: false },
  /** Divides by the number of nonzero weights over the batch. Default false. */
  sumOverBatch: { read: boolean, fallback: false },
} satisfies Declaration;

/**
 * Flags that say how the weighted cross-entropies (B, T) are reduced to the result. See {@link sequenceLoss}.
 */
export interface LossFlags extends OptionsOf<typeof LOSS_FLAGS> {}

/** Bits of the result of {@link lossFlags}. */
export const AVERAGE_TIME = 1;
export const AVERAGE_BATCH = 2;
export const SUM_TIME = 4;
export const SUM_BATCH = 8;

/** Returns the flags as bits if their combination is valid. */
export function lossFlags(options: LossFlags): number {
  const flags =
    (readOption(options, LOSS_FLAGS, "averageAcrossTimesteps") ? AVERAGE_TIME : 0) |
    (readOption(options, LOSS_FLAGS, "averageAcrossBatch") ? AVERAGE_BATCH : 0) |
    (readOption(options, LOSS_FLAGS, "sumOverTimesteps") ? SUM_TIME : 0) |
    (readOption(options, LOSS_FLAGS, "sumOverBatch") ? SUM_BATCH : 0);
  const averages = flags & (AVERAGE_TIME | AVERAGE_BATCH);
  const sums = flags & (SUM_TIME | SUM_BATCH);
  if (averages && sums) {
    const hint = "the averages are true unless set to false";
    throw rangeError(firstOf(flags), "averages or sums, not both", namesOf(flags).join(", "), { hint });
  }
  return flags;
}

/**
 * Returns the scalar form of the loss that the flags request. Training and evaluation need a single number.
 */
export function scalarLoss(options: LossFlags): ReductionName {
  const flags = lossFlags(options);
  if (flags === (AVERAGE_TIME | AVERAGE_BATCH)) return "average";
  if (flags === (SUM_TIME | SUM_BATCH)) return "sum";
  const received =
    flags === 0 ? "none, which leaves a matrix (B,T)" : `${namesOf(flags).join(", ")}, which leaves a vector`;
  throw rangeError(firstOf(flags), "both averages or both sums, since training needs one number", received);
}

/** Returns the flag that an error is about: the first that is set, or the first of all. */
function firstOf(flags: number): string {
  return namesOf(flags)[0] ?? "averageAcrossTimesteps";
}

function namesOf(flags: number): string[] {
  return Object.keys(LOSS_FLAGS).filter((_, bit) => flags & (1 << bit));
}
