/**
 * One validation: an iteration over the validation batches, one batch at a time, and the loss over all of
 * them.
 *
 * loss = Σ loss_i·d_i / Σ d_i, where d_i is the divisor of batch i's loss, so that the division of the data
 * into batches does not matter. The sums are in float64, in the order of the batches.
 */

import type { Batch } from "../data/batch.js";
import { rangeError } from "../base/errors.js";
import { BatchIterator, REPEATABLE, type Batches, type Pulled } from "./batch-iterator.js";

/** A validation under way. */
export class Validation {
  readonly #iterator: BatchIterator;
  readonly #evaluate: (batch: Batch) => { loss: number; divisor: number };
  #total = 0;
  #divisor = 0;

  /** Opens the batches. A function is called with `epoch`. */
  constructor(
    batches: Batches,
    epoch: number,
    evaluate: (batch: Batch) => { loss: number; divisor: number },
  ) {
    this.#iterator = new BatchIterator(batches, "validation", epoch);
    this.#evaluate = evaluate;
  }

  /** Returns the next batch or undefined, or a promise of it from an asynchronous source. */
  next(): Pulled | PromiseLike<Pulled> {
    return this.#iterator.next();
  }

  /** Closes the batches before their end. */
  close(): void {
    this.#iterator.close();
  }

  /** Evaluates a batch that `next` returned. Returns undefined, or the total loss at the end. */
  take(batch: Pulled): number | undefined {
    if (batch === undefined) {
      if (this.#divisor !== 0) return this.#total / this.#divisor;
      if (this.#iterator.pulled > 0)
        throw rangeError("validation", "weights that are not all 0", "weights of 0");
      throw rangeError("validation", "at least one batch each time", "none", { hint: REPEATABLE });
    }
    let evaluated: { loss: number; divisor: number };
    try {
      evaluated = this.#evaluate(batch);
    } catch (error) {
      throw this.#iterator.locate(error);
    }
    const { loss, divisor } = evaluated;
    // a batch without weight has loss 0 and does not count
    this.#total += loss * divisor;
    this.#divisor += divisor;
    return undefined;
  }
}
