/**
 * Who may touch a network when: nobody once it has been freed, one call at a time, and while a run trains it nobody but
 * that run may change it.
 */

import { BpttError } from "../base/errors.js";

/** A run that was stopped and has yet to do its last step in a worker. */
export interface PendingLastStep {
  /** Resolves when the run has released the network. */
  readonly ended: Promise<void>;
  /** Ends the run without its last step and releases the network. */
  discard(): void;
}

/** The guards of one network. `method` is the method of `Rnn` that asks. */
export class Lock {
  // These two are plain properties, because they are reset where a call could fail at the end of JavaScript's stack.
  /** Whether a call is reading its arguments or working. `enter` sets it, the end of the call resets it. */
  busy = false;
  /** Whether the run that has the network is working: then it may change the network. */
  admitted = false;
  #freed = false;
  #held = false; // a run has it
  #ending: PendingLastStep | undefined; // the run that has it was stopped
  #reserved = false; // the next run waits for that

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
    if (!this.admitted) this.#expectNoRun(method);
  }

  /** Refuses a run while another has the network, unless that one is ending and no run waits for it yet. */
  expectAvailable(method: string): void {
    if (this.#ending === undefined || this.#reserved) this.#expectNoRun(method);
  }

  /** Begins a call, until `busy` is reset. A getter in the user's data that calls the network meanwhile is refused. */
  enter(method: string): void {
    this.expectAlive(method);
    this.#expectIdle(method);
    this.busy = true;
  }

  /** Takes the network for a run; until `release` only what the run does while `admitted` may change it. */
  hold(method: string): void {
    this.expectAlive(method);
    this.#expectIdle(method);
    this.#expectNoRun(method);
    this.#held = true;
  }

  /** The run that has the network was stopped: from now on `free` discards it, and another run may wait for it. */
  end(ending: PendingLastStep): void {
    this.#ending = ending;
  }

  /** The run that has the network, if it was stopped. */
  get ending(): PendingLastStep | undefined {
    return this.#ending;
  }

  /** Keeps the network for a run that waits for one that is ending. */
  reserve(method: string): void {
    this.expectAlive(method);
    this.expectAvailable(method);
    this.#reserved = true;
  }

  /** The waiting run starts, or no longer waits. */
  cancelReservation(): void {
    this.#reserved = false;
  }

  /** The run has ended. */
  release(): void {
    this.#held = false;
    this.#ending = undefined;
  }

  /** From now on freed. Whether it was not yet. */
  free(): boolean {
    if (this.#freed) return false;
    this.#expectIdle("free");
    if (!this.#reserved) this.#ending?.discard();
    this.#expectNoRun("free");
    this.#freed = true;
    return true;
  }

  #expectNoRun(method: string): void {
    if (!this.#held && !this.#reserved) return;
    const advice =
      this.#ending && !this.#reserved
        ? "the run that was stopped has yet to do its last step; await it first"
        : "a run is training this network; await it, or stop it first";
    throw new BpttError("BUSY", `rnn.${method}: ${advice}`);
  }

  #expectIdle(method: string): void {
    if (!this.busy) return;
    throw new BpttError(
      "BUSY",
      `rnn.${method}: this network is reading its arguments; a getter of theirs called it`,
    );
  }
}
