/**
 * How fast a run is, by the clock: running time without pauses, and steps and tokens a second over the last second or
 * two. Nothing of it ever reaches the numbers that are trained.
 */

const WINDOW = 1000; // milliseconds

interface Mark {
  readonly at: number; // milliseconds of running time
  readonly steps: number;
  readonly tokens: number;
}

/** A stopwatch that counts what passes. */
export class Throughput {
  readonly #now: () => number;
  #before = 0; // milliseconds of running time up to the last start
  #startedAt: number | undefined;
  #steps = 0;
  #tokens = 0;
  // The rates are those since `from`, which is one to two windows old (younger at the start of the run).
  #from: Mark = { at: 0, steps: 0, tokens: 0 };
  #next: Mark = this.#from;

  /** @param now milliseconds since some fixed moment */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Milliseconds of running time. */
  get elapsed(): number {
    return this.#before + (this.#startedAt === undefined ? 0 : this.#now() - this.#startedAt);
  }

  /** The clock runs. */
  start(): void {
    this.#startedAt ??= this.#now();
  }

  /** The clock rests. */
  rest(): void {
    this.#before = this.elapsed;
    this.#startedAt = undefined;
  }

  /** A step of so many tokens has been done. */
  count(tokens: number): void {
    this.#steps++;
    this.#tokens += tokens;
    const at = this.elapsed;
    if (at - this.#next.at < WINDOW) return;
    this.#from = this.#next;
    this.#next = { at, steps: this.#steps, tokens: this.#tokens };
  }

  /** Time steps within the lengths, a second. */
  get tokensPerSecond(): number {
    return this.#rate(this.#tokens - this.#from.tokens);
  }

  /** Updates a second. */
  get stepsPerSecond(): number {
    return this.#rate(this.#steps - this.#from.steps);
  }

  #rate(count: number): number {
    const milliseconds = this.elapsed - this.#from.at;
    return milliseconds > 0 ? (1000 * count) / milliseconds : 0;
  }
}
