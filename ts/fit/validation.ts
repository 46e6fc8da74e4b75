/**
 * One validation: a pass over the validation batches, a batch at a time, and the loss over all of them.
 *
 * loss = Σ loss_i·d_i / Σ d_i with d_i what batch i's own loss was divided by, so that how the data is cut into batches
 * does not matter. Sums in float64, in the batches' order.
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

  /** Opens the batches; a function is called with `epoch`. */
  constructor(
    batches: Batches,
    epoch: number,
    evaluate: (batch: Batch) => { loss: number; divisor: number },
  ) {
    this.#iterator = new BatchIterator(batches, "validation", epoch);
    this.#evaluate = evaluate;
  }

  /** The next batch or undefined; a promise of it from an asynchronous source. */
  next(): Pulled | PromiseLike<Pulled> {
    return this.#iterator.next();
  }

  /** Gives up. */
  close(): void {
    this.#iterator.close();
  }

  /** Evaluates what `next` gave: undefined, or the loss when that was the end. */
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
    // a batch without weight has loss 0 and counts for nothing
    this.#total += loss * divisor;
    this.#divisor += divisor;
    return undefined;
  }
}
