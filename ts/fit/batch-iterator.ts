/**
 * Iterates once over an iterable of batches, sync or async. It returns the next batch directly from a
 * synchronous source and a promise of it from an asynchronous one. It does not know what the batches are for.
 */

import { at, isCheckError, reroot, typeError, type Path } from "../base/errors.js";
import { show } from "../base/show.js";
import { BATCH_NAMES, type Batch } from "../data/batch.js";

/** Batches in a sequence, read one at a time. */
export type BatchIterable<B = Batch> = Iterable<B> | AsyncIterable<B>;

/** Batches, or a function that returns the batches of an epoch. Epochs are counted from 1. */
export type Batches<B = Batch> = BatchIterable<B> | ((epoch: number) => BatchIterable<B>);

/** The result of a read: a batch, or undefined at the end. */
export type Pulled = Batch | undefined;

type AnyIterator = Iterator<Batch> | AsyncIterator<Batch>;

/** The name of a single batch in errors. */
const BATCH = "batch";
const WANTED = "an iterable of batches, or a function of the epoch that returns one";

/** Returns `value` if it is an iterable or a function. */
export function readBatches(value: unknown, path: Path): Batches {
  if (typeof value === "function" || isIterable(value)) return value as Batches;
  if (typeof value === "object" && value !== null && "inputs" in value) {
    throw typeError(path, WANTED, "a single batch", { hint: "put it into an array" });
  }
  throw typeError(path, WANTED, show(value));
}

/** Returns true if the batches can be iterated only once, as generators can. */
export function walksOnce(batches: Batches): boolean {
  return typeof batches !== "function" && "next" in batches; // an iterator is its own iterable
}

/** Returns the number of batches of an epoch, if it is known beforehand. */
export function countBatches(batches: Batches): number | undefined {
  return Array.isArray(batches) ? batches.length : undefined;
}

/** The advice about batches that can be iterated only once. */
export const REPEATABLE =
  "a generator can be iterated only once; pass an array, or a function that returns a new iterable";

/** One iteration over batches. */
export class BatchIterator {
  /** Number of batches read so far. */
  pulled = 0;
  /** The name of the batches in errors. */
  readonly name: string;
  readonly #iterator: AnyIterator;
  #open = true;

  /** Opens the batches. A function is called with `epoch`. */
  constructor(batches: Batches, name: string, epoch: number) {
    let source: unknown = batches;
    this.name = name;
    if (typeof batches === "function") {
      source = batches(epoch);
      this.name = `${name}(${epoch})`;
      if (!isIterable(source)) throw typeError(this.name, "an iterable of batches", show(source));
    }
    this.#iterator = iteratorOf(source as BatchIterable);
  }

  /** Returns the next batch or undefined, or a promise of it from an asynchronous source. */
  next(): Pulled | PromiseLike<Pulled> {
    const result = this.#iterator.next();
    return isPromise(result) ? result.then((settled) => this.#take(settled)) : this.#take(result);
  }

  /**
   * Turns an error about the last batch into an error about these batches, whose path includes the batch's
   * index.
   */
  locate(error: unknown): unknown {
    const isOfBatch =
      isCheckError(error) && (error.path[0] === BATCH || Object.hasOwn(BATCH_NAMES, error.path[0] ?? ""));
    return isOfBatch ? reroot(error, at(this.name, this.pulled - 1), BATCH) : error;
  }

  /** Tells the source that nothing more will be read. Errors of the source are ignored from then on. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      const closing: unknown = this.#iterator.return?.();
      if (isPromise(closing)) closing.then(undefined, () => undefined);
    } catch {
      // ignored, as documented above
    }
  }

  #take(result: IteratorResult<Batch>): Pulled {
    if (typeof result !== "object" || (result as unknown) === null) {
      throw typeError(this.name, "an iterator's result", show(result));
    }
    if (result.done) {
      this.#open = false;
      return undefined;
    }
    this.pulled++;
    if ((result.value as unknown) === undefined) {
      throw typeError(at(this.name, this.pulled - 1), "a batch", "undefined");
    }
    return result.value;
  }
}

function isIterable(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

function iteratorOf(source: BatchIterable): AnyIterator {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}

/** Returns true if `value` is a promise. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T>;
export function isPromise(value: unknown): value is PromiseLike<unknown>;
export function isPromise(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
