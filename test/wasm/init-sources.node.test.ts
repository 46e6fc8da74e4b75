/** Every form in which the module may be handed in, each into a fresh copy of the library. */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";

const file = new URL("../../crate/pkg/bptt_bg.wasm", import.meta.url);
const bytes = readFileSync(file);
const server = createServer((_, response) => response.end(bytes));

let address = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const at = server.address();
  address = `http://127.0.0.1:${typeof at === "object" && at ? at.port : 0}/bptt.wasm`;
});
afterAll(() => server.close());
beforeEach(() => vi.resetModules());

it.each<[string, () => unknown]>([
  ["a Buffer", () => bytes],
  ["a Uint8Array", () => new Uint8Array(bytes)],
  ["an ArrayBuffer", () => new Uint8Array(bytes).buffer],
  ["a DataView", () => new DataView(new Uint8Array(bytes).buffer)],
  ["a Blob", () => new Blob([new Uint8Array(bytes)])],
  ["a Response", () => new Response(new Uint8Array(bytes))],
  ["the promise of a Response", () => fetch(address)],
  ["a file URL", () => file],
  ["a file address", () => file.href],
  ["a URL", () => new URL(address)],
  ["an address", () => address],
  ["a compiled module", () => new WebAssembly.Module(bytes)],
])("%s", async (_, source) => {
  const { init, Rnn } = await import("bptt/slim");
  await init(source() as never);
  expect(new Rnn({ inputSize: 4, hiddenSize: 5 }).forward({ inputs: [[0]] }).outputs.shape).toEqual([
    1, 1, 5,
  ]);
});

it("is no need of the default entry, where it may still come first", async () => {
  const { init, Rnn } = await import("bptt");
  await init();
  await init(file);
  expect(new Rnn({ inputSize: 4, hiddenSize: 5 }).hiddenSize).toBe(5);
});

it("says when a file is not there, or a path is no address", async () => {
  const { init } = await import("bptt/slim");
  await expect(init(new URL("missing.wasm", file))).rejects.toThrow(
    expect.objectContaining({ code: "WASM_UNAVAILABLE" }),
  );
  await expect(init(fileURLToPath(file))).rejects.toThrow(RangeError);
});

it("says what a server sent in place of the file", async () => {
  const { init } = await import("bptt/slim");
  const page = new TextEncoder().encode("<!doctype html><title>App</title>");
  for (const source of [page, page.buffer, new Response(page), new Blob([page])]) {
    await expect(init(source)).rejects.toMatchObject({
      code: "WASM_UNAVAILABLE",
      message:
        'bptt: these bytes are not WebAssembly, they begin with "<!doctype html><"; is the address right?',
    });
  }
  await expect(init(new Uint8Array())).rejects.toThrow(/they begin with ""/);
});
