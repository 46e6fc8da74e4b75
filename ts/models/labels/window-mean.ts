/**
 * The mean of the last rows of numbers, in constant time per row. The sum is computed again each time the window has
 * been filled, so that rounding errors do not grow; until it is full for the first time, the rows are added in their order.
 */
export class WindowMean {
  readonly #rows: Float64Array;
  readonly #width: number;
  readonly #size: number;
  readonly #sums: Float64Array;
  readonly #mean: Float64Array;
  #next = 0;
  #filled = 0;

  /**
   * @param size rows of the window
   * @param width numbers of a row
   */
  constructor(size: number, width: number) {
    this.#size = size;
    this.#width = width;
    this.#rows = new Float64Array(size * width);
    this.#sums = new Float64Array(width);
    this.#mean = new Float64Array(width);
  }

  /** Adds a row and returns the mean: the same array at each call. */
  push(row: ArrayLike<number>): Float64Array {
    const sums = this.#sums;
    const rows = this.#rows;
    const width = this.#width;
    const place = this.#next * width;
    const isFull = this.#filled === this.#size;
    for (let i = 0; i < width; i++) {
      if (isFull) sums[i] -= rows[place + i];
      rows[place + i] = row[i];
      sums[i] += rows[place + i];
    }
    if (!isFull) this.#filled++;
    this.#next++;
    if (this.#next === this.#size) {
      this.#next = 0;
      this.#sumAgain();
    }
    for (let i = 0; i < width; i++) this.#mean[i] = sums[i] / this.#filled;
    return this.#mean;
  }

  /** Forgets all rows. */
  reset(): void {
    this.#sums.fill(0);
    this.#next = this.#filled = 0;
  }

  #sumAgain(): void {
    const width = this.#width;
    this.#sums.fill(0);
    for (let i = 0; i < this.#rows.length; i++) this.#sums[i % width] += this.#rows[i];
  }
}
