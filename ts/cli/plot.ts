/** The loss over the steps of a run, as a plot of characters: means over equal stretches, as many as there are columns. */

import asciichart from "asciichart";

/** Means that are kept; when they are full, two neighbours become one. */
const MOST = 1024;
const HEIGHT = 8;

/** Losses of any number of steps in bounded memory. */
export class LossCurve {
  #means: number[] = [];
  /** Losses in each mean. */
  #each = 1;
  #sum = 0;
  #count = 0;

  /** The next loss. */
  add(loss: number): void {
    this.#sum += loss;
    if (++this.#count < this.#each) return;
    this.#means.push(this.#sum / this.#count);
    this.#sum = this.#count = 0;
    if (this.#means.length < MOST) return;
    this.#means = binned(this.#means, MOST / 2);
    this.#each *= 2;
  }

  /** The plot, `width` columns wide at most; undefined where there is too little for one. */
  plot(width: number): string | undefined {
    const columns = Math.min(width - 10, this.#means.length); // the axis takes ten
    if (this.#means.length < 2 || columns < 8) return undefined;
    const means = binned(this.#means, columns);
    const plot = asciichart.plot(means, { height: HEIGHT, format: (loss) => loss.toFixed(3).padStart(8) });
    return plot.replace(/ +$/gm, "");
  }
}

/** The means of `count` stretches that are as equal as can be. */
function binned(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * values.length) / count);
    const to = Math.floor(((i + 1) * values.length) / count);
    const bin = values.slice(from, to);
    return bin.reduce((sum, value) => sum + value, 0) / bin.length;
  });
}
