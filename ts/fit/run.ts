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
export interface Driver<Checkpoint, Result extends RunResult = RunResult> {
  /** Settles when the run has ended. */
  readonly done: Promise<Result>;
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

/** The key of the method by which a model completes the result of its runs. */
export const COMPLETE: unique symbol = Symbol.for("bptt.complete");

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
export class Run<Checkpoint = RunCheckpoint, Result extends RunResult = RunResult>
  extends Inspectable
  implements PromiseLike<Result>, AsyncIterable<Report>
{
  /**
   * The promise of the result. It rejects only for errors that training did not cause, such as bad data or a
   * listener that throws.
   */
  readonly done: Promise<Result>;
  /**
   * @internal Returns the snapshot of the last finished step. A computed name in the class body would make bundlers keep
   * the class.
   */
  declare readonly [SNAPSHOT]: () => Checkpoint;
  /** @internal Returns the same run with a result that `complete` makes of its result. */
  declare readonly [COMPLETE]: <Completed extends RunResult>(
    complete: (result: Result) => Completed,
  ) => Run<Checkpoint, Completed>;
  readonly #driver: Driver<Checkpoint, Result>;

  /** @internal */
  constructor(driver: Driver<Checkpoint, Result>) {
    super();
    this.#driver = driver;
    Object.defineProperty(this, SNAPSHOT, { value: () => driver.snapshot() });
    Object.defineProperty(this, COMPLETE, {
      value: <Completed extends RunResult>(complete: (result: Result) => Completed) =>
        new Run(completed(driver, complete)),
    });
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
  then<Fulfilled = Result, Rejected = never>(
    fulfilled?: ((result: Result) => Fulfilled | PromiseLike<Fulfilled>) | null,
    rejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.done.then(fulfilled, rejected);
  }

  /** Handles an error, as `catch` of {@link Run#done} does. */
  catch<Rejected = never>(
    rejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Result | Rejected> {
    return this.done.catch(rejected);
  }

  /** Calls `settled` at the end of the run, as `finally` of {@link Run#done} does. */
  finally(settled?: (() => void) | null): Promise<Result> {
    return this.done.finally(settled);
  }

  /** Iterates over the reports, starting with the newest one. */
  [Symbol.asyncIterator](): AsyncGenerator<Report, void, undefined> {
    return this.#driver.reports[Symbol.asyncIterator]();
  }
}

/** The driver of the same run with another result. */
function completed<Checkpoint, Result extends RunResult, Completed extends RunResult>(
  driver: Driver<Checkpoint, Result>,
  complete: (result: Result) => Completed,
): Driver<Checkpoint, Completed> {
  return {
    done: driver.done.then(complete),
    reports: driver.reports,
    get paused() {
      return driver.paused;
    },
    pause: () => driver.pause(),
    resume: () => driver.resume(),
    stop: () => driver.stop(),
    checkpoint: () => driver.checkpoint(),
    snapshot: () => driver.snapshot(),
  };
}
