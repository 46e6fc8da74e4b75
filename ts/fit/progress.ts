/** What a run says of itself: makes reports of a state and the clock, each n-th step and where it matters. */

import { isPromise } from "./batch-iterator.js";
import { eventLoop } from "./event-loop.js";
import type { Throughput } from "./throughput.js";
import { fractionDone, isMultiple, stepsLeft, type Plan } from "./plan.js";
import type { Report, Reports } from "./reports.js";
import type { RunState } from "./run-state.js";
import type { RunWarning } from "./warnings.js";

/** Is called with each report. */
export type Listener = (report: Report) => unknown;

/** To whom and how often. */
export interface Listening {
  readonly plan: Plan;
  readonly timeLimitSeconds: number | undefined;
  /** A report each so many steps. */
  readonly every: number;
  readonly onProgress: Listener | undefined;
  readonly reports: Reports;
  readonly trainer: { readonly warnings: readonly RunWarning[] };
}

/**
 * Settles the promise of a run that has ended. The error of an asynchronous listener that fails by the next macrotask
 * rejects it; the run waits no longer than that.
 */
export function settle(
  listener: PromiseLike<unknown> | undefined,
  resolve: () => void,
  reject: (reason: unknown) => void,
) {
  if (listener === undefined) return resolve();
  const loop = eventLoop();
  const turn = new Promise<void>((turned) => loop.defer(turned)).finally(() => loop.close());
  Promise.race([listener, turn]).then(() => resolve(), reject);
}

/** The reporter of a run. */
export class Progress {
  readonly #listening: Listening;
  readonly #throughput: Throughput;
  readonly #fail: (reason: unknown) => void;
  /** The promise of the last listener that was asynchronous. */
  lastListener: PromiseLike<unknown> | undefined;
  #perEpoch: number | undefined;
  #unreported = false;

  /** `fail` is called with the error of an asynchronous listener. */
  constructor(listening: Listening, throughput: Throughput, fail: (reason: unknown) => void) {
    this.#listening = listening;
    this.#throughput = throughput;
    this.#fail = fail;
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
    const { plan, reports, onProgress, timeLimitSeconds = Infinity, trainer } = this.#listening;
    const seconds = this.#throughput.elapsed / 1000;
    const fraction = Math.max(fractionDone(plan, state, this.#perEpoch), seconds / timeLimitSeconds);
    const report: Report = {
      step: state.step,
      ...state.last,
      validationLoss: state.validation?.loss,
      tokensPerSecond: this.#throughput.tokensPerSecond,
      fraction: Math.min(1, fraction),
      etaSeconds: this.#secondsLeft(state, timeLimitSeconds - seconds),
      warnings: trainer.warnings,
    };
    this.#unreported = false;
    reports.push(report);
    const listening = onProgress?.(report);
    if (!isPromise(listening)) return;
    this.lastListener = listening;
    listening.then(undefined, this.#fail);
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
