// `npm run bench` runs the benchmarks of bench/ from a bare clone. It sets up the project and the
// dependencies of bench (the peers are installed only there, without running their scripts), measures in one
// process for each Node version (this one, and Node 24 from bench/node_modules), and writes
// bench/results/latest.*.
//
//     npm run bench                  everything, about 20 minutes
//     npm run bench -- --quick       a short run, within 2 minutes after the installation; writes results/quick.*
//     BPTT_PYTHON=…/bin/python npm run bench      with the PyTorch of that Python

import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SetupError, showOutput, step } from "./setup/log.mjs";
import { buildRoot, inProject } from "./setup/paths.mjs";
import { ask, run, runVisibly } from "./setup/run.mjs";
import { makeIfChanged } from "./setup/stamp.mjs";
import { orExit, setUp } from "./setup/steps.mjs";

const bench = (/** @type {string[]} */ ...parts) => inProject("bench", ...parts);

await orExit(async () => {
  await setUp();
  await installPeers();
});

const quick = process.argv.includes("--quick");
const folder = join(buildRoot, "bench");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const measured = [];
for (const { node, version } of await nodes()) {
  const out = join(folder, `${version}.json`);
  const code = await runVisibly(node, [bench("main.mjs"), "--out", out, ...(quick ? ["--quick"] : [])]);
  if (code !== 0) process.exit(code);
  measured.push(out);
}
const report = [bench("report.mjs"), quick ? "quick" : "latest", ...measured];
if ((await runVisibly(process.execPath, report)) !== 0) process.exit(1);
const prettier = inProject("node_modules", "prettier", "bin", "prettier.cjs");
await run(process.execPath, [prettier, "--write", bench("results")]); // in the format that `npm run check` requires

async function installPeers() {
  const product = {
    name: "bench",
    inputs: [bench("package.json"), bench("package-lock.json")],
    facts: [`${process.platform} ${process.arch}`],
    outputs: [bench("node_modules", ".package-lock.json")],
  };
  await makeIfChanged(product, async () => {
    step("npm ci in bench (the peers, their scripts off)");
    const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    const { code, output } = await run("npm", args, { cwd: bench() });
    if (code === 0) return;
    showOutput(output);
    throw new SetupError("npm ci failed in bench: make the npm registry reachable, then run this again.");
  });
}

/**
 * Returns this Node, and the one in bench/node_modules if it exists for this platform and has another
 * version.
 */
async function nodes() {
  const found = [{ node: process.execPath, version: process.versions.node }];
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = process.platform === "win32" ? "node.exe" : "node";
  const node = bench("node_modules", `node-${platform}-${process.arch}`, "bin", name);
  if (!existsSync(node)) {
    step("bench has no Node of its own for this platform: measuring this one alone");
    return found;
  }
  const version = (await ask(node, ["-p", "process.versions.node"])) ?? "";
  if (version !== "" && version !== process.versions.node) found.push({ node, version });
  return found;
}
