/**
 * Reports on their way to listeners. A listener that is slower than the run misses the ones in between: it always gets
 * the newest that it has not seen, and the last one before the end.
 */

import type { RunWarning } from "./warnings.js";

/** What a run says of a step. Only `step` to `learningRate` and `warnings` are the same at each repetition; the others are of the clock. */
export interface Report {
  /** Updates done. */
  step: number;
  /** The epoch of that step, counted from 1. */
  epoch: number;
  /** Of the step's batch before its update, in nats. */
  loss: number;
  /** Of the last validation there was, in nats. */
  validationLoss: number | undefined;
  /** Of all gradients together, before clipping. */
  gradientNorm: number;
  /** With which the step was done. */
  learningRate: number;
  /** Time steps within the lengths that were trained on, a second. */
  tokensPerSecond: number;
  /** How much of the run is done, 0 … 1; of the epochs alone while nobody knows how long one is. */
  fraction: number;
  /** Seconds to the end at the present throughput; undefined while nobody knows. */
  etaSeconds: number | undefined;
  /** Signs that the run will not train well, found since it was started or resumed. */
  warnings: readonly RunWarning[];
}

/** A queue of one, for any number of listeners. */
export class Reports implements AsyncIterable<Report> {
  #newest: Report | undefined;
  #count = 0; // of reports so far
  #ended = false;
  #error: { reason: unknown } | undefined;
  #waiting: (() => void)[] = [];

  /** The newest report. */
  get newest(): Report | undefined {
    return this.#newest;
  }

  /** Makes `report` the newest. */
  push(report: Report): void {
    this.#newest = report;
    this.#count++;
    this.#wake();
  }

  /** Nothing more will come: the listeners' loops end, or throw `error`'s reason. */
  end(error?: { reason: unknown }): void {
    this.#ended = true;
    this.#error = error;
    this.#wake();
  }

  /** A listener of its own: it starts with the newest report there is. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Report, void, undefined> {
    let seen = 0;
    for (;;) {
      if (this.#newest !== undefined && seen < this.#count) {
        seen = this.#count;
        yield this.#newest;
      } else if (this.#ended) {
        if (this.#error) throw this.#error.reason;
        return;
      } else {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
