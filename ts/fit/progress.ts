/**
 * Creates the reports of a run from its state and the clock: for every n-th step, after validations, and at
 * the end.
 */

import { isPromise } from "./batch-iterator.js";
import { eventLoop } from "./event-loop.js";
import type { Throughput } from "./throughput.js";
import { fractionDone, isMultiple, stepsLeft, type Plan } from "./plan.js";
import type { Report, Reports } from "./reports.js";
import type { RunState } from "./run-state.js";
import type { RunWarning } from "./warnings.js";

/** A function that is called with each report. */
export type Listener = (report: Report) => unknown;

/** The destinations and the frequency of reports. */
export interface Listening {
  readonly plan: Plan;
  readonly timeLimitSeconds: number | undefined;
  /** Number of steps between two reports. */
  readonly every: number;
  readonly onProgress: Listener | undefined;
  readonly reports: Reports;
  readonly trainer: { readonly warnings: readonly RunWarning[] };
}

/**
 * Settles the promise of a run that has ended. If an asynchronous listener fails by the next macrotask, its
 * error rejects the promise. The run does not wait longer than that.
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
  /** The promise of the last asynchronous listener. */
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

  /** Counts a step over `tokens` tokens. It is reported if it is an n-th step, or if `must` is true. */
  stepped(state: RunState, tokens: number, must: boolean): void {
    this.#throughput.count(tokens);
    this.#unreported = true;
    if (must || isMultiple(state.step, this.#listening.every)) this.#report(state);
  }

  /** Records the number of batches of an epoch. */
  endedEpoch(batches: number): void {
    this.#perEpoch = batches;
  }

  /** Reports a validation. */
  validated(state: RunState): void {
    this.#report(state);
  }

  /** Reports the last step, unless it was reported. */
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
