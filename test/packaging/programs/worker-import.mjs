import * as library from "bptt";
import * as slim from "bptt/slim";
import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { inWorker } from "./worker.mjs";

await slim.init(readFile(new URL(import.meta.resolve("bptt/bptt.wasm"))));
const script = new URL(import.meta.resolve("bptt/worker"));
const all = [
  await inWorker(library),
  await inWorker(slim),
  await inWorker(library, () => new Worker(script)),
];
console.log(JSON.stringify(all));
