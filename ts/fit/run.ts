/**
 * A run as its owner sees it: a promise of the result, a stream of reports, and methods to pause, resume,
 * stop and save it. It does not depend on its driver, so a run on this thread and a run in a worker look the
 * same.
 */

import { Inspectable } from "../base/inspectable.js";
import type { RunCheckpoint } from "./fit-options.js";
import type { Report, Reports } from "./reports.js";
import type { RunResult } from "./run-result.js";

/** The driver of a run, on this thread or in a worker. */
export interface Driver<Checkpoint> {
  /** Settles when the run has ended. */
  readonly done: Promise<RunResult>;
  readonly reports: Reports;
  readonly paused: boolean;
  pause(): void;
  resume(): void;
  stop(): void;
  checkpoint(): Promise<Checkpoint>;
  /** Returns a checkpoint at once: the state after the last finished step. */
  snapshot(): Checkpoint;
}

/** The key of the method that gives a run's snapshot to other modules of this package. */
export const SNAPSHOT: unique symbol = Symbol.for("bptt.snapshot");

/**
 * A training run under way. {@link fit} creates it.
 *
 * `await run` gives its result. `for await (const report of run)` gives its reports, each time the newest one
 * that was not seen. The run continues whether or not anyone listens, and leaving the loop does not stop it.
 *
 * @example
 * import { fit, Rnn } from "bptt";
 *
 * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 8, outputSize: 4 });
 * const run = fit(rnn, [{ inputs: [[0, 1, 2]], targets: [[1, 2, 3]] }], { steps: 200 });
 * for await (const { step, loss } of run) if (step > 100) run.stop();
 * const { stopped } = await run;
 * console.log(stopped); // …
 */
export class Run<Checkpoint = RunCheckpoint>
  extends Inspectable
  implements PromiseLike<RunResult>, AsyncIterable<Report>
{
  /**
   * The promise of the result. It rejects only for errors that training did not cause, such as bad data or a
   * listener that throws.
   */
  readonly done: Promise<RunResult>;
  /**
   * @internal Returns the snapshot of the last finished step. A computed name in the class body would make bundlers keep
   * the class.
   */
  declare readonly [SNAPSHOT]: () => Checkpoint;
  readonly #driver: Driver<Checkpoint>;

  /** @internal */
  constructor(driver: Driver<Checkpoint>) {
    super();
    this.#driver = driver;
    Object.defineProperty(this, SNAPSHOT, { value: () => driver.snapshot() });
    this.done = driver.done;
    this.done.catch(() => undefined); // nobody is required to handle the rejection
  }

  /** True if the run is paused. */
  get paused(): boolean {
    return this.#driver.paused;
  }

  /** The newest report, or undefined before the first. */
  get latest(): Report | undefined {
    return this.#driver.reports.newest;
  }

  /** Pauses between two steps until `resume` or `stop` is called. The network stays locked by the run. */
  pause(): void {
    this.#driver.pause();
  }

  /** Continues after `pause`. */
  resume(): void {
    this.#driver.resume();
  }

  /** Ends the run between two steps. Its promise resolves with `stopped: "stopped"`. */
  stop(): void {
    this.#driver.stop();
  }

  /**
   * Returns the data that is needed to continue from here in another run, as it is between two steps. It
   * works while the run is paused and after it has ended.
   */
  checkpoint(): Promise<Checkpoint> {
    return this.#driver.checkpoint();
  }

  /** Waits for the result, as `then` of {@link Run#done} does. */
  then<Fulfilled = RunResult, Rejected = never>(
    fulfilled?: ((result: RunResult) => Fulfilled | PromiseLike<Fulfilled>) | null,
    rejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.done.then(fulfilled, rejected);
  }

  /** Handles an error, as `catch` of {@link Run#done} does. */
  catch<Rejected = never>(
    rejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<RunResult | Rejected> {
    return this.done.catch(rejected);
  }

  /** Calls `settled` at the end of the run, as `finally` of {@link Run#done} does. */
  finally(settled?: (() => void) | null): Promise<RunResult> {
    return this.done.finally(settled);
  }

  /** Iterates over the reports, starting with the newest one. */
  [Symbol.asyncIterator](): AsyncGenerator<Report, void, undefined> {
    return this.#driver.reports[Symbol.asyncIterator]();
  }
}
