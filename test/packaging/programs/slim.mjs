// Uses the slim entry before and after `init`, with the named source: node slim.mjs
// bytes|buffer|response|url|module|…

import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as library from "bptt/slim";
import { gohome } from "./gohome.mjs";

const address = new URL(import.meta.resolve("bptt/bptt.wasm"));
const bytes = readFileSync(fileURLToPath(address));
const wasm = { headers: { "content-type": "application/wasm" } };

/** @type {Record<string, () => any>} */
const sources = {
  bytes: () => bytes,
  buffer: () => Uint8Array.from(bytes).buffer,
  response: () => new Response(bytes, wasm),
  promise: () => Promise.resolve(new Response(bytes, wasm)),
  url: () => address,
  address: () => address.href,
  module: () => new WebAssembly.Module(bytes),
  served: async () => {
    const server = createServer((_, response) => response.writeHead(200, { connection: "close" }).end(bytes));
    await /** @type {Promise<void>} */ (new Promise((ready) => server.listen(0, "127.0.0.1", ready)));
    server.unref();
    const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
    return new URL(`http://127.0.0.1:${port}/bptt.wasm`);
  },
};

let before;
try {
  gohome(library);
} catch (error) {
  const { name, code, message } = /** @type {Error & { code: string }} */ (error);
  before = { name, code, message };
}
await library.init(await sources[process.argv[2] ?? "bytes"]?.());
console.log(JSON.stringify({ before, after: gohome(library) }));
