/**
 * Starts a worker with the script of `bptt/worker` in CommonJS. tsup.config.ts replaces spawn-worker.ts by
 * this file.
 */

import { startThread, type WorkerLike } from "./worker/worker-like.js";

declare const __dirname: string | undefined;

/**
 * Starts a worker with the script of `bptt/worker`. Bun and Deno have Node's threads as well as the `Worker`
 * of the web.
 */
export function spawnWorker(): WorkerLike {
  const worker = typeof __dirname === "string" ? startThread(`${__dirname}/worker.cjs`) : undefined;
  if (worker) return worker;
  throw new Error("a CommonJS bundle does not know where the worker's script is");
}
