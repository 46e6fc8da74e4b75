/**
 * Tests that the same seed gives the same bits in every engine that runs a script: initial weights, 100
 * steps, the outputs of the trained networks, samples, and the README's first program. The relaxed build
 * makes no such promise, because its fused multiply-add depends on the processor. It must come close to the
 * default build in every engine that has relaxed SIMD, and be refused in every other. Browsers and workerd
 * have separate test files.
 */

import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import * as library from "bptt";
import { beforeAll, describe, expect, it } from "vitest";
import { findArm64 } from "../../scripts/setup/arm64.mjs";
import { findRuntimes } from "../../scripts/setup/engines.mjs";
import { inProject } from "../../scripts/setup/paths.mjs";
import { inDist } from "../support/dist.js";
import { EXPECTED, expectRelaxed, firstProgram, titled } from "./expected.js";
import { hashes } from "./program.mjs";
import type { Beside } from "./relaxed.mjs";

const program = inProject("test", "engines", "program.mjs");
const relaxedProgram = inProject("test", "engines", "relaxed.mjs");
const folder = inProject("target", "engines");
const SECONDS = 240; // an emulator is slow when the machine is busy
const first = join(folder, "first.mjs");

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  const entry = JSON.stringify(pathToFileURL(inDist("index.js")).href);
  writeFileSync(first, firstProgram.code.replace('from "bptt"', `from ${entry}`));
});

it("the sources, in this process", () => {
  expect(hashes(library)).toEqual(EXPECTED);
});

const runtimes = [{ name: "this Node", path: process.execPath, args: [] }, ...findRuntimes(), ...findArm64()];
describe.each(runtimes.map((runtime) => ({ ...runtime, title: titled(runtime.name, runtime.path) })))(
  "$title",
  { timeout: 1000 * SECONDS },
  ({ name, path, args }) => {
    /** Runs a program and returns what it prints. */
    async function run(...rest: string[]): Promise<string> {
      const { stdout } = await promisify(execFile)(path!, [...args, ...rest]);
      return stdout;
    }

    it.skipIf(path === undefined)("the hashes", async () => {
      expect(JSON.parse(await run(program, inDist("index.js")))).toEqual(EXPECTED);
    });

    it.skipIf(path === undefined)("the relaxed build", async () => {
      expectRelaxed(name, JSON.parse(await run(relaxedProgram, inDist("/"))) as Beside);
    });

    it.skipIf(path === undefined)("the README's first program", async () => {
      expect((await run(first)).trimEnd()).toBe(firstProgram.output);
    });
  },
);
