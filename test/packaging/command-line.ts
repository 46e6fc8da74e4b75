/**
 * Tests the packed command line, installed and by `npx` from the tarball. It works with the content of the
 * package alone.
 */

import { execFile } from "node:child_process";
import { mkdir, readFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { CharRnn } from "bptt";
import { describe, expect, it } from "vitest";
import packageJson from "../../package.json";
import type { Toy } from "./toy.js";

const execute = promisify(execFile);

export function testCommandLine(toy: Toy): void {
  const names = "anna\nhanna\nsusanna\njohanna\n";
  /** Runs `npx …` in a folder of the toy. */
  const npx = async (folder: string, ...args: string[]) => {
    const env = {
      ...process.env,
      npm_config_cache: toy.path("npm-cache"),
      npm_config_update_notifier: "false",
    };
    const shell = process.platform === "win32";
    return (await execute("npx", ["--offline", ...args], { cwd: toy.path(folder), env, shell })).stdout;
  };

  describe("npx bptt", () => {
    it("trains, writes, measures, shows and converts", async () => {
      await mkdir(toy.path("names"));
      await toy.write("names/names.txt", names);
      const train = ["--lines", "--hidden", "8", "--steps", "20", "--quiet"];
      expect(await npx("names", "bptt", "train", "names.txt", "-o", "names.safetensors", ...train)).toBe("");
      const model = CharRnn.load(await readFile(toy.path("names", "names.safetensors")));
      expect(await npx("names", "bptt", "generate", "names.safetensors")).toBe(`${model.generate()}\n`);
      expect(
        JSON.parse(await npx("names", "bptt", "evaluate", "names.safetensors", "names.txt", "--json")),
      ).toEqual(model.evaluate(names.trimEnd().split("\n")));
      expect(await npx("names", "bptt", "inspect", "names.safetensors")).toContain("gru, 1 layer of 8");
      for (const to of ["pytorch", "keras", "onnx"]) {
        await npx("names", "bptt", "convert", "names.safetensors", "--to", to, "-o", to);
        expect((await stat(toy.path("names", to))).size).toBeGreaterThan(1000);
      }
    });

    it("fails as it should", async () => {
      const failure = npx("names", "bptt", "inspect", "nowhere");
      await expect(failure).rejects.toMatchObject({
        code: 1,
        stdout: "",
        stderr: "bptt: nowhere: no such file or folder\n",
      });
    });

    it("from the tarball, where nothing is installed", async () => {
      await mkdir(toy.path("empty"));
      const output = await npx("empty", "--yes", `--package=${toy.tarball}`, "bptt", "--version");
      expect(output).toBe(`${packageJson.version}\n`);
    });
  });
}
