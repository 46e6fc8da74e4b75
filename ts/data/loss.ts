/** The loss of a batch: its formula, what divides it, and the shapes of targets and weights that follow from it. */

import { number, oneOf } from "../base/check.js";
import { at, rangeError, typeError } from "../base/errors.js";
import { show } from "../base/show.js";
import { FLOATS, INTEGERS, typedArrayKind } from "../base/typed-array.js";
import type { CostName, ReductionName } from "../wasm/raw-rnn.js";
import { scalarLoss, type LossFlags } from "./loss-flags.js";

const LOSSES = [
  "crossEntropy",
  "meanSquaredError",
  "meanAbsoluteError",
  "quantile",
  "binaryCrossEntropy",
] as const satisfies readonly CostName[];

/** The names of the losses. */
export type LossName = (typeof LOSSES)[number];

/** The loss of a batch. */
export interface BatchLoss {
  readonly name: LossName;
  readonly reduction: ReductionName;
  /** Of the quantile loss; empty for others. */
  readonly quantiles: readonly number[];
  /** K: target values of each step; 0 for classes. */
  readonly values: number;
  /** True if each target value has a separate weight. */
  readonly weightedValues: boolean;
}

/** The loss to assume for passes without targets. */
export const DEFAULT_LOSS: BatchLoss = {
  name: "crossEntropy",
  reduction: "average",
  quantiles: [],
  values: 0,
  weightedValues: false,
};

/** The weights of each step: one, or one for each of its target values. */
export function weightsPerStep({ values, weightedValues }: BatchLoss): number {
  return weightedValues ? values : 1;
}

/** The options of a batch that describe its loss. */
export interface LossOptions extends LossFlags {
  readonly loss?: unknown;
  readonly quantiles?: unknown;
}

/**
 * Reads the loss of a batch for a network of so many outputs.
 *
 * @param rank the rank of the weights: 3 for weights of target values
 */
export function readLoss(options: LossOptions, outputs: number, rank: number): BatchLoss {
  const { loss, quantiles: given } = options;
  const name = loss === undefined ? "crossEntropy" : oneOf(loss, "loss", LOSSES);
  const reduction = scalarLoss(options);
  if (name !== "quantile" && given !== undefined) {
    throw rangeError("quantiles", `undefined for loss "${name}"`, show(given));
  }
  const quantiles = name === "quantile" ? readQuantiles(given, outputs) : [];
  const values = name === "crossEntropy" ? 0 : outputs / Math.max(1, quantiles.length);
  return { name, reduction, quantiles, values, weightedValues: values > 0 && rank === 3 };
}

/** Ascending numbers between 0 and 1, as many as divide the outputs. */
function readQuantiles(value: unknown, outputs: number): number[] {
  const kind = typedArrayKind(value);
  if (!Array.isArray(value) && kind !== INTEGERS && kind !== FLOATS) {
    throw typeError("quantiles", "an array of ascending numbers between 0 and 1", show(value));
  }
  const levels = value as ArrayLike<unknown>;
  const { length } = levels;
  if (!(outputs % length === 0)) {
    const expected = `a number of levels that divides the ${outputs} outputs (K·Q)`;
    throw rangeError("quantiles", expected, show(length));
  }
  let before = 0;
  return Array.from({ length }, (_, q) => {
    const level = number(levels[q], at("quantiles", q));
    if (!(level > before && level < 1)) {
      throw rangeError(at("quantiles", q), `a number > ${before} and < 1`, show(level));
    }
    return (before = level);
  });
}
