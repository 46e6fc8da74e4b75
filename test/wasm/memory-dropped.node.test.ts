/**
 * The wasm memory of objects that are dropped without `free` is freed after the garbage collector has found them.
 * Finalizers run between tasks, so the loop is asynchronous. A separate process allows explicit collections.
 */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";
import { inDist } from "../support/dist.js";

interface Pages {
  start: number;
  warm: number;
  end: number;
}

async function dropped(kind: string, rounds: number, ...flags: string[]): Promise<Pages> {
  const program = inProject("test", "memory", "dropped.mjs");
  const args = [...flags, program, inDist("index.js"), kind, String(rounds)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Pages;
}

const KINDS = ["network", "optimizer", "session"];

describe("flat over 10 000 dropped without free, collected every 50", () => {
  it.each(KINDS)("%s", async (kind) => {
    const { start, warm, end } = await dropped(kind, 10_000, "--expose-gc");
    expect(warm).toBeGreaterThan(start);
    // When a finalizer runs is the engine's to say, so a few more may be alive at once than in the warm-up. Leaked,
    // 9 000 of them would be hundreds of pages.
    expect(end - warm).toBeLessThanOrEqual(8);
  });
});

it("bounded over 30 000 networks where the engine collects when it sees fit", async () => {
  const { start, end } = await dropped("network", 30_000);
  // a network of this size takes about a page: all of them together would be 30 000
  expect(end - start).toBeLessThan(6_000);
});
