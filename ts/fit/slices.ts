/**
 * Divides work into slices, so that the event loop is never held longer than a slice or one piece of work.
 * Each slice is a macrotask. It ends when a piece as long as the longest recent one would no longer fit.
 */

import type { EventLoop } from "./event-loop.js";

/**
 * Time budget of a slice in milliseconds. It leaves room for a piece that is longer than the longest recent
 * one within a frame of 16.7 ms.
 */
const LENGTH = 10;
/**
 * Factor by which the longest recent duration decays with each piece: batches differ in length, and the first
 * ones run in code that is not optimized yet.
 */
const FORGETTING = 0.95;
/**
 * Number of pieces after which a slice ends in any case, because some runtimes stop the clock while code
 * runs.
 */
const MOST_PIECES = 500;
/** Number of such slices in a row, without an advance of the clock, after which the clock counts as stopped. */
const MOST_STILL = 100;

/** The slices of a run. */
export class Slices {
  readonly #eventLoop: EventLoop;
  #scheduled = false;
  #since = 0;
  #begun = 0; // when the current piece of work began
  #pieces = 0;
  #still = 0; // number of consecutive slices within which the clock did not advance
  #longest = 0; // decaying maximum of the duration of a piece in milliseconds

  constructor(eventLoop: EventLoop) {
    this.#eventLoop = eventLoop;
  }

  /** Begins a slice in a separate macrotask, unless one is scheduled. */
  schedule(work: () => void): void {
    if (this.#scheduled) return;
    if (this.#eventLoop.now() > this.#since) this.#still = 0;
    else if (this.#pieces >= MOST_PIECES) this.#still++;
    this.#scheduled = true;
    this.#eventLoop.defer(() => {
      this.#scheduled = false;
      this.#since = this.#eventLoop.now();
      this.#pieces = 0;
      work();
    });
  }

  /** True if the next piece belongs to another slice. */
  get isOver(): boolean {
    if (this.#pieces === 0) return false;
    return this.#pieces >= MOST_PIECES || this.#eventLoop.now() - this.#since + this.#longest > LENGTH;
  }

  /** True if the clock of this runtime does not advance. */
  get clockIsStopped(): boolean {
    return this.#still >= MOST_STILL;
  }

  /** True if the time budget is used up. A long piece can then leave its rest to another slice. */
  get isSpent(): boolean {
    return this.#eventLoop.now() - this.#since > LENGTH;
  }

  /** Begins a piece of work. */
  begin(): void {
    this.#begun = this.#eventLoop.now();
  }

  /** Ends the current piece of work. */
  end(): void {
    this.#pieces++;
    this.#longest = Math.max(this.#eventLoop.now() - this.#begun, this.#longest * FORGETTING);
  }
}
