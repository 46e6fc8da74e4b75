/**
 * Starts a worker with the script of `bptt/worker`: `worker.js` in the folder of the bundle. Bundlers search
 * for the expression with `new Worker` as it is written here. If the page may not start the script directly,
 * because the library comes from another origin or the page is sandboxed (its origin is "null"), a small
 * script from the page's origin loads it.
 */

import { startTimeout } from "./base/platform.js";
import { requireWorkers, startThread, type WorkerLike } from "./worker/worker-like.js";

/**
 * Starts a worker with the script of `bptt/worker`. Throws the reason when none can be started; link.ts adds
 * advice to it.
 */
export function spawnWorker(): WorkerLike {
  requireWorkers();
  const address = here();
  if (typeof Worker !== "function") return startThread(new URL("./worker.js", address));
  const { origin } = globalThis as { origin?: string };
  if (origin !== undefined && /^https?:/.test(address) && new URL(address).origin !== origin) {
    return imported(new URL("./worker.js", address).href, origin === "null");
  }
  return new Worker(new URL("./worker.js", (import.meta as ImportMeta & { url: string }).url), {
    type: "module",
    name: "bptt",
  });
}

/** Returns the address of this file. In a bundle that is not an ES module it is unknown. */
function here(): string {
  let address: string | undefined;
  try {
    address = (import.meta as ImportMeta & { url?: string }).url;
  } catch {
    // the same case as an undefined address
  }
  if (address !== undefined) return address;
  throw new Error("a bundle that is not an ES module cannot locate the worker's script");
}

/**
 * Starts a worker that loads the script. A sandboxed page needs a classic worker, because its requests for
 * modules fail the CORS check.
 */
function imported(script: string, sandboxed: boolean): WorkerLike {
  const address = JSON.stringify(script);
  const text = sandboxed ? `importScripts(${address})` : `import ${address};`;
  const blob = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    return new Worker(blob, { type: sandboxed ? "classic" : "module", name: "bptt" });
  } finally {
    startTimeout?.(() => URL.revokeObjectURL(blob), 60_000);
  }
}
