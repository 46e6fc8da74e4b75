/**
 * What people ask of a run from outside: pause, go on, stop, abort. Holds the wishes; when they are heeded is the
 * engine's, which is told of each change.
 */

/** What a run needs of an `AbortSignal`, in the words of no platform's library. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The wishes of whoever holds the run, and of its abort signal. */
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

  /** Whether the run shall rest. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Why the run shall end, if it shall. The first reason stays. */
  get end(): "stopped" | "aborted" | undefined {
    return this.#end;
  }

  /** Rests before the next piece of work. */
  pause(): void {
    this.#set(true);
  }

  /** Rests already, elsewhere: there is nobody to be told. */
  rest(): void {
    this.#paused = true;
  }

  /** Goes on. */
  resume(): void {
    this.#set(false);
  }

  /** Ends before the next piece of work. */
  stop(): void {
    this.#finish("stopped");
  }

  /** Lets go of the signal. */
  close(): void {
    const signal = this.#signal;
    this.#signal = undefined;
    try {
      signal?.removeEventListener("abort", this.#abort);
    } catch {
      // the run is over; a signal that calls the listener later finds nothing to abort
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
