/** What a run says of itself: makes reports of a state, the last step and the clock, each n-th step and where it matters. */

import type { Pace } from "./pace.js";
import { fractionDone, stepsLeft, type Plan } from "./plan.js";
import type { Report, Reports } from "./reports.js";
import type { RunState } from "./run-state.js";
import type { StepOutcome } from "./trainee.js";

/** To whom and how often. */
export interface Listening {
  readonly plan: Plan;
  readonly timeLimitSeconds: number | undefined;
  /** A report each so many steps. */
  readonly every: number;
  readonly onProgress: ((report: Report) => void) | undefined;
  readonly reports: Reports;
}

/** The reporter of a run. */
export class Progress {
  readonly #listening: Listening;
  readonly #pace: Pace;
  #perEpoch: number | undefined;
  #last: { epoch: number; step: StepOutcome } | undefined; // of this run, not of the one it resumes
  #unreported = false;

  constructor(listening: Listening, pace: Pace) {
    this.#listening = listening;
    this.#pace = pace;
    this.#perEpoch = listening.plan.stepsPerEpoch;
  }

  /** A step has been done, in that epoch. */
  stepped(state: RunState, epoch: number, step: StepOutcome): void {
    this.#pace.count(step.timeSteps);
    this.#last = { epoch, step };
    this.#unreported = true;
    if (state.step % this.#listening.every === 0) this.#report(state);
  }

  /** An epoch had so many batches. */
  endedEpoch(batches: number): void {
    this.#perEpoch = batches;
  }

  /** A validation has been done. */
  validated(state: RunState): void {
    this.#report(state);
  }

  /** The last report, if the last step had none. */
  finish(state: RunState): void {
    if (this.#unreported) this.#report(state);
  }

  #report(state: RunState): void {
    if (this.#last === undefined) return;
    const { plan, reports, onProgress, timeLimitSeconds = Infinity } = this.#listening;
    const { epoch, step } = this.#last;
    const seconds = this.#pace.elapsed / 1000;
    const fraction = Math.max(fractionDone(plan, state, this.#perEpoch), seconds / timeLimitSeconds);
    const report: Report = {
      step: state.step,
      epoch,
      loss: step.loss,
      validationLoss: state.validation?.loss,
      gradientNorm: step.gradientNorm,
      learningRate: step.learningRate,
      tokensPerSecond: this.#pace.tokensPerSecond,
      fraction: Math.min(1, fraction),
      etaSeconds: this.#secondsLeft(state, timeLimitSeconds - seconds),
    };
    this.#unreported = false;
    reports.push(report);
    onProgress?.(report);
  }

  #secondsLeft(state: RunState, limit: number): number | undefined {
    const left = stepsLeft(this.#listening.plan, state, this.#perEpoch);
    const { stepsPerSecond } = this.#pace;
    let seconds = Infinity;
    if (left === 0) seconds = 0;
    else if (left !== undefined && stepsPerSecond > 0) seconds = left / stepsPerSecond;
    seconds = Math.min(seconds, Math.max(0, limit));
    return seconds === Infinity ? undefined : seconds;
  }
}
