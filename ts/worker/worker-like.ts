/** What a run needs of a worker, in the words of no platform's library, and how it is told from other things. */

import { typeError } from "../base/errors.js";
import { nodeModule } from "../base/platform.js";
import { show } from "../base/show.js";
import { isPromise } from "../fit/batch-iterator.js";

/** A `Worker`: of the web, or of `node:worker_threads`. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: (ArrayBuffer | MessagePort)[]): void;
  terminate(): unknown;
}

/** How a worker is come by. */
export type WorkerSource = () => WorkerLike;

/** `value` if it is a worker. */
export function readWorker(value: unknown): WorkerLike {
  const has = (name: string) => typeof (value as Record<string, unknown>)[name] === "function";
  if (typeof value === "object" && value !== null && has("postMessage") && has("terminate")) {
    if (has("addEventListener") || has("on")) return value as WorkerLike;
  }
  throw typeError("worker()", "a Worker", show(value));
}

/** Ends a worker. Its errors in that are ignored, because nothing depends on it any more. */
export function terminate(worker: WorkerLike): void {
  try {
    const ending = worker.terminate();
    if (isPromise(ending)) ending.then(undefined, () => undefined);
  } catch {
    // as said above
  }
}

interface Threads {
  readonly Worker: new (address: string | URL, options: { execArgv: string[]; name: string }) => WorkerLike;
  readonly parentPort: ThreadPort | null;
}

/** The other side's port, in a thread of Node's. */
export interface ThreadPort {
  on(event: "message", listener: (message: unknown) => void): unknown;
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

/** Returns Node's worker threads, where there are any. */
export const nodeThreads = () => nodeModule<Threads>("worker_threads");

/** A thread of Node's; options that this process was started with would make it load things twice. */
export function startThread(address: string | URL): WorkerLike {
  const { Worker } = nodeThreads() as Threads;
  return new Worker(address, { execArgv: [], name: "bptt" });
}

/** The runtime has no workers of any kind, as Cloudflare Workers. */
export class NoWorkers extends Error {}

/** Throws where the runtime has no workers of any kind. */
export function requireWorkers(): void {
  if ("Worker" in globalThis || nodeThreads()) return;
  throw new NoWorkers("there are neither web workers nor node:worker_threads here");
}
