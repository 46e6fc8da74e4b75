/** The core's failures as errors with their descriptions. errors.ts turns them into the errors that users see. */

import { core } from "./core.js";
import { RawFailure } from "./enumerations.js";

/** The purpose of the memory that could not be allocated. */
const PURPOSES: Record<Exclude<RawFailure, RawFailure.Loss | RawFailure.Gradient>, string> = {
  [RawFailure.Parameters]: "the parameters",
  [RawFailure.Network]: "the parameters, gradients and packed weights",
  [RawFailure.Gradients]: "the gradients",
  [RawFailure.PackedWeights]: "the packed weights",
  [RawFailure.PackedGradients]: "the packed gradients",
  [RawFailure.OrthogonalWeights]: "the orthogonal weights",
  [RawFailure.Moments]: "the optimizer's moments",
  [RawFailure.Workspace]: "the workspace",
  [RawFailure.CarriedState]: "the carried state",
  [RawFailure.SequenceLoss]: "sequenceLoss",
  [RawFailure.Sample]: "sample",
};

/** Returns the last failure as an error with a `code`, and `bytes` or `parameter`. */
export function failure(parameterName?: (index: number) => string): Error {
  const kind: RawFailure = core().failure_kind();
  const number = core().failure_number();
  if (kind === RawFailure.Loss)
    return Object.assign(new Error("the loss"), { code: "NOT_FINITE", parameter: "loss" });
  if (kind === RawFailure.Gradient) {
    const parameter = parameterName?.(number) ?? String(number);
    return Object.assign(new Error(`the gradient of ${parameter}`), { code: "NOT_FINITE", parameter });
  }
  return Object.assign(new Error(PURPOSES[kind]), { code: "OUT_OF_MEMORY", bytes: number });
}
