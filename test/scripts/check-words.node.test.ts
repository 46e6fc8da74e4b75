/** The check of words: it accepts the tree as it is, and refuses the listed words and starts of docstrings. */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";

const folders: string[] = [];

/** Returns the output of the script for a tree with one file, or for the project. */
function check(file?: string, content = ""): { code: number | null; output: string } {
  const script = inProject("scripts", "check-words.mjs");
  if (file === undefined) return run([script]);
  const folder = mkdtempSync(join(tmpdir(), "bptt-words-"));
  folders.push(folder);
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), content);
  return run([script, folder]);
}

function run(args: string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { code: status, output: stdout + stderr };
}

describe("check-words", () => {
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

  it("accepts the tree as it is", () => {
    expect(check()).toEqual({ code: 0, output: "" });
  });

  // the words are put together here, so that this file does not contain them
  const CONTINUES = "goes " + "on";
  it.each([
    ["a comment", "ts/a.ts", `const a = 1; // it ${CONTINUES}\n`, 1],
    [
      "a comment of several lines",
      "examples/a.tsx",
      `// The run\n// ${CONTINUES} later.\nexport const a = <p>b</p>;\n`,
      1,
    ],
    ["a comment of a script", "scripts/a.mjs", `\n/* The run ${CONTINUES}. */\n`, 2],
    ["a docstring", "ts/base/a.ts", `/**\n * Returns what ${CONTINUES}.\n */\nexport const a = 1;\n`, 1],
    ["a comment of Rust", "crate/src/a.rs", `fn a() {}\n/// The run\n/// ${CONTINUES}.\nfn b() {}\n`, 2],
    ["a paragraph of Markdown", "docs/a.md", `# A\n\nThe run\n${CONTINUES}.\n`, 3],
    ["a help text", "ts/cli/a.ts", `help("the run ${CONTINUES}");\n`, 1],
  ])("refuses a word in %s", (_, file, content, line) => {
    const { code, output } = check(file, content);
    expect(output).toBe(`${file}:${line}: "${CONTINUES}": say "continue"\n`);
    expect(code).toBe(1);
  });

  it.each([
    ["ts/a.ts", "/** Whether it is ready. */\nexport const a = 1;\n"],
    ["ts/a.ts", "/**\n * What it returns.\n */\nexport const a = 1;\n"],
    ["crate/src/a.rs", "/// Where it is.\npub struct A;\n"],
  ])("refuses the start of a docstring in %s", (file, content) => {
    const { code, output } = check(file, content);
    expect(output).toMatch(/^[\w/.]+:1: a docstring begins with "(Whether|What|Where)"/);
    expect(code).toBe(1);
  });

  it.each([
    ["code in backticks", "docs/a.md", "The option `anew` is removed.\n"],
    ["a block of code", "docs/a.md", "```\nanew\n```\n"],
    ["a string outside of the command line", "ts/a.ts", `export const a = "anew";\n`],
    ["a docstring of a test", "test/a.ts", "/** What it prints. */\n"],
    ["a name in code", "ts/a.ts", "export const behind = 1;\n"],
  ])("accepts a word in %s", (_, file, content) => {
    expect(check(file, content)).toEqual({ code: 0, output: "" });
  });
});
