/** Where the worker's script is, for CommonJS (tsup.config.ts puts this file in the place of spawn-worker.ts). */

import { BpttError } from "./base/errors.js";
import { startThread, type WorkerLike } from "./worker/worker-like.js";

declare const __dirname: string;

/** A worker with the script of `bptt/worker`. */
export function spawnWorker(): WorkerLike {
  const worker = typeof Worker === "function" ? undefined : startThread(`${__dirname}/worker.cjs`);
  if (worker) return worker;
  throw new BpttError(
    "WORKER_FAILED",
    "worker: where its script is, a bundle of CommonJS cannot know; pass a function that makes the Worker",
  );
}
