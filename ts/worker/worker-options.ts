/** The options of a run that may be in a worker: what they are, and their checks. */

import { number } from "../base/check.js";
import { typeError } from "../base/errors.js";
import { show } from "../base/show.js";
import { spawnWorker } from "../spawn-worker.js";
import { readWorker, type WorkerLike, type WorkerSource } from "./worker-like.js";

/** Where a run works. */
export interface RunsInWorker {
  /**
   * Whether the run works in a worker of its own, with the same bits as result: `true`, or a function that makes the
   * `Worker` with the script `bptt/worker`, for bundlers that need to see it. It ends with the run. Default false.
   */
  worker?: boolean | (() => WorkerLike);
  /**
   * How many times a second at most a run in a worker brings its weights along with its reports, for `generate`,
   * `evaluate`, `save` and the like to work with meanwhile; 0: only when it rests or ends. Default 4.
   */
  snapshotsPerSecond?: number;
}

/** The options, checked. */
export interface WorkerOptions {
  readonly source: WorkerSource;
  /** Milliseconds from one snapshot to the next, at least. */
  readonly snapshotEvery: number;
}

/** Reads them; undefined for a run on this thread. */
export function readWorkerOptions({
  worker,
  snapshotsPerSecond = 4,
}: RunsInWorker): WorkerOptions | undefined {
  const snapshotEvery = 1000 / number(snapshotsPerSecond, "snapshotsPerSecond", { min: 0, max: 1000 });
  const source = readSource(worker);
  return source && { source, snapshotEvery };
}

function readSource(value: unknown): WorkerSource | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true) return spawnWorker;
  if (typeof value === "function") return () => readWorker((value as () => unknown)());
  throw typeError("worker", "true, false or a function that makes a Worker", show(value));
}
