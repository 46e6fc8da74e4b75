/**
 * A run as its holder sees it: a promise of the result, a stream of reports, and the handles to rest, go on, stop and
 * keep it. Knows nothing of how it is driven, so that a run on this thread and one in a worker look the same.
 */

import { Inspectable } from "../base/inspectable.js";
import type { RunCheckpoint } from "./fit-options.js";
import type { Report, Reports } from "./reports.js";
import type { RunResult } from "./run-result.js";

/** What drives a run. */
export interface Driver<Checkpoint> {
  /** Settles when the run has ended. */
  readonly done: Promise<RunResult>;
  readonly reports: Reports;
  readonly paused: boolean;
  pause(): void;
  resume(): void;
  stop(): void;
  checkpoint(): Promise<Checkpoint>;
  /** The same at once: where the last finished step left the run. */
  snapshot(): Checkpoint;
}

/** Where a run gives its snapshot to this package's own modules. */
export const SNAPSHOT: unique symbol = Symbol.for("bptt.snapshot");

/**
 * A training run under way. Made by {@link fit}.
 *
 * `await run` gives its result; `for await (const report of run)` its reports, the newest unseen one each time. It goes
 * on whether or not anyone listens, and leaving the loop does not stop it.
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
  /** The result's promise. It rejects only for errors that are not the training's: bad data, a listener that throws. */
  readonly done: Promise<RunResult>;
  readonly #driver: Driver<Checkpoint>;

  /** @internal */
  constructor(driver: Driver<Checkpoint>) {
    super();
    this.#driver = driver;
    this.done = driver.done;
    this.done.catch(() => undefined); // nobody has to listen
  }

  /** Whether it rests. */
  get paused(): boolean {
    return this.#driver.paused;
  }

  /** The newest report; undefined before the first. */
  get latest(): Report | undefined {
    return this.#driver.reports.newest;
  }

  /** Rests between two steps until `resume` or `stop`. The network stays in the run's hands. */
  pause(): void {
    this.#driver.pause();
  }

  /** Goes on after `pause`. */
  resume(): void {
    this.#driver.resume();
  }

  /** Ends the run between two steps; its promise resolves, with `stopped: "stopped"`. */
  stop(): void {
    this.#driver.stop();
  }

  /** What it takes to go on from here in another run, taken between two steps; also while it rests, or has ended. */
  checkpoint(): Promise<Checkpoint> {
    return this.#driver.checkpoint();
  }

  /** @internal Where the last finished step left the run. */
  [SNAPSHOT](): Checkpoint {
    return this.#driver.snapshot();
  }

  /** As a promise's: of {@link Run#done}. */
  then<Fulfilled = RunResult, Rejected = never>(
    fulfilled?: ((result: RunResult) => Fulfilled | PromiseLike<Fulfilled>) | null,
    rejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.done.then(fulfilled, rejected);
  }

  /** As a promise's: of {@link Run#done}. */
  catch<Rejected = never>(
    rejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<RunResult | Rejected> {
    return this.done.catch(rejected);
  }

  /** As a promise's: of {@link Run#done}. */
  finally(settled?: (() => void) | null): Promise<RunResult> {
    return this.done.finally(settled);
  }

  /** The reports, from the newest on. */
  [Symbol.asyncIterator](): AsyncGenerator<Report, void, undefined> {
    return this.#driver.reports[Symbol.asyncIterator]();
  }
}
