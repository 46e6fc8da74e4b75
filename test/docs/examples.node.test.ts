// Every `@example` of the docstrings and every TypeScript block of the README is compiled strictly against the built
// package and run; where the README shows an output, or a comment behind console.log does, it is the one that comes.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";
import { inDist } from "../support/dist.js";

interface Example {
  name: string;
  code: string;
  output?: string | undefined;
}

/** The code behind each `@example`, up to the next tag or the end of its comment. */
function docstringExamples(file: string): Example[] {
  const found: Example[] = [];
  for (const [comment] of readFileSync(inProject("ts", file), "utf8").matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const text = comment.replace(/^\s*\* ?/gm, "").replace(/\*?\/\s*$/, "");
    for (const part of text.split(/^@example\s*$/m).slice(1)) {
      const code = part.split(/^@\w+/m)[0]?.trim() ?? "";
      found.push({ name: `ts/${file} ${found.length + 1}`, code });
    }
  }
  return found;
}

/** The README's TypeScript blocks, each with the text block right behind it. */
function readmeExamples(): Example[] {
  const readme = readFileSync(inProject("README.md"), "utf8");
  const blocks = readme.matchAll(/```ts\n([\s\S]*?)```(?:\s*```text\n([\s\S]*?)```)?/g);
  return [...blocks].map(([, code = "", output], i) => ({ name: `README.md ${i + 1}`, code, output }));
}

/** What the comments behind `console.log(…);` say will be printed, in order; with … or words it is for people only. */
function promises(code: string): string[] {
  const comments = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment = ""]) => comment);
  return comments.filter((comment) => !/…|, \w+ times/.test(comment)).map(squeezed);
}

/** Without spaces, kinds of quotes, and Node's lengths of typed arrays: "Int32Array(2) [ 1, 0 ]" is "Int32Array[1,0]". */
function squeezed(output: string): string {
  return output
    .replace(/(Array)\(\d+\)/g, "$1")
    .replace(/['"]/g, "")
    .replace(/\s/g, "");
}

const sources = readdirSync(inProject("ts"), { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts"))
  .sort();
const examples = [...readmeExamples(), ...sources.flatMap(docstringExamples)];
// Inside the project, so that "bptt" is the package itself, as it is built.
const folder = inProject("target", "examples");
const fileOf = (example: Example) => `${example.name.replace(/\W+/g, "-")}.ts`;

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  for (const example of examples)
    writeFileSync(join(folder, fileOf(example)), `${example.code}\nexport {};\n`);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noUncheckedIndexedAccess: true,
        module: "nodenext",
        target: "es2022",
        lib: ["es2022", "dom"],
        types: ["node"],
        typeRoots: [inProject("node_modules", "@types")],
        paths: {
          bptt: [inDist("index.d.ts")],
          "bptt/slim": [inDist("slim.d.ts")],
          "bptt/relaxed": [inDist("relaxed.d.ts")],
          "bptt/convert": [inDist("convert.d.ts")],
          "bptt/node": [inDist("node.d.ts")],
        },
        outDir: "out",
      },
      include: ["*.ts"],
    }),
  );
});

test("there are examples, and all of them compile", () => {
  expect(examples.filter(({ name }) => name.startsWith("README"))).not.toHaveLength(0);
  expect(examples.filter(({ name }) => name.startsWith("ts/")).length).toBeGreaterThan(15);
  try {
    execFileSync(process.execPath, [inProject("node_modules", "typescript", "bin", "tsc"), "-p", folder]);
  } catch (error) {
    expect.fail(String((error as { stdout: Buffer }).stdout));
  }
});

describe("runs", () => {
  test.each(examples)("$name", (example) => {
    // One folder up, where the nearest package.json is the project's own, "bptt" is its dist. A failure throws.
    const script = inProject("target", "examples", "out", fileOf(example).replace(/\.ts$/, ".js"));
    const runnable = inProject("target", `example-${fileOf(example).replace(/\.ts$/, ".mjs")}`);
    writeFileSync(runnable, readFileSync(script));
    try {
      const output = execFileSync(process.execPath, [runnable], { encoding: "utf8" });
      if (example.code.includes("console.log(")) expect(output.trim()).not.toBe("");
      let rest = squeezed(output);
      for (const promise of promises(example.code)) {
        expect(rest).toContain(promise);
        rest = rest.slice(rest.indexOf(promise) + promise.length);
      }
      if (example.output !== undefined) expect(output.trim()).toBe(example.output.trim());
    } finally {
      rmSync(runnable);
    }
  });
});
