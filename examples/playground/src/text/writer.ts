/**
 * Lets a model write, a few characters at a time, so that no frame of the page waits for it; and keeps some of what it wrote
 * before, by the step at which it did, so that one sees it get better.
 */

import type { CharRnn } from "bptt";

const LENGTH = 280;
/** Of earlier samples one is kept each time the count of steps has grown by half. */
const GROWTH = 1.5;
const MOST_KEPT = 8;

export interface Sample {
  step: number;
  prompt: string;
  text: string;
}

export interface Asked {
  model: CharRnn;
  step: number;
  prompt: string;
  temperature: number;
  seed: number;
}

export class Writer {
  /** What was written at earlier steps, the newest first. */
  kept: Sample[] = [];
  /** What is being written, or was last. */
  now: Sample | undefined;
  /** Why it cannot write. */
  trouble: string | undefined;
  #characters: Generator<string, void, undefined> | undefined;

  get writing(): boolean {
    return this.#characters !== undefined;
  }

  /** Begins anew, with what the model knows now. */
  begin({ model, step, prompt, temperature, seed }: Asked): void {
    this.#keep(step);
    this.#characters?.return();
    this.trouble = undefined;
    this.now = { step, prompt, text: "" };
    try {
      this.#characters = model.stream({ prompt, length: LENGTH, temperature, seed });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Writes on until it has ended or `until`, a moment of `performance.now()`, has come. Whether there is more to write. */
  advance(until: number): boolean {
    try {
      while (this.#characters && this.now) {
        const { done, value } = this.#characters.next();
        if (done) this.#characters = undefined;
        else this.now.text += value;
        if (performance.now() >= until) break;
      }
    } catch (error) {
      this.#fail(error);
    }
    return this.writing;
  }

  /** Writes no further. */
  stop(): void {
    this.#characters = undefined;
  }

  #keep(step: number): void {
    const { now, kept } = this;
    if (!now || this.writing || now.text === "" || now.step === step) return;
    const last = kept[0];
    if (last && now.step < last.step * GROWTH + 1) return;
    this.kept = [now, ...kept].slice(0, MOST_KEPT);
  }

  #fail(error: unknown): void {
    this.#characters = undefined;
    this.now = undefined;
    this.trouble = error instanceof Error ? error.message : String(error);
  }
}
