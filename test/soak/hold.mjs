// How long this thread's event loop is held. A task of our own asks for its turn again and again; the time from one turn
// to the next is what any other task would have had to wait.
//
// Other processes hold nothing, they only take the processor. Where the system counts it (Linux: a thread's schedstat), the
// time is left out in which this thread was ready to run and did not, and in which it slept on a lock of the system.

import { openSync, readSync } from "node:fs";

const buffer = Buffer.alloc(64);
/** @type {number | undefined} */
let file;
try {
  file = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
} catch {
  // another system
}

/** How stale the count of the time had may be: a tick of the system's clock, in milliseconds. */
const TICK = 4;

/** Milliseconds: by the clock, on the processor, and waiting for one; the last two are NaN where nobody counts them. */
export function times() {
  const clock = performance.now();
  if (file === undefined) return { clock, had: NaN, waited: NaN };
  const [had, waited] = buffer.toString("latin1", 0, readSync(file, buffer, 0, 64, 0)).split(" ");
  return { clock, had: Number(had) / 1e6, waited: Number(waited) / 1e6 };
}

/** @typedef {ReturnType<typeof times>} Times */

/** What this thread itself took. @param {Times} from @param {Times} to */
export function own(from, to) {
  const clock = to.clock - from.clock;
  if (file === undefined) return clock;
  return Math.max(0, Math.min(clock - (to.waited - from.waited), to.had - from.had + TICK));
}

/** The event loop under watch. */
export class HoldWatch {
  #last = times();
  #watching = true;
  /** @type {number[]} milliseconds */
  #holds = [];
  #clock = 0;

  constructor() {
    const turn = () => {
      if (!this.#watching) return;
      const at = times();
      this.#holds.push(own(this.#last, at));
      this.#clock = Math.max(this.#clock, at.clock - this.#last.clock);
      this.#last = at;
      setImmediate(turn);
    };
    setImmediate(turn);
  }

  /** Ends it. */
  stop() {
    this.#watching = false;
    const most = (/** @type {number[]} */ holds) => holds.reduce((a, b) => Math.max(a, b), 0);
    return { first: most(this.#holds.slice(0, 2)), longest: most(this.#holds.slice(2)), clock: this.#clock };
  }
}
