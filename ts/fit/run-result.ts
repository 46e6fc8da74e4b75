/** What a run comes to. */

import type { RunWarning } from "./warnings.js";
import { copyRunState, type RunState, type Stopped } from "./run-state.js";

/** What was not finite. */
export interface Divergence {
  /** The step that was not done, counted from 1; the updates done, where it was a validation. */
  step: number;
  /** The parameter whose gradient it was, or "loss". */
  parameter: string;
  /** In words. */
  message: string;
}

/** What a run comes to. */
export interface RunResult {
  /** Updates done, those before a resume included. */
  steps: number;
  /** Epochs done in full. */
  epochs: number;
  /** Of the last step, before its update, in nats; NaN when no step was done. */
  loss: number;
  /** Of the weights that are kept where they are the best ones, else of the last validation; undefined without one. */
  validationLoss: number | undefined;
  /**
   * Why it ended: all is `"finished"`, `stop()` was called (`"stopped"`), the signal said so (`"aborted"`), the
   * validation loss no longer fell (`"early"`), the time was up (`"timeLimit"`), or a loss or gradient was not finite
   * (`"diverged"`).
   */
  stopped: Stopped;
  /** Updates in the weights that the network now has: fewer than `steps` where better or last good ones were put back. */
  keptStep: number;
  /** What was not finite, where it diverged. */
  divergence: Divergence | undefined;
  /** Signs that the run did not train well, found since it was started or resumed. */
  warnings: readonly RunWarning[];
  /** Running time of this run, pauses left out. */
  seconds: number;
  /** Where the run stands: for `resumeFrom`, unless it came to its end. */
  state: RunState;
}

/** What a result says beyond its state. */
export interface Outcome extends Pick<RunResult, "stopped" | "keptStep" | "warnings" | "seconds"> {
  readonly divergence?: Divergence | undefined;
}

/** Returns the result of a run that ended in `state`. It shares no memory with the state. */
export function endRun(
  state: RunState,
  { stopped, keptStep, warnings, seconds, divergence }: Outcome,
): RunResult {
  const { step, epoch, last, best, validation } = state;
  return {
    steps: step,
    epochs: epoch - 1,
    loss: last?.loss ?? NaN,
    validationLoss: (keptStep === best?.step ? best : validation)?.loss,
    stopped,
    keptStep,
    divergence,
    warnings,
    seconds,
    state: copyRunState(state),
  };
}
