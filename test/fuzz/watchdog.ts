/**
 * Ends a process whose main thread is in the same case for too long, and prints the case. Time is processor
 * time, because other processes may run.
 */

import { Worker } from "node:worker_threads";

const LONGEST = 90_000;

const CODE = `
const { workerData: { counter, name, longest } } = require("node:worker_threads");
const { writeSync } = require("node:fs");
const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
let last = -1, since = used();
setInterval(() => {
  const now = Atomics.load(counter, 0);
  if (now !== last) { last = now; since = used(); }
  else if (used() - since > longest) {
    const text = new TextDecoder().decode(new Uint8Array(name.slice(0)).filter((byte) => byte !== 0));
    writeSync(2, "fuzz: no end after " + longest / 1000 + " s: " + text + "\\n");
    process.kill(process.pid, "SIGKILL");
  }
}, 1000);
`;

export class Watchdog {
  readonly #counter = new Int32Array(new SharedArrayBuffer(4));
  readonly #name = new Uint8Array(new SharedArrayBuffer(200));
  readonly #worker: Worker;

  constructor() {
    const workerData = { counter: this.#counter, name: this.#name.buffer, longest: LONGEST };
    this.#worker = new Worker(CODE, { eval: true, workerData });
    this.#worker.unref();
  }

  /** Begins a case. */
  begin(name: string): void {
    this.#name.fill(0);
    this.#name.set(new TextEncoder().encode(name).subarray(0, 200));
    Atomics.add(this.#counter, 0, 1);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
