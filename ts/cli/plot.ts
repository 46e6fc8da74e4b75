/**
 * Plots the loss over the steps of a run with characters. Each column is the mean of an equal part of the
 * steps.
 */

import asciichart from "asciichart";

/** Number of means that are stored. When it is reached, pairs of neighbors are merged. */
const MOST = 1024;
const HEIGHT = 8;

/** The losses of any number of steps in bounded memory. */
export class LossCurve {
  #means: number[] = [];
  /** Number of losses in each mean. */
  #each = 1;
  #sum = 0;
  #count = 0;

  /** Adds a loss. */
  add(loss: number): void {
    this.#sum += loss;
    if (++this.#count < this.#each) return;
    this.#means.push(this.#sum / this.#count);
    this.#sum = this.#count = 0;
    if (this.#means.length < MOST) return;
    this.#means = binned(this.#means, MOST / 2);
    this.#each *= 2;
  }

  /** Returns the plot, at most `width` columns wide, or undefined if there is too little data. */
  plot(width: number): string | undefined {
    const columns = Math.min(width - 10, this.#means.length); // the axis needs ten columns
    if (this.#means.length < 2 || columns < 8) return undefined;
    const means = binned(this.#means, columns);
    const plot = asciichart.plot(means, { height: HEIGHT, format: (loss) => loss.toFixed(3).padStart(8) });
    return plot.replace(/ +$/gm, "");
  }
}

/** Returns the means of `count` parts that are as equal in length as possible. */
function binned(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * values.length) / count);
    const to = Math.floor(((i + 1) * values.length) / count);
    const bin = values.slice(from, to);
    return bin.reduce((sum, value) => sum + value, 0) / bin.length;
  });
}
