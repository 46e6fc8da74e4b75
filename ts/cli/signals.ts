/**
 * Handles Ctrl-C and the signals with which the system ends a program. The first signal asks the work to end
 * in an orderly way, and the second ends the process at once. Files are complete at any moment, so only the
 * work since the last one is lost.
 */

import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The first signal that was received, if any. */
export class Interruption {
  #signal: (typeof SIGNALS)[number] | undefined;
  readonly #heard: () => void;
  readonly #lastWord: () => void;
  readonly #listener = (signal: (typeof SIGNALS)[number]) => {
    if (this.#signal === undefined) {
      this.#signal = signal;
      this.#heard();
    } else {
      this.#lastWord();
      process.exit(128 + constants.signals[signal]);
    }
  };

  /**
   * Starts to listen.
   *
   * @param heard called at the first signal
   * @param lastWord called at the second signal, before the process ends
   */
  constructor(heard: () => void, lastWord: () => void) {
    this.#heard = heard;
    this.#lastWord = lastWord;
    for (const signal of SIGNALS) process.on(signal, this.#listener);
  }

  /** The exit code for the first signal, or undefined without a signal. */
  get exitCode(): number | undefined {
    return this.#signal && 128 + constants.signals[this.#signal];
  }

  /** Stops listening, so that signals end the process again. */
  close(): void {
    for (const signal of SIGNALS) process.off(signal, this.#listener);
  }
}
