/**
 * Starts the worker of the text tab. The build replaces this file (one-library.ts), so that page and worker
 * share the library.
 */

export function spawnTextWorker(): Worker {
  return new Worker(new URL("./text-worker.ts", import.meta.url), { type: "module", name: "bptt text" });
}
