/**
 * Where the worker's script is, seen from this file once it is bundled: `worker.js` beside it. The expression with `new
 * Worker` stands as bundlers look for it; a page may also take the library from another origin, whose scripts a worker
 * may import but not be.
 */

import { BpttError } from "./base/errors.js";
import { startThread, type WorkerLike } from "./worker/worker-like.js";

/** A worker with the script of `bptt/worker`. */
export function spawnWorker(): WorkerLike {
  if (typeof Worker !== "function") return thread();
  if (isForeign()) return imported();
  return new Worker(new URL("./worker.js", (import.meta as ImportMeta & { url: string }).url), {
    type: "module",
    name: "bptt",
  });
}

/** This file's address; undefined where a bundler has made a plain script of it. */
function here(): string | undefined {
  try {
    return (import.meta as ImportMeta & { url?: string }).url;
  } catch {
    return undefined;
  }
}

function thread(): WorkerLike {
  const address = here();
  const worker = address === undefined ? undefined : startThread(new URL("./worker.js", address));
  if (worker) return worker;
  throw new BpttError("WORKER_FAILED", "worker: there are no workers here");
}

function isForeign(): boolean {
  const address = here();
  const { location } = globalThis as { location?: { origin?: string } };
  return (
    address !== undefined &&
    /^https?:/.test(address) &&
    location?.origin !== undefined &&
    new URL(address).origin !== location.origin
  );
}

function imported(): WorkerLike {
  const script = `import ${JSON.stringify(new URL("./worker.js", here()).href)};`;
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  try {
    return new Worker(address, { type: "module", name: "bptt" });
  } finally {
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }
}
