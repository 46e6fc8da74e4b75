/** `bptt/slim`: nothing works before `init`, everything after it; what is not wasm of ours is refused and does no harm. */

import { init, Rnn, sequenceLoss } from "bptt/slim";
import { expect, it } from "vitest";
import { inlined } from "../../ts/wasm/inlined.generated.js";
import { unpackLzma } from "../../ts/wasm/lzma.js";

const wasm = unpackLzma(Uint8Array.from(atob(inlined), (unit) => unit.charCodeAt(0)));
const EMPTY_MODULE = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

it("says what to do when nothing was loaded", () => {
  const error = expect.objectContaining({
    code: "NOT_INITIALISED",
    message: "bptt/slim: call `await init(…)` with bptt.wasm before anything else",
  });
  expect(() => new Rnn({ inputSize: 1, hiddenSize: 1 })).toThrow(error);
  expect(() => sequenceLoss([[[0]]], [[0]])).toThrow(error);
});

it.each([
  ["nothing", undefined],
  ["a number", 5],
  ["null", null],
  ["an object", {}],
  ["an array", [0, 97, 115, 109]],
])("refuses %s", async (_, source) => {
  await expect(init(source as never)).rejects.toThrow(TypeError);
  await expect(init(source as never)).rejects.toThrow(
    /^init: expected the bytes of bptt.wasm, .*, received /,
  );
});

it.each([
  ["garbage", Uint8Array.of(1, 2, 3)],
  ["no bytes", new ArrayBuffer(0)],
  ["a part of the wasm", wasm.slice(0, 1000)],
  ["another module", EMPTY_MODULE],
  ["another module, compiled", new WebAssembly.Module(EMPTY_MODULE)],
  ["a response that failed", new Response("not found", { status: 404 })],
  ["a response that is something else", new Response("<html>")],
  ["an address where nothing is", "http://localhost:1/bptt.wasm"],
])("says that it cannot load %s", async (_, source) => {
  await expect(init(source)).rejects.toThrow(expect.objectContaining({ code: "WASM_UNAVAILABLE" }));
});

it("loads the real one, once", async () => {
  await Promise.all([init(wasm), init(Promise.resolve(wasm.buffer))]);
  await init(wasm);
  await init(EMPTY_MODULE); // there is an instance: nothing happens
  const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 });
  expect(rnn.forward({ inputs: [[0, 1]] }).outputs.shape).toEqual([1, 2, 5]);
  rnn.free();
});
