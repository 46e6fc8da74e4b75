// `npm run check`: format, lint, types, docs and the layer rule. Runs all of them, says of each how it went, and ends with
// code 1 where one failed. rustfmt and clippy are skipped, visibly, where they are not installed.

import { existsSync } from "node:fs";
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
  {
    name: "tsc bench",
    command: ["tsc", "-p", inProject("bench", "tsconfig.json")],
    skip: !existsSync(inProject("bench", "node_modules")) && "its peers are not installed: npm run bench",
  },
  { name: "typedoc", command: ["typedoc", "--emit", "none"] },
  { name: "layers", command: ["node", inProject("scripts", "check-layers.mjs")] },
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

let failed = 0;
for (const { name, command, env, skip } of checks) {
  if (skip) {
    process.stdout.write(`check: ${name} SKIPPED (${skip})\n`);
    continue;
  }
  const [program = "", ...args] = command;
  const { code, output } = await run(program, args, env ? { env } : {});
  process.stdout.write(`check: ${name} ${code === 0 ? "ok" : "FAILED"}\n`);
  if (code === 0) continue;
  failed++;
  process.stdout.write(`${output.trimEnd()}\n`);
}
process.stdout.write(failed === 0 ? "check: all ok\n" : `check: ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
