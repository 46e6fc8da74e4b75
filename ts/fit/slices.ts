/**
 * Work cut into slices, so that the event loop is never held longer than a slice or one piece of work: each slice is a
 * macrotask, and ends before a piece as long as the longest of late would not fit in any more.
 */

import type { EventLoop } from "./event-loop.js";

/** Milliseconds of a slice; with what a piece may take longer than all of late, within a frame of 16.7. */
const LENGTH = 10;
/** How the longest of late is forgotten, with each piece: batches differ in length, and the first are done by cold code. */
const FORGETTING = 0.95;
/** Pieces of work after which a slice ends all the same: some runtimes stop the clock while code runs. */
const MOST_PIECES = 500;
/** Such slices in a row, within each of which the clock did not advance, after which it counts as stopped. */
const MOST_STILL = 100;

/** The slices of a run. */
export class Slices {
  readonly #eventLoop: EventLoop;
  #scheduled = false;
  #since = 0;
  #begun = 0; // the piece of work
  #pieces = 0;
  #still = 0; // slices in a row within which the clock did not advance
  #longest = 0; // milliseconds of a piece, of late

  constructor(eventLoop: EventLoop) {
    this.#eventLoop = eventLoop;
  }

  /** Begins a slice in a macrotask of its own, unless one is about to. */
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

  /** Whether the next piece belongs to another slice. */
  get isOver(): boolean {
    if (this.#pieces === 0) return false;
    return this.#pieces >= MOST_PIECES || this.#eventLoop.now() - this.#since + this.#longest > LENGTH;
  }

  /** Whether the clock of this runtime does not advance. */
  get clockIsStopped(): boolean {
    return this.#still >= MOST_STILL;
  }

  /** Whether its time is spent: in the midst of a piece, to leave the rest of it to another slice. */
  get isSpent(): boolean {
    return this.#eventLoop.now() - this.#since > LENGTH;
  }

  /** Begins a piece of work. */
  begin(): void {
    this.#begun = this.#eventLoop.now();
  }

  /** Ends the piece of work that `begin` began. */
  end(): void {
    this.#pieces++;
    this.#longest = Math.max(this.#eventLoop.now() - this.#begun, this.#longest * FORGETTING);
  }
}
