/**
 * Tests that the committed manual is the one that the definitions give, and contains everything that `--help`
 * shows.
 */

import { readFileSync } from "node:fs";
import { afterAll, expect, it, test } from "vitest";
import { manual, MANUAL } from "../../scripts/manual.js";
import { makeProgram } from "../../ts/cli/program.js";
import packageJson from "../../package.json";
import { Folder } from "./run-cli.js";

const folder = new Folder();
afterAll(() => folder.remove());
const commands = makeProgram().commands.map((command) => command.name());
const squeezed = (text: string) => text.replace(/\s+/g, "");

it("docs/cli.md is up to date (npm run manual makes it)", () => {
  expect(readFileSync(MANUAL, "utf8")).toBe(manual());
});

it("has the commands", () => {
  expect(commands).toEqual(["train", "generate", "evaluate", "forecast", "backtest", "inspect", "convert"]);
});

test.each(commands)("%s --help has its options and an example, and so has the manual", (command) => {
  const { code, stdout, stderr } = folder.bptt([command, "--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(folder.bptt(["help", command]).stdout).toBe(stdout);
  expect(stdout).toMatch(new RegExp(`Examples?:\n  \\$ bptt ${command} .*\n`));
  const said = squeezed(manual().split(`## bptt ${command}\n`)[1]!.split("\n## ")[0]!);
  const options = [...stdout.matchAll(/^ {2}(?:-\w, )?--[\w-]+.*$(?:\n {10,}.*$)*/gm)];
  expect(options.length).toBeGreaterThan(1);
  for (const [option] of options) expect(said).toContain(squeezed(option));
  for (const [example] of stdout.matchAll(/^ {2}\$ .*$/gm)) expect(said).toContain(squeezed(example));
});

test.each(["--version", "-V"])("%s", (flag) => {
  expect(folder.bptt([flag])).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: "" });
});
