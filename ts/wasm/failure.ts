/** The failures that the core reports as numbers, and the errors that users get for them. */

import { BpttError } from "../base/errors.js";
import { core } from "./core.js";
import { RawFailure } from "./enumerations.js";

/** The purpose of the memory that could not be allocated. */
const PURPOSES: Record<
  Exclude<RawFailure, RawFailure.Loss | RawFailure.Gradient | RawFailure.Update>,
  string
> = {
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

/** A report of the core: a loss or gradient that is not finite, or memory that could not be allocated. */
type Cause =
  | { readonly code: "NOT_FINITE"; readonly parameter: string; readonly what?: "gradient" | "update" }
  | { readonly code: "OUT_OF_MEMORY"; readonly purpose: string; readonly bytes: number };

/** A failure of the core before {@link fromCore} turns it into an error of the user's request. */
class CoreFailure extends Error {
  readonly reported: Cause;

  constructor(reported: Cause) {
    super(reported.code);
    this.reported = reported;
  }
}

/** Returns the last failure of the core. `parameterName` gives the name of a parameter by its index. */
export function failure(parameterName?: (index: number) => string): Error {
  const kind: RawFailure = core().failure_kind();
  const number = core().failure_number();
  if (kind === RawFailure.Loss) return new CoreFailure({ code: "NOT_FINITE", parameter: "loss" });
  if (kind === RawFailure.Gradient || kind === RawFailure.Update) {
    const what = kind === RawFailure.Gradient ? "gradient" : "update";
    return new CoreFailure({
      code: "NOT_FINITE",
      parameter: parameterName?.(number) ?? String(number),
      what,
    });
  }
  return new CoreFailure({ code: "OUT_OF_MEMORY", purpose: PURPOSES[kind], bytes: number });
}

/**
 * Turns a failure of the core into a {@link BpttError} and returns any other error unchanged. `sizes`
 * describes the request that did not fit.
 */
export function fromCore(error: unknown, sizes?: string): unknown {
  if (!(error instanceof CoreFailure)) return error;
  const { reported } = error;
  if (reported.code === "NOT_FINITE") {
    const { code, parameter, what } = reported;
    const subject = what === undefined ? "the loss" : `the ${what} of ${parameter}`;
    return new BpttError(code, `${subject} is NaN or infinite; nothing was changed`, { parameter });
  }
  const { code, purpose, bytes } = reported;
  const message = `out of memory: cannot allocate ${bytes} bytes for ${purpose}`;
  return new BpttError(code, sizes === undefined ? message : `${sizes}: ${message}`, { bytes });
}
