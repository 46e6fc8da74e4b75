/**
 * The part of a worker that a run uses, without the types of any platform, and the check that recognizes a
 * worker.
 */

import { typeError } from "../base/errors.js";
import { nodeModule } from "../base/platform.js";
import { show } from "../base/show.js";
import { isPromise } from "../fit/batch-iterator.js";

/** A `Worker` of the web or of `node:worker_threads`. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: object[]): void;
  terminate(): unknown;
}

/** Creates a worker. */
export type WorkerSource = () => WorkerLike;

/** Returns `value` if it is a worker. */
export function readWorker(value: unknown): WorkerLike {
  const has = (name: string) => typeof (value as Record<string, unknown>)[name] === "function";
  if (typeof value === "object" && value !== null && has("postMessage") && has("terminate")) {
    if (has("addEventListener") || has("on")) return value as WorkerLike;
  }
  throw typeError("worker()", "a Worker", show(value));
}

/** Terminates a worker. Errors are ignored, because nothing depends on the worker any more. */
export function terminate(worker: WorkerLike): void {
  try {
    const ending = worker.terminate();
    if (isPromise(ending)) ending.then(undefined, () => undefined);
  } catch {
    // ignored, as documented above
  }
}

interface Threads {
  readonly Worker: new (address: string | URL, options: { execArgv: string[]; name: string }) => WorkerLike;
  readonly parentPort: ThreadPort | null;
}

/** The port of the other side, in a worker thread of Node. */
export interface ThreadPort {
  on(event: "message", listener: (message: unknown) => void): unknown;
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

/** Returns Node's worker threads if they exist. */
export const nodeThreads = () => nodeModule<Threads>("worker_threads");

/**
 * Starts a worker thread of Node, without the options of this process, which would make it load things twice.
 */
export function startThread(address: string | URL): WorkerLike {
  const { Worker } = nodeThreads() as Threads;
  return new Worker(address, { execArgv: [], name: "bptt" });
}

/** Thrown if the runtime has no workers of any kind, such as Cloudflare Workers. */
export class NoWorkers extends Error {}

/** Throws if the runtime has no workers of any kind. */
export function requireWorkers(): void {
  if ("Worker" in globalThis || nodeThreads()) return;
  throw new NoWorkers("there are neither web workers nor node:worker_threads here");
}
