// Drops objects without `free` in an asynchronous loop and prints the size of the wasm memory, in pages of 64
// KiB:
//
//     node [--expose-gc] test/memory/dropped.mjs path/to/dist/index.js network|optimizer|session rounds
//
// With --expose-gc, garbage is collected every 50 rounds; otherwise the engine decides.

import { pathToFileURL } from "node:url";
import { setImmediate as nextTask } from "node:timers/promises";

const [, , dist = "", kind = "", rounds = "0"] = process.argv;

/** @type {WebAssembly.Memory | undefined} the memory of the library's instance */
let memory;
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, args) {
    const instance = Reflect.construct(target, args);
    memory = instance.exports.memory;
    return instance;
  },
});

/** @type {typeof import("bptt")} */
const { Adam, Rnn } = await import(pathToFileURL(dist).href);
const batch = { inputs: [[0, 1, 2]], targets: [[1, 2, 3]] };
const make = () => new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 32, outputSize: 4 });
const kept = make();

/** @type {Record<string, () => void>} */
const kinds = {
  network: () => void make().trainStep(batch, new Adam()),
  optimizer: () => void kept.trainStep(batch, new Adam()),
  session: () => void kept.session({ batch: 200 }).step(new Int32Array(200)),
};
const drop = kinds[kind];
if (drop === undefined) throw new Error(`unknown kind ${kind}`);

const { gc } = globalThis;
const pages = () => (memory?.buffer.byteLength ?? 0) / 65_536;
/** @param {number} times @param {number} every number of rounds between two collections */
async function dropMany(times, every) {
  for (let i = 1; i <= times; i++) {
    drop?.();
    if (i % every === 0) gc?.();
    await nextTask();
  }
}

const start = pages();
await dropMany(600, 60); // slightly more at a time than later, because late finalizers vary in number
const warm = pages();
await dropMany(Number(rounds), 50);
console.log(JSON.stringify({ start, warm, end: pages() }));
