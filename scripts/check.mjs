// `npm run check` checks format, lint, types, Markdown, the site, sizes, the layer rule and words. It runs all of
// them, prints the result of each, and exits with code 1 if one failed. rustfmt and clippy are skipped by name if
// they are not installed.
//
// Checks run in parallel, one per core. Their results are printed in the order of the list.

import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { ask, run } from "./setup/run.mjs";
import { buildRoot, inProject } from "./setup/paths.mjs";
import { orExit, setUp } from "./setup/steps.mjs";
import { defaultVariant } from "./setup/wasm-build.mjs";

const { rust } = await orExit(() => setUp());
const hasRustfmt = (await ask("cargo", ["fmt", "--version"])) !== undefined;
const hasClippy = (await ask("cargo", ["clippy", "--version"])) !== undefined;
const installedRustHasTarget = rust.path.length === 0;

/** @typedef {{ name: string, command: string[], env?: NodeJS.ProcessEnv, skip?: string | false }} Check */

/** @type {Check[]} */
const checks = [
  { name: "prettier", command: ["prettier", "--check", "--log-level", "warn", "."] },
  { name: "eslint", command: ["eslint", ".", "--max-warnings", "0"] },
  { name: "tsc ts", command: ["tsc", "-p", "tsconfig.json"] },
  { name: "tsc test, examples, scripts", command: ["tsc", "-p", "tsconfig.node.json"] },
  { name: "indices", command: ["node", inProject("scripts", "check-indices.mjs")] },
  {
    name: "tsc bench",
    command: ["tsc", "-p", inProject("bench", "tsconfig.json")],
    skip: !existsSync(inProject("bench", "node_modules")) && "its peers are not installed: npm run bench",
  },
  { name: "markdown", command: ["node", inProject("scripts", "check-markdown.mjs")] },
  { name: "site", command: ["node", inProject("scripts", "site.mjs"), "build"] },
  { name: "size", command: ["node", inProject("scripts", "size.mjs")] },
  { name: "layers", command: ["node", inProject("scripts", "check-layers.mjs")] },
  { name: "words", command: ["node", inProject("scripts", "check-words.mjs")] },
  {
    name: "rustfmt",
    command: ["cargo", "fmt", "--all", "--check"],
    skip: !hasRustfmt && "rustfmt is not installed",
  },
  {
    name: "clippy",
    command: ["cargo", "clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
    skip: !hasClippy && "clippy is not installed",
  },
  {
    name: "clippy wasm32",
    command: ["cargo", "clippy", "--workspace", "--target", "wasm32-unknown-unknown", "--", "-D", "warnings"],
    env: {
      CARGO_ENCODED_RUSTFLAGS: defaultVariant.rustflags.join("\x1f"),
      CARGO_TARGET_DIR: join(buildRoot, "clippy-wasm"),
    },
    skip: !hasClippy
      ? "clippy is not installed"
      : !installedRustHasTarget && "clippy's Rust has no wasm32 target",
  },
];

/** @type {(() => void)[]} */
const waiting = [];
let free = availableParallelism();

/** Runs a check as soon as a core is free. @param {Check} check */
async function inTurn({ command: [program = "", ...args], env = {} }) {
  if (free === 0) await new Promise((resolve) => waiting.push(() => resolve(undefined)));
  else free--;
  const result = await run(program, args, { env });
  const next = waiting.shift();
  if (next) next();
  else free++;
  return result;
}

const results = checks.map((check) => (check.skip ? undefined : inTurn(check)));
let failed = 0;
for (const [i, { name, skip }] of checks.entries()) {
  const result = await results[i];
  if (!result) {
    process.stdout.write(`check: ${name} SKIPPED (${skip})\n`);
    continue;
  }
  process.stdout.write(`check: ${name} ${result.code === 0 ? "ok" : "FAILED"}\n`);
  if (result.code === 0) continue;
  failed++;
  process.stdout.write(`${result.output.trimEnd()}\n`);
}
process.stdout.write(failed === 0 ? "check: all ok\n" : `check: ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
