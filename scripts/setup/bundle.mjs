// Bundles ts/ into dist/: ESM, CommonJS and declarations by tsup, the module as a file, the licences of what is bundled.

import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { SetupError, showOutput, step } from "./log.mjs";
import { buildRoot, inProject, projectRoot } from "./paths.mjs";
import { replaceFolder } from "./place.mjs";
import { run } from "./run.mjs";
import { makeIfChanged } from "./stamp.mjs";
import { wasmFile } from "./wasm-build.mjs";

const ENTRIES = ["index", "slim"];
const BUNDLED_PACKAGES = ["fflate"];

export async function bundle() {
  const dist = inProject("dist");
  const product = {
    name: "dist",
    inputs: [
      inProject("ts"),
      inProject("crate", "pkg"),
      ...[
        "tsup.config.ts",
        "tsconfig.json",
        "package.json",
        "package-lock.json",
        "scripts/setup/bundle.mjs",
      ].map((name) => inProject(name)),
    ],
    facts: [],
    outputs: [
      ...ENTRIES.flatMap((entry) => [".js", ".cjs", ".d.ts", ".d.cts"].map((ending) => entry + ending)),
      "bptt.wasm",
      "THIRD_PARTY_LICENSES.txt",
    ].map((name) => join(dist, name)),
  };
  await makeIfChanged(product, async () => {
    step("tsup (dist: ESM, CommonJS, declarations)");
    const fresh = join(buildRoot, "dist");
    rmSync(fresh, { recursive: true, force: true });
    const cli = inProject("node_modules", "tsup", "dist", "cli-default.js");
    const { code, output } = await run(process.execPath, [cli, "--out-dir", relative(projectRoot, fresh)], {
      env: { NO_COLOR: "1" },
    });
    if (code !== 0) {
      showOutput(output);
      throw new SetupError("tsup could not bundle ts/: mend what stands above, then run this again.");
    }
    copyFileSync(wasmFile, join(fresh, "bptt.wasm"));
    writeFileSync(join(fresh, "THIRD_PARTY_LICENSES.txt"), licences());
    replaceFolder(fresh, dist);
  });
}

function licences() {
  const texts = BUNDLED_PACKAGES.map((name) => {
    const folder = inProject("node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, "LICENSE"), "utf8").trim()}\n`;
  });
  return `The files of this folder contain code of these packages:\n\n${texts.join("\n\n")}`;
}
