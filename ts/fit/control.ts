/**
 * Requests to a run from outside: pause, resume, stop, abort. This class holds the requests; the engine is
 * notified of each change and decides when to act on it.
 */

/** The part of an `AbortSignal` that a run needs, without the types of any platform. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The requests of the run's owner and of its abort signal. */
export class Control {
  #paused = false;
  #end: "stopped" | "aborted" | undefined;
  #signal: AbortSignalLike | undefined;
  readonly #changed: () => void;
  readonly #abort = () => this.#finish("aborted");

  /** @param changed called after each change */
  constructor(signal: AbortSignalLike | undefined, changed: () => void) {
    this.#changed = changed;
    if (signal?.aborted) this.#end = "aborted";
    else {
      this.#signal = signal;
      signal?.addEventListener("abort", this.#abort, { once: true });
    }
  }

  /** True if the run is to pause. */
  get paused(): boolean {
    return this.#paused;
  }

  /** The reason to end the run, if there is one. The first reason is kept. */
  get end(): "stopped" | "aborted" | undefined {
    return this.#end;
  }

  /** Requests a pause before the next piece of work. */
  pause(): void {
    this.#set(true);
  }

  /** Records that the run has paused by itself, elsewhere, without a notification. */
  rest(): void {
    this.#paused = true;
  }

  /** Requests to continue. */
  resume(): void {
    this.#set(false);
  }

  /** Requests the end before the next piece of work. */
  stop(): void {
    this.#finish("stopped");
  }

  /** Stops listening to the signal. */
  close(): void {
    const signal = this.#signal;
    this.#signal = undefined;
    try {
      signal?.removeEventListener("abort", this.#abort);
    } catch {
      // the run is over, so a signal that still calls the listener aborts nothing
    }
  }

  #set(paused: boolean): void {
    if (this.#paused === paused) return;
    this.#paused = paused;
    this.#changed();
  }

  #finish(reason: "stopped" | "aborted"): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#changed();
  }
}
