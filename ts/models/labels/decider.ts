/**
 * Turns probabilities that change from push to push into decisions: a label is decided once it has been likely enough
 * for long enough, and stays decided until it is unlikely.
 *
 *     probability   .3 .9 .9 .9 .7 .6 .4 .9        confidence .8, hold 3, release .5
 *     decided        –  –  –  A  A  A  –  –
 */

import type { LabelStreamConfig } from "./stream-options.js";

/** Decides on labels. */
export class Decider {
  readonly #config: Pick<LabelStreamConfig, "confidence" | "hold" | "release" | "background">;
  #decided = -1;
  #candidate = -1;
  #held = 0;

  constructor(config: Pick<LabelStreamConfig, "confidence" | "hold" | "release" | "background">) {
    this.#config = config;
  }

  /**
   * Takes the next probabilities.
   *
   * @param p by label
   * @param likeliest the label with the largest
   * @returns the decided label; −1 for none
   */
  push(p: Float64Array, likeliest: number): number {
    const { confidence, hold, release, background } = this.#config;
    if (this.#decided >= 0 && p[this.#decided] < release) this.#decided = -1;
    const isLikely = p[likeliest] >= confidence && likeliest !== background;
    if (!isLikely) [this.#candidate, this.#held] = [-1, 0];
    else if (likeliest !== this.#candidate) [this.#candidate, this.#held] = [likeliest, 1];
    else this.#held++;
    if (this.#decided < 0 && this.#held >= hold) this.#decided = this.#candidate;
    return this.#decided;
  }

  /** Forgets everything. */
  reset(): void {
    this.#decided = this.#candidate = -1;
    this.#held = 0;
  }
}
