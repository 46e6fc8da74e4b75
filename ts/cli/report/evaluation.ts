/**
 * Reports the progress of an evaluation. It is written to standard error, so that standard output contains
 * only the result: in a terminal as a line that changes, elsewhere as a line every few seconds.
 */

import { clearLine, cursorTo } from "node:readline";
import type { EvaluationProgress } from "bptt";
import { isTerminal, styled } from "../output.js";
import { clock, short } from "./format.js";

/** Milliseconds between two lines, and before the first one. A faster evaluation prints nothing. */
const IN_TERMINAL = 200;
const ELSEWHERE = 5000;
const WIDTH = 30;
const { stderr } = process;

/** Prints the progress of an evaluation. */
export class EvaluationReporter {
  readonly #inTerminal = isTerminal(stderr);
  readonly #began = performance.now();
  #saidAt = this.#began;
  #isShown = false;

  /** Records the progress. It is called after each part of the text. */
  progress({ tokens, fraction }: EvaluationProgress): void {
    const now = performance.now();
    if (now - this.#saidAt < (this.#inTerminal ? IN_TERMINAL : ELSEWHERE)) return;
    this.#saidAt = now;
    const seconds = (now - this.#began) / 1000;
    const words = [
      `${Math.floor(fraction * 100)} %`.padStart(5),
      `${short(tokens / seconds)} tokens/s`,
      `${clock((seconds * (1 - fraction)) / fraction)} left`,
    ].join("  ");
    if (!this.#inTerminal) {
      stderr.write(`${words.trimStart()}\n`);
      return;
    }
    const full = Math.round(fraction * WIDTH);
    const bar = styled("green", "━".repeat(full), stderr) + styled("dim", "─".repeat(WIDTH - full), stderr);
    cursorTo(stderr, 0);
    stderr.write(`${bar}${words}`);
    clearLine(stderr, 1);
    this.#isShown = true;
  }

  /** Removes the line from the terminal. */
  close(): void {
    if (!this.#isShown) return;
    cursorTo(stderr, 0);
    clearLine(stderr, 0);
  }
}
