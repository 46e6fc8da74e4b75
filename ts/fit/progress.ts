/** What a run says of itself: makes reports of a state and the clock, each n-th step and where it matters. */

import type { Throughput } from "./throughput.js";
import { fractionDone, isMultiple, stepsLeft, type Plan } from "./plan.js";
import type { Report, Reports } from "./reports.js";
import type { RunState } from "./run-state.js";

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
  readonly #throughput: Throughput;
  #perEpoch: number | undefined;
  #unreported = false;

  constructor(listening: Listening, throughput: Throughput) {
    this.#listening = listening;
    this.#throughput = throughput;
    this.#perEpoch = listening.plan.stepsPerEpoch;
  }

  /** A step over so many tokens has been done; it is told of where it is one of each n-th, or `must` be. */
  stepped(state: RunState, tokens: number, must: boolean): void {
    this.#throughput.count(tokens);
    this.#unreported = true;
    if (must || isMultiple(state.step, this.#listening.every)) this.#report(state);
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
    if (state.last === null) return;
    const { plan, reports, onProgress, timeLimitSeconds = Infinity } = this.#listening;
    const seconds = this.#throughput.elapsed / 1000;
    const fraction = Math.max(fractionDone(plan, state, this.#perEpoch), seconds / timeLimitSeconds);
    const report: Report = {
      step: state.step,
      ...state.last,
      validationLoss: state.validation?.loss,
      tokensPerSecond: this.#throughput.tokensPerSecond,
      fraction: Math.min(1, fraction),
      etaSeconds: this.#secondsLeft(state, timeLimitSeconds - seconds),
    };
    this.#unreported = false;
    reports.push(report);
    onProgress?.(report);
  }

  #secondsLeft(state: RunState, limit: number): number | undefined {
    const left = stepsLeft(this.#listening.plan, state, this.#perEpoch);
    const { stepsPerSecond } = this.#throughput;
    let seconds = Infinity;
    if (left === 0) seconds = 0;
    else if (left !== undefined && stepsPerSecond > 0) seconds = left / stepsPerSecond;
    seconds = Math.min(seconds, Math.max(0, limit));
    return seconds === Infinity ? undefined : seconds;
  }
}
