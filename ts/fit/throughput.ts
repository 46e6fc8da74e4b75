/**
 * Measures the speed of a run: running time without pauses, and steps and tokens per second over the last
 * second or two. No measurement affects the numbers that are trained.
 */

const WINDOW = 1000; // milliseconds

interface Mark {
  readonly at: number; // milliseconds of running time
  readonly steps: number;
  readonly tokens: number;
}

/** A stopwatch that counts steps and tokens. */
export class Throughput {
  readonly #now: () => number;
  #before = 0; // milliseconds of running time before the last start
  #startedAt: number | undefined;
  #steps = 0;
  #tokens = 0;
  // The rates are measured since `from`, which is one to two windows old (less at the start of the run).
  #from: Mark = { at: 0, steps: 0, tokens: 0 };
  #next: Mark = this.#from;

  /** @param now milliseconds since some fixed moment */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Running time in milliseconds. */
  get elapsed(): number {
    return this.#before + (this.#startedAt === undefined ? 0 : this.#now() - this.#startedAt);
  }

  /** Starts the clock. */
  start(): void {
    this.#startedAt ??= this.#now();
  }

  /** Stops the clock. */
  rest(): void {
    this.#before = this.elapsed;
    this.#startedAt = undefined;
  }

  /** Counts a step of `tokens` tokens. */
  count(tokens: number): void {
    this.#steps++;
    this.#tokens += tokens;
    const at = this.elapsed;
    if (at - this.#next.at < WINDOW) return;
    this.#from = this.#next;
    this.#next = { at, steps: this.#steps, tokens: this.#tokens };
  }

  /** Time steps per second, within the sequence lengths. */
  get tokensPerSecond(): number {
    return this.#rate(this.#tokens - this.#from.tokens);
  }

  /** Updates per second. */
  get stepsPerSecond(): number {
    return this.#rate(this.#steps - this.#from.steps);
  }

  #rate(count: number): number {
    const milliseconds = this.elapsed - this.#from.at;
    return milliseconds > 0 ? (1000 * count) / milliseconds : 0;
  }
}
