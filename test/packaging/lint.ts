/** Tests that the linters of packages find nothing in the tarball. */

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { describe, expect, it } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";
import type { Toy } from "./toy.js";

export function testLint(toy: Toy): void {
  describe("linters", () => {
    it("publint", async () => {
      const tarball = new Uint8Array(await readFile(toy.tarball)).buffer;
      const { messages, pkg } = await publint({ pack: { tarball }, level: "suggestion", strict: true });
      expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
    });

    it("licences of what is bundled and linked", async () => {
      const text = await readFile(
        toy.path("node_modules", "bptt", "dist", "THIRD_PARTY_LICENSES.txt"),
        "utf8",
      );
      for (const name of [
        "fflate",
        "pbf",
        "commander",
        "talc",
        "allocator-api2",
        "wasm-bindgen",
        "Rust standard",
      ])
        expect(text).toContain(`${name} `);
      expect(text.match(/Permission is hereby granted/g)?.length).toBeGreaterThan(8);
    });

    it("a README without dead links", async () => {
      const readme = await readFile(toy.path("node_modules", "bptt", "README.md"), "utf8");
      expect(readme.match(/\]\((?!https?:|#)[^)]*\)/g) ?? []).toEqual([]);
    });

    it("are the types wrong?", async () => {
      const attw = inProject("node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
      const args = [attw, toy.tarball, "--format", "json", "--no-definitely-typed"];
      const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 26 }).catch(
        (error: { stdout: string }) => error,
      );
      interface Answer {
        analysis: { types: unknown };
        problems?: Record<string, unknown>;
      }
      const { analysis, problems } = JSON.parse(stdout) as Answer;
      expect(analysis.types).toEqual({ kind: "included" });
      expect(problems ?? {}).toEqual({});
    });
  });
}
