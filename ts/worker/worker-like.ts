/** What a run needs of a worker, in the words of no platform's library, and how it is told from other things. */

import { typeError } from "../base/errors.js";
import { show } from "../base/show.js";
import { isPromise } from "../fit/batch-iterator.js";

/** A `Worker`: of the web, or of `node:worker_threads`. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
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

/** Node's worker threads where there are any, asked for in a way no bundler follows. */
export function nodeThreads(): Threads | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } };
  return process?.getBuiltinModule?.("node:worker_threads") as Threads | undefined;
}

/** A thread of Node's; options that this process was started with would make it load things twice. */
export function startThread(address: string | URL): WorkerLike | undefined {
  const threads = nodeThreads();
  return threads && new threads.Worker(address, { execArgv: [], name: "bptt" });
}
