/**
 * `bptt/relaxed` as such: what is in its module, and what it says where the engine has no relaxed SIMD. Node 20 is such an engine,
 * later ones are made to look like one; that it works where it should is for test/engines, and for the whole suite, which runs
 * on this build too.
 */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hasRelaxedSimd } from "../../scripts/setup/engines.mjs";
import { inProject } from "../../scripts/setup/paths.mjs";
import { defaultVariant, relaxedVariant, wasmFileOf } from "../../scripts/setup/wasm-build.mjs";

const refusal = {
  name: "BpttError",
  code: "WASM_UNAVAILABLE",
  message:
    "bptt: this engine lacks WebAssembly relaxed SIMD, which the relaxed build needs (Node 22, Chrome 114, Firefox 146 and later " +
    'have it); "bptt" works without it',
};

beforeEach(() => vi.resetModules());
afterEach(() => vi.restoreAllMocks());

/** The relaxed instructions of a module, each once. */
function relaxedInstructions(file: string): string[] {
  const disassembler = inProject("node_modules", "binaryen", "bin", "wasm-dis");
  const text = execFileSync(process.execPath, [disassembler, "--all-features", file], {
    encoding: "utf8",
    maxBuffer: 1 << 27,
  });
  expect(text).toContain("f32x4.mul");
  return [...new Set(text.match(/\b\w+\.relaxed_\w+/g))];
}

it("contains the fused multiply-add and no other relaxed instruction: relaxed min and max may lose a NaN", () => {
  expect(relaxedInstructions(wasmFileOf(relaxedVariant))).toEqual(["f32x4.relaxed_madd"]);
  expect(relaxedInstructions(wasmFileOf(defaultVariant))).toEqual([]);
});

/** What an engine without relaxed SIMD does: it knows SIMD, but neither validates nor compiles a relaxed instruction. */
function forgetRelaxedSimd(): void {
  if (!hasRelaxedSimd()) return;
  const { validate } = WebAssembly;
  vi.spyOn(WebAssembly, "validate").mockImplementation(
    (bytes) => ![...new Uint8Array(bytes as ArrayBuffer)].join().includes("253,133,2") && validate(bytes),
  );
  vi.spyOn(WebAssembly, "compile").mockRejectedValue(
    new WebAssembly.CompileError("simd opcode not available"),
  );
}

describe("where the engine lacks relaxed SIMD", () => {
  beforeEach(forgetRelaxedSimd);

  it("importing it does nothing, the first use and `init` say what is missing, each time", async () => {
    const { init, oneHot, Rnn, sequenceLoss } = await import("bptt/relaxed");
    expect(oneHot([[0]], 1).shape).toEqual([1, 1, 1]); // needs no core
    for (let turn = 0; turn < 2; turn++) {
      expect(() => new Rnn({ inputSize: 1, hiddenSize: 1 })).toThrow(expect.objectContaining(refusal));
      expect(() => sequenceLoss([[[0]]], [[0]])).toThrow(expect.objectContaining(refusal));
      await expect(init()).rejects.toThrow(expect.objectContaining(refusal));
    }
  });

  it("`bptt/slim` says the same of relaxed.wasm, and then still takes bptt.wasm", async () => {
    const { init, Rnn } = await import("bptt/slim");
    const relaxed = readFileSync(wasmFileOf(relaxedVariant));
    await expect(init(relaxed)).rejects.toThrow(expect.objectContaining(refusal));
    vi.restoreAllMocks();
    await init(readFileSync(wasmFileOf(defaultVariant)));
    expect(new Rnn({ inputSize: 4, hiddenSize: 5 }).hiddenSize).toBe(5);
  });

  it("other complaints are not taken for this one", async () => {
    const { init } = await import("bptt/slim");
    vi.spyOn(WebAssembly, "compile").mockRejectedValue(new WebAssembly.CompileError("expected magic word"));
    await expect(init(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))).rejects.toThrow(
      expect.objectContaining({
        message: "bptt: the WebAssembly module cannot be loaded: expected magic word",
      }),
    );
  });
});
