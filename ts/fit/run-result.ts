/** The result of a run. */

import type { RunWarning } from "./warnings.js";
import { copyRunState, type RunState, type Stopped } from "./run-state.js";

/** A value that was not finite. */
export interface Divergence {
  /** The step that was not done, counted from 1; for a validation, the number of updates done. */
  step: number;
  /** The name of the parameter whose gradient or update was not finite, or "loss". */
  parameter: string;
  /** A description for people. */
  message: string;
}

/** The result of a run. */
export interface RunResult {
  /** Number of updates done, including those before a resume. */
  steps: number;
  /** Number of complete epochs. */
  epochs: number;
  /** Loss of the last step before its update, in nats; NaN if no step was done. */
  loss: number;
  /**
   * Validation loss of the best weights if they were kept, otherwise of the last validation, in nats;
   * undefined without a validation.
   */
  validationLoss: number | undefined;
  /**
   * Reason for the end: all work was done (`"finished"`), `stop()` was called (`"stopped"`), the signal
   * aborted (`"aborted"`), the validation loss no longer fell (`"early"`), the time limit was reached
   * (`"timeLimit"`), or a loss, gradient or update was not finite (`"diverged"`).
   */
  stopped: Stopped;
  /**
   * Number of updates in the network's final weights. It is less than `steps` if better or last good weights
   * were restored.
   */
  keptStep: number;
  /** The value that was not finite, if the run diverged. */
  divergence: Divergence | undefined;
  /** Signs that the run did not train well, found since it was started or resumed. */
  warnings: readonly RunWarning[];
  /** Running time of this run in seconds, without pauses. */
  seconds: number;
  /** State of the run at its end. It can be passed as `resumeFrom`, unless the run was complete. */
  state: RunState;
}

/** The part of a result that its state does not contain. */
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
