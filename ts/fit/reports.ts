/**
 * A queue of reports for listeners. A listener that is slower than the run misses reports: it always gets the
 * newest one that it has not seen, and the last one before the end.
 */

import type { RunWarning } from "./warnings.js";

/**
 * A report about one step of a run. The fields `step` to `learningRate` and `warnings` are the same each time
 * the run is repeated; the others depend on the clock.
 */
export interface Report {
  /** Number of updates done. */
  step: number;
  /** Epoch of the step, counted from 1. */
  epoch: number;
  /** Loss of the step's batch before its update, in nats. */
  loss: number;
  /** Loss of the last validation, in nats; undefined before the first. */
  validationLoss: number | undefined;
  /** Norm of all gradients together, before clipping. */
  gradientNorm: number;
  /** Learning rate of the step. */
  learningRate: number;
  /** Number of time steps trained on per second, within the sequence lengths. */
  tokensPerSecond: number;
  /**
   * Fraction of the run that is done, 0 … 1. It counts whole epochs only while the length of an epoch is
   * unknown.
   */
  fraction: number;
  /** Estimated seconds to the end at the current throughput; undefined while it is unknown. */
  etaSeconds: number | undefined;
  /** Signs that the run will not train well, found since it was started or resumed. */
  warnings: readonly RunWarning[];
}

/** A queue of one report, for any number of listeners. */
export class Reports implements AsyncIterable<Report> {
  #newest: Report | undefined;
  #count = 0; // number of reports so far
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

  /** Ends the loops of the listeners, which throw the reason of `error` if there is one. */
  end(error?: { reason: unknown }): void {
    this.#ended = true;
    this.#error = error;
    this.#wake();
  }

  /** Iterates over the reports for one listener, starting with the newest one. */
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
