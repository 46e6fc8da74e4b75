/** The hashes of `program.mjs`, the bounds of `relaxed.mjs`, and the README's first program with its output. */

import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";
import { expectClose } from "../support/compare.js";
import { LOSS_IN_TRAINING } from "../support/tolerance.js";
import type { Beside } from "./relaxed.mjs";

/** A change of these hashes changes the results of users' seeds and belongs in the changelog. */
export const EXPECTED = {
  "the tutorial's": "e3ba5e5298297248",
  lengths: "6d3b4c19e6acf933",
  "weights and a clip": "123118faa001a92c",
  "dense, PyTorch's Adam": "3c830a3821146d32",
  "all at once": "1263f541145f7e03",
  relu: "77db09818ff16e7f",
  gru: "97cfc9ca15124c18",
  "gru, reset before": "44ff70117b6a2b67",
  "lstm, orthogonal": "d20274e33af4b3b1",
  "lstm, two layers, two directions, dropout, squares": "c6f39d66f1358258",
  "gru, quantiles": "aac15946eb3f0204",
  "gru, absolute errors": "94cdfcc5bb3c0dd3",
  "lstm, labels": "440c4875f1d09d13",
  "gru, three layers, dropout": "1c89aea715aa0045",
  "Nesterov, warm-up and cosine": "d9951096c3b0cfc8",
  "RMSProp, steps": "a6953cac89bfcd42",
};

/** Engines that are known to have relaxed SIMD or not. In other engines either answer is accepted. */
const HAS_RELAXED = new Map([
  ["Node 20", false],
  ["Node 24", true],
  ["Node 24 on arm64", true],
  ["Deno", true],
  ["Chromium", true],
]);
const REFUSAL = {
  code: "WASM_UNAVAILABLE",
  message: expect.stringMatching(
    /^bptt: this engine lacks WebAssembly relaxed SIMD, .*; "bptt" works without it$/,
  ) as string,
};

/** Seen in Node 24 on x64: 8e-8 along the first 100 steps, 5.5e-6 along the 100 from trained weights. */
export function expectRelaxed(engine: string, { refused, sameStart, losses, resumed }: Beside): void {
  const known = HAS_RELAXED.get(engine);
  if (known !== undefined) expect(refused === undefined, `${engine} runs the relaxed build`).toBe(known);
  if (refused) return void expect(refused).toEqual(REFUSAL);
  expect(sameStart).toBe(true); // the initial weights do not use it
  for (const [plain, relaxed] of [losses!, resumed!]) {
    expectClose("loss", relaxed!, plain!, LOSS_IN_TRAINING);
    expect(plain!.at(-1)).toBeLessThan(plain![0]! / 5);
  }
}

/** The first program of the README, which is plain JavaScript, and the text that it prints. */
export const firstProgram = readFirstProgram();

function readFirstProgram(): { code: string; output: string } {
  const readme = readFileSync(inProject("README.md"), "utf8");
  const [, code, output] = /```ts\n([\s\S]*?)```\s*```text\n([\s\S]*?)\n```/.exec(readme) ?? [];
  if (code === undefined || output === undefined) throw new Error("README.md has no first program");
  return { code, output };
}

/**
 * Returns the title of a test in an engine, which gives the reason if it is skipped because the engine is
 * missing.
 */
export function titled(engine: string, found: unknown): string {
  return found === undefined
    ? `${engine} (SKIPPED: not on this machine, and the set-up could not install it)`
    : engine;
}
