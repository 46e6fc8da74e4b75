/** Workers with this library's script in Node and in a browser, and workers that can be made to die. */

import type { WorkerLike } from "bptt";
import { inject } from "vitest";

interface Threads {
  Worker: new (script: string | URL, options?: { eval: boolean }) => WorkerLike;
}

const { process } = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } };
const threads = process?.getBuiltinModule?.("node:worker_threads") as Threads | undefined;

/** The script of `bptt/worker`, from the sources. */
const script = threads
  ? inject("workerScript") // worker-script.ts
  : new URL("../../ts/worker.ts", import.meta.url).href;

/** For the option `worker`. */
export function startWorker(): WorkerLike {
  return threads ? new threads.Worker(new URL(script)) : new Worker(script, { type: "module" });
}

/** A worker that runs `before` and then the library's script. */
export function startWorkerAfter(before: string): WorkerLike {
  if (threads) return new threads.Worker(`${before}; import(${JSON.stringify(script)})`, { eval: true });
  const text = `${before}; import(${JSON.stringify(script)});`;
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  return new Worker(address, { type: "module" });
}

/** Starts a worker whose clock is slow to read and runs so fast that each step has a separate macrotask. */
export function startSlowWorker(): WorkerLike {
  return startWorkerAfter(`
    let time = 0;
    performance.now = () => {
      for (const start = Date.now(); Date.now() < start + 2; );
      return (time += 20);
    }`);
}

/** A worker of a script that is not there. */
export function startMissingWorker(): WorkerLike {
  const missing = new URL("./no-such-worker.js", import.meta.url);
  return threads ? new threads.Worker(missing) : new Worker(missing, { type: "module" });
}

/** Does what its messages ask for: `throw`, `exit`. */
const MORTAL = threads
  ? `require("node:worker_threads").parentPort.on("message", ({ die }) => {
       if (die === "throw") throw new TypeError("struck by lightning");
       if (die === "exit") process.exit(3);
     })`
  : `addEventListener("message", ({ data: { die } }) => {
       if (die === "throw") throw new TypeError("struck by lightning");
       if (die === "exit") close();
     })`;

/** A worker, and a way to its end. */
export function startMortalWorker(): {
  worker: WorkerLike;
  die: (how: "throw" | "exit" | "terminate") => void;
} {
  const worker = startWorkerAfter(MORTAL);
  const die = (how: string) => {
    if (how === "terminate") worker.terminate();
    else worker.postMessage({ die: how }, []);
  };
  return { worker, die };
}

/** Whether this is Node. */
export const inNode = threads !== undefined;
