// Every `@example` of the docstrings and every TypeScript block of the README and the site is compiled strictly against the
// built package and run. An output shown on a page, or in a comment after console.log, must be equal to the real output.

import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { beforeAll, describe, expect, test } from "vitest";
import { inProject, which } from "../../scripts/setup/paths.mjs";
import { inDist } from "../support/dist.js";
import { blocks, blocksIn, type Block } from "./blocks.js";

interface Example {
  name: string;
  code: string;
  output?: string | undefined;
}

/** Returns the code of each `@example`, up to the next tag or the end of its comment. */
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

/**
 * Returns the outputs that the comments after `console.log(…);` promise, in order. A comment with … or words
 * is for people only.
 */
function promises(code: string): string[] {
  const comments = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment = ""]) => comment);
  return comments.filter((comment) => !/…|, \w+ times/.test(comment)).map(squeezed);
}

/**
 * Removes spaces, kinds of quotes, and Node's lengths of typed arrays: "Int32Array(2) [ 1, 0 ]" becomes
 * "Int32Array[1,0]".
 */
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
const programs: readonly Example[] = blocksIn(["ts"]);
const examples = [...programs, ...sources.flatMap(docstringExamples)];
// The folder is inside the project, so that "bptt" is the built package.
const folder = inProject("target", "examples");
const fileOf = ({ name }: { name: string }) => `${name.replace(/\W+/g, "-")}.ts`;

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  for (const example of examples)
    writeFileSync(join(folder, fileOf(example)), `${example.code}\nexport {};\n`);
  for (const block of [...blocksIn(["ts"], "browser"), ...blocksIn(["ts"], "worker")])
    writeFileSync(join(folder, fileOf(block)), `${block.code}\nexport {};\n`);
  for (const block of blocksIn(["tsx"], "browser"))
    writeFileSync(join(folder, `${fileOf(block)}x`), `${block.code}\nexport {};\n`);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noUncheckedIndexedAccess: true,
        module: "nodenext",
        target: "es2022",
        lib: ["es2022", "dom", "dom.iterable"],
        jsx: "react-jsx",
        jsxImportSource: "preact",
        skipLibCheck: true,
        types: ["node"],
        typeRoots: [inProject("node_modules", "@types")],
        paths: {
          bptt: [inDist("index.d.ts")],
          "bptt/slim": [inDist("slim.d.ts")],
          "bptt/relaxed": [inDist("relaxed.d.ts")],
          "bptt/convert": [inDist("convert.d.ts")],
          "bptt/node": [inDist("node.d.ts")],
          "bptt/bptt.wasm": [inDist("bptt.wasm.d.ts")],
          // the same hooks and types
          react: [inProject("node_modules", "preact", "compat", "src", "index.d.ts")],
          "react-dom/client": [inProject("node_modules", "preact", "compat", "client.d.ts")],
        },
        outDir: "out",
      },
      include: ["*.ts", "*.tsx"],
    }),
  );
});

test("there are examples, and all of them compile", () => {
  expect(programs.filter(({ name }) => name.startsWith("README"))).not.toHaveLength(0);
  expect(programs.filter(({ name }) => name.startsWith("docs/")).length).toBeGreaterThan(15);
  expect(examples.filter(({ name }) => name.startsWith("ts/")).length).toBeGreaterThan(15);
  try {
    execFileSync(process.execPath, [inProject("node_modules", "typescript", "bin", "tsc"), "-p", folder]);
  } catch (error) {
    expect.fail(String((error as { stdout: Buffer }).stdout));
  }
});

describe("runs", () => {
  test.concurrent.each(examples)("$name", async (example) => {
    // The nearest package.json is the project's, so "bptt" is its dist. A failure throws.
    const script = inProject("target", "examples", "out", fileOf(example).replace(/\.ts$/, ".js"));
    const runnable = inProject("target", `example-${fileOf(example).replace(/\.ts$/, ".mjs")}`);
    writeFileSync(runnable, readFileSync(script));
    try {
      const { stdout: output } = await promisify(execFile)(process.execPath, [runnable]);
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

/** Languages of blocks that are not programs, and of those that other tests run. */
const NO_PROGRAM = ["text", "console", "html", "sh", "json", "mermaid", "vue", "svelte"];

test("each block is checked, or is of another library and marked", () => {
  const checked = ({ language, marks }: Block) =>
    NO_PROGRAM.includes(language) ||
    language === "python" ||
    (language === "ts" && (marks.length === 0 || marks.includes("browser") || marks.includes("worker"))) ||
    (language === "tsx" && marks.includes("browser")) ||
    (language === "js" && marks.includes("other"));
  expect(blocks.filter((block) => !checked(block)).map(({ name }) => name)).toEqual([]);
});

describe("blocks of other libraries parse", () => {
  test.each(blocksIn(["js"], "other"))("$name", ({ code }) => {
    const { diagnostics } = ts.transpileModule(code, {
      reportDiagnostics: true,
      compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
      fileName: "block.js",
    });
    expect(diagnostics?.map(({ messageText }) => messageText)).toEqual([]);
  });

  const python = which("python3");
  test.skipIf(python === undefined)("Python", () => {
    const codes = Object.fromEntries(blocksIn(["python"]).map(({ name, code }) => [name, code]));
    const program =
      "import ast, json, sys\nfor name, code in json.load(sys.stdin).items(): ast.parse(code, name)";
    execFileSync(python!, ["-c", program], { input: JSON.stringify(codes) });
  });
});
