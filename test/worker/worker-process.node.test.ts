// Runs in a worker in a separate process, with the built library: Node exits after the last run, but not while a run is
// paused, and finished runs leave no resources allocated.

import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";
import { inDist } from "../support/dist.js";

const folder = inProject("target", "worker-process");
const SETUP = `
  import { CharRnn } from ${JSON.stringify(pathToFileURL(inDist("index.js")).href)};
  const text = "gohome ".repeat(30);
  const model = new CharRnn({ text, hiddenSize: 8 });
  const options = { steps: 30, batchSize: 4, sequenceLength: 8, worker: true };
  process.on("unhandledRejection", () => console.log("unhandled"));
`;

interface Ended {
  output: string;
  code: number | null;
}

/** Runs a program: what it prints and how it ends. With `kill` it is ended once it has printed that. */
function run(
  name: string,
  program: string,
  { kill, flags = [] }: { kill?: string; flags?: string[] } = {},
): Promise<Ended> {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, SETUP + program);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...flags, file], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const add = (chunk: Buffer) => {
      output += String(chunk);
      if (kill !== undefined && output.includes(kill)) child.kill("SIGKILL");
    };
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    child.on("close", (code) => resolve({ output, code }));
  });
}

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
});

describe("Node ends by itself", () => {
  it("after a run that nobody listens to, which is done to its end", async () => {
    const program = `model.fit(text, { ...options, onProgress: ({ step }) => step === 30 && console.log("done") });`;
    expect(await run("unlistened", program)).toEqual({ output: "done\n", code: 0 });
  });

  it("after one whose worker cannot be loaded, without an unhandled rejection", async () => {
    const program = `
      import { Worker } from "node:worker_threads";
      model.fit(text, { ...options, worker: () => new Worker("/no/such/worker.js") });
    `;
    expect(await run("failing", program)).toEqual({ output: "", code: 0 });
  });

  it("after a worker that died late, and one whose listener threw", async () => {
    const program = `
      import { Worker } from "node:worker_threads";
      const worker = new Worker(new URL(${JSON.stringify(pathToFileURL(inDist("worker.js")).href)}));
      const run = model.fit(text, { ...options, steps: 1e9, worker: () => worker });
      for await (const { step } of run) if (step > 3) break;
      worker.terminate();
      await run.then(undefined, ({ code }) => console.log(code));
      const onProgress = () => { throw new Error("mine"); };
      await model.resume(text, { worker: true, onProgress }).then(undefined, ({ message }) => console.log(message));
    `;
    expect(await run("died", program)).toEqual({ output: "WORKER_FAILED\nmine\n", code: 0 });
  });

  it("started in other ways too", async () => {
    const program = `console.log((await model.fit(text, options)).stopped);`;
    for (const flags of [["--import", "tsx"], ["--max-old-space-size=200"], ["--enable-source-maps"]]) {
      expect(await run("flags", program, { flags })).toEqual({ output: "finished\n", code: 0 });
    }
  });

  it("but not while a run rests, which somebody may want to go on with", async () => {
    const program = `
      const run = model.fit(text, { ...options, steps: 1e9 });
      run.pause();
      await run.checkpoint();
      setTimeout(() => console.log("still here"), 1500).unref();
    `;
    expect(await run("resting", program, { kill: "still here\n" })).toEqual({
      output: "still here\n",
      code: null,
    });
  });
});

describe("many runs", () => {
  it("leak no thread, listener, timer or memory", async () => {
    const program = `
      import { Worker } from "node:worker_threads";
      import { setTimeout as after } from "node:timers/promises";
      const script = new URL(${JSON.stringify(pathToFileURL(inDist("worker.js")).href)});
      let alive = 0;
      const worker = () => {
        alive++;
        return new Worker(script).on("exit", () => void alive--);
      };
      const abort = new AbortController();
      let listeners = 0;
      const signal = {
        aborted: false,
        addEventListener: () => void listeners++,
        removeEventListener: () => void listeners--,
      };
      const one = async (n) => {
        const run = model.fit(text, { ...options, steps: n % 2 ? 3 : 1e9, worker, signal });
        if (n % 4 === 0) run.stop();
        if (n % 4 === 2) for await (const _ of run) { run.stop(); }
        await run;
      };
      const weight = async () => {
        for (let i = 0; i < 5; i++) { await after(20); globalThis.gc(); }
        const { heapUsed, external, arrayBuffers } = process.memoryUsage();
        return heapUsed + external + arrayBuffers;
      };
      for (let n = 0; n < 20; n++) await one(n);
      const before = await weight();
      for (let n = 0; n < 80; n++) await one(n);
      const grown = (await weight()) - before;
      console.log(JSON.stringify({ alive, listeners, resources: process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|Timeout|FS/.test(name)), grown }));
    `;
    const { output, code } = await run("many", program, { flags: ["--expose-gc"] });
    const { grown, ...left } = JSON.parse(output) as { grown: number };
    expect(code).toBe(0);
    expect(left).toEqual({ alive: 0, listeners: 0, resources: [] });
    // a leaked run would keep its text's ids, weights and moments: more than 10 KB each. Measured: below 100 KB in total
    expect(grown).toBeLessThan(80 * 5_000);
  });
});
