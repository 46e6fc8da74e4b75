/**
 * Starts a worker with the script of `bptt/worker` in CommonJS. tsup.config.ts replaces spawn-worker.ts by
 * this file.
 */

import { nodeThreads, requireWorkers, startThread, type WorkerLike } from "./worker/worker-like.js";

declare const __dirname: string | undefined;

/**
 * Starts a worker with the script of `bptt/worker`. Bun and Deno have Node's threads as well as the `Worker`
 * of the web.
 */
export function spawnWorker(): WorkerLike {
  requireWorkers();
  if (typeof __dirname === "string" && nodeThreads()) return startThread(`${__dirname}/worker.cjs`);
  throw new Error("a CommonJS bundle cannot locate the worker's script");
}
