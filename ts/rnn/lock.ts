/**
 * Guards the access to a network: none after it was freed, one call at a time, and while a run trains it,
 * only that run may change it.
 */

import { BpttError } from "../base/errors.js";

/** A run that was stopped but must still finish its last step in a worker. */
export interface PendingLastStep {
  /** Resolves when the run has released the network. */
  readonly ended: Promise<void>;
  /** Ends the run without its last step and releases the network. */
  discard(): void;
}

/** The lock of one network. `method` is the method of `Rnn` that asks for access. */
export class Lock {
  // These two are plain properties, because they are reset where a call could fail at the end of JavaScript's stack.
  /** True while a call reads its arguments or works. `enter` sets it, and the end of the call resets it. */
  busy = false;
  /** True while the run that holds the network works and may therefore change it. */
  admitted = false;
  /** True if the run that has the network is paused, which allows writing weights. */
  paused = false;
  /** True if weights were written while it was paused. */
  rewritten = false;
  #freed = false;
  #held = false; // by a run
  #ending: PendingLastStep | undefined; // the stopped run that holds the network
  #reserved = false; // for the next run, which waits for the stopped one

  /** True if the memory was freed. */
  get freed(): boolean {
    return this.#freed;
  }

  /** Throws after `free`. */
  expectAlive(method: string): void {
    if (this.#freed) throw new BpttError("FREED", `rnn.${method}: this network has been freed`);
  }

  /** Throws if a run holds the network, unless the caller is that run. */
  expectChangeable(method: string): void {
    if (!this.admitted) this.#expectNoRun(method);
  }

  /** Refuses to write weights while a run works with them. */
  expectWritable(method: string): void {
    if (this.paused && this.#ending === undefined) this.rewritten = true;
    else this.expectChangeable(method);
  }

  /** Throws if another run holds the network, unless that run is ending and no other run waits for it. */
  expectAvailable(method: string): void {
    if (this.#ending === undefined || this.#reserved) this.#expectNoRun(method);
  }

  /**
   * Begins a call, which lasts until `busy` is reset. A getter in the user's data that calls the network in
   * the meantime is refused.
   */
  enter(method: string): void {
    this.expectAlive(method);
    this.#expectIdle(method);
    this.busy = true;
  }

  /** Locks the network for a run. Until `release`, only the run may change it, while `admitted` is true. */
  hold(method: string): void {
    this.expectAlive(method);
    this.#expectIdle(method);
    this.#expectNoRun(method);
    this.#held = true;
  }

  /**
   * Records that the run that holds the network was stopped. From now on `free` discards the run, and another
   * run may wait for it.
   */
  end(ending: PendingLastStep): void {
    this.#ending = ending;
  }

  /** The run that holds the network, if it was stopped. */
  get ending(): PendingLastStep | undefined {
    return this.#ending;
  }

  /** Reserves the network for a run that waits for one that is ending. */
  reserve(method: string): void {
    this.expectAlive(method);
    this.expectAvailable(method);
    this.#reserved = true;
  }

  /** Ends the reservation: the waiting run starts, or no longer waits. */
  cancelReservation(): void {
    this.#reserved = false;
  }

  /** Releases the network at the end of the run. */
  release(): void {
    this.#held = false;
    this.paused = false;
    this.rewritten = false;
    this.#ending = undefined;
  }

  /** Marks the network as freed. Returns false if it was freed before. */
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
        ? "the stopped run must still finish its last step; await it first"
        : "a run is training this network; await it, or stop it first";
    throw new BpttError("BUSY", `rnn.${method}: ${advice}`);
  }

  #expectIdle(method: string): void {
    if (!this.busy) return;
    throw new BpttError(
      "BUSY",
      `rnn.${method}: this network is reading its arguments; one of their getters called it`,
    );
  }
}
