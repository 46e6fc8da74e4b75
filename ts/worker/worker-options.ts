/** Options of a run that may take place in a worker. */

import { number } from "../base/check.js";
import { typeError, type Path } from "../base/errors.js";
import { count, readOptions, type Declaration, type OptionsOf } from "../base/options.js";
import { show } from "../base/show.js";
import { spawnWorker } from "../spawn-worker.js";
import { readWorker, type WorkerLike, type WorkerSource } from "./worker-like.js";

/** The declarations of these options. */
export const RUNS_IN_WORKER = {
  /**
   * Runs in a worker, with bit-identical results: `true`, or a function that creates the `Worker` with the
   * script `bptt/worker`, for bundlers that must see that expression. The worker ends with the run. Default
   * false.
   */
  worker: { read: readWorkerChoice, fallback: undefined },
  /**
   * Number of workers that share the run, at most one for each of its `shards`. More than one implies
   * `worker: true`. A `worker` function is called once for each. The results depend only on `shards`. Default 1.
   */
  workers: { read: count, fallback: undefined },
  /**
   * Largest number of times per second that a run in a worker sends its weights with its reports, so that
   * `generate`, `evaluate`, `save` and other methods can use them during the run. With 0 it sends them only
   * when it pauses or ends. Default 4.
   */
  snapshotsPerSecond: { read: readRate, fallback: 4 },
} satisfies Declaration;

/** Options that decide where a run takes place. */
export interface RunsInWorker extends OptionsOf<typeof RUNS_IN_WORKER> {}

/** The checked options. */
export interface WorkerOptions {
  readonly source: WorkerSource;
  /** Number of workers. */
  readonly count: number;
  /** Shortest time between two snapshots, in ms. */
  readonly snapshotEvery: number;
}

/** Reads the options. Returns undefined for a run on this thread. */
export function readWorkerOptions(given: unknown): WorkerOptions | undefined {
  const { worker, workers, snapshotsPerSecond } = readOptions(given, RUNS_IN_WORKER);
  if (worker === false && workers !== undefined) {
    throw typeError("workers", "no value with worker: false", show(workers));
  }
  if (worker === false || (worker === undefined && workers === undefined)) return undefined;
  const source = typeof worker === "function" ? () => readWorker(worker()) : spawnWorker;
  return { source, count: workers ?? 1, snapshotEvery: 1000 / snapshotsPerSecond };
}

function readWorkerChoice(value: unknown, path: Path): boolean | (() => WorkerLike) {
  if (typeof value === "boolean" || typeof value === "function") return value as boolean | (() => WorkerLike);
  throw typeError(path, "true, false or a function that makes a Worker", show(value));
}

function readRate(value: unknown, path: Path): number {
  return number(value, path, { min: 0, max: 1000 });
}

/** The number of shards of a run in several workers for which none was given. */
export const SHARDS_OF_SEVERAL = 8;
