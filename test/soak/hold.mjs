// How long this thread's event loop is held. A task of our own asks for its turn again and again; the time from one turn
// to the next is what any other task would have had to wait.
//
// Other processes hold nothing, they only take the processor: the time that this thread was ready to run and did not
// (Linux: the second number of its schedstat) is left out, where the system says it.

import { openSync, readSync } from "node:fs";

const buffer = Buffer.alloc(64);
/** @type {number | undefined} */
let file;
try {
  file = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
} catch {
  // another system
}

/** Whether waiting for a processor is left out. */
export const leavesWaitingOut = file !== undefined;

/** Milliseconds of the processor that this thread had, and for which it waited. */
export function processor() {
  if (file === undefined) return { had: process.cpuUsage().user / 1000, waited: 0 };
  const [had = 0, waited = 0] = buffer.toString("latin1", 0, readSync(file, buffer, 0, 64, 0)).split(" ");
  return { had: Number(had) / 1e6, waited: Number(waited) / 1e6 };
}

/** Milliseconds since some moment, without waiting for a processor. */
export const now = () => performance.now() - processor().waited;

/** The event loop under watch. */
export class HoldWatch {
  #last = now();
  #watching = true;
  /** @type {number[]} milliseconds */
  #holds = [];

  constructor() {
    const turn = () => {
      if (!this.#watching) return;
      const at = now();
      this.#holds.push(at - this.#last);
      this.#last = at;
      setImmediate(turn);
    };
    setImmediate(turn);
  }

  /** Ends it. */
  stop() {
    this.#watching = false;
    const [first = NaN, ...others] = this.#holds;
    return { first, longest: others.reduce((a, b) => Math.max(a, b), 0), turns: this.#holds.length };
  }
}
