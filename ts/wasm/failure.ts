/** The core's failures as errors, from which errors.ts makes the user's: words for what the core only numbers. */

import { core } from "./core.js";

/** What memory was asked for, from number 3 on; in the order of `What` in crate/src/error.rs. */
const PURPOSES = [
  "the parameters",
  "the parameters, gradients and packed weights",
  "the gradients",
  "the packed weights",
  "the packed gradients",
  "the orthogonal weights",
  "the optimizer's moments",
  "the workspace",
  "the carried state",
  "sequenceLoss",
  "sample",
];

const LOSS = 1;
const GRADIENT = 2;

/** The last failure, as an error with a `code`, `bytes` or `parameter`, and what it is about for its message. */
export function failure(parameterName?: (index: number) => string): Error {
  const what = core().failure_what();
  const number = core().failure_number();
  if (what === LOSS) return Object.assign(new Error("the loss"), { code: "NOT_FINITE", parameter: "loss" });
  if (what === GRADIENT) {
    const parameter = parameterName?.(number) ?? String(number);
    return Object.assign(new Error(`the gradient of ${parameter}`), { code: "NOT_FINITE", parameter });
  }
  return Object.assign(new Error(PURPOSES[what - 3]), { code: "OUT_OF_MEMORY", bytes: number });
}
