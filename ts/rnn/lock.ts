/**
 * Who may touch a network when: nobody once it has been freed, one call at a time, and while a run trains it nobody but
 * that run may change it.
 */

import { BpttError } from "../base/errors.js";
import { fromCore } from "../wasm/failure.js";

/** The guards of one network. `method` is the method of `Rnn` that asks. */
export class Lock {
  #freed = false;
  #busy = false; // a call is reading its arguments or at work
  #held = false; // a run has it
  #admitted = false; // the run itself is at work

  /** Whether the memory has been given back. */
  get freed(): boolean {
    return this.#freed;
  }

  /** Refuses what comes after `free`. */
  expectAlive(method: string): void {
    if (this.#freed) throw new BpttError("FREED", `rnn.${method}: this network has been freed`);
  }

  /** Refuses what would change a network that a run has; not the run itself. */
  expectChangeable(method: string): void {
    if (this.#held && !this.#admitted) {
      throw new BpttError(
        "BUSY",
        `rnn.${method}: a run is training this network; await it, or stop it first`,
      );
    }
  }

  /** Runs `work` alone: a getter in the user's data that comes back meanwhile is refused. */
  use<Result>(method: string, work: () => Result): Result {
    this.expectAlive(method);
    this.#expectIdle(method);
    this.#busy = true;
    try {
      return work();
    } catch (error) {
      throw fromCore(error);
    } finally {
      this.#busy = false;
    }
  }

  /** Takes the network for a run; until `release` only what the run does by `admit` may change it. */
  hold(method: string): void {
    this.expectAlive(method);
    this.#expectIdle(method);
    this.expectChangeable(method);
    this.#held = true;
  }

  /** Lets `work` of the run that has the network change it. */
  admit<Result>(work: () => Result): Result {
    this.#admitted = true;
    try {
      return work();
    } finally {
      this.#admitted = false;
    }
  }

  /** The run has ended. */
  release(): void {
    this.#held = false;
  }

  /** From now on freed. Whether it was not yet. */
  free(): boolean {
    if (this.#freed) return false;
    this.#expectIdle("free");
    this.expectChangeable("free");
    this.#freed = true;
    return true;
  }

  #expectIdle(method: string): void {
    if (!this.#busy) return;
    throw new BpttError(
      "BUSY",
      `rnn.${method}: this network is reading its arguments; a getter of theirs called it`,
    );
  }
}
