/**
 * Ctrl-C and what the system sends to end a program: the first signal asks the work to end well, the second ends the
 * process at once. Files are complete at any moment, so nothing is lost but what came after the last one.
 */

import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A signal that has come, if one has. */
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
   * Listens from now on.
   *
   * @param heard is called at the first signal
   * @param lastWord is called before the process ends at the second
   */
  constructor(heard: () => void, lastWord: () => void) {
    this.#heard = heard;
    this.#lastWord = lastWord;
    for (const signal of SIGNALS) process.on(signal, this.#listener);
  }

  /** The exit code of the first signal; undefined where none has come. */
  get exitCode(): number | undefined {
    return this.#signal && 128 + constants.signals[this.#signal];
  }

  /** Listens no more: signals end the process again. */
  close(): void {
    for (const signal of SIGNALS) process.off(signal, this.#listener);
  }
}
