// Bundles ts/ into dist/: ESM and CommonJS by tsup, declarations, the wasm modules as files, and the licenses
// of the bundled packages.

import { copyFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { bundleDeclarations } from "./declarations.mjs";
import { SetupError, showOutput, step } from "./log.mjs";
import { buildRoot, inProject, projectRoot } from "./paths.mjs";
import { replaceFolder } from "./place.mjs";
import { run } from "./run.mjs";
import { makeIfChanged } from "./stamp.mjs";
import { defaultVariant, relaxedVariant, variants, wasmFileOf } from "./wasm-build.mjs";

const ENTRIES = ["index", "slim", "relaxed", "convert", "worker", "node"];
const ENDINGS = [".js", ".cjs", ".d.ts", ".d.ts.map", ".d.cts", ".d.cts.map"];
/** Packages that are bundled into the entries. Those of the command line are read from its bundle. */
const BUNDLED_PACKAGES = ["fflate", "pbf"];

/** The wasm modules, by their file names in dist. */
const WASM_FILES = new Map([
  ["bptt.wasm", wasmFileOf(defaultVariant)],
  ["relaxed.wasm", wasmFileOf(relaxedVariant)],
]);

// The import of a wasm file gives its address, its bytes or a compiled module, depending on the bundler. `init` accepts all of them.
const WASM_TYPES = new Map(
  [...WASM_FILES.keys()].flatMap((name) => [
    [`${name}.d.ts`, wasmTypes("js", "export default wasm")],
    [`${name}.d.cts`, wasmTypes("cjs", "export = wasm")],
  ]),
);

/** @param {"js" | "cjs"} ending @param {string} statement */
function wasmTypes(ending, statement) {
  return `import type { WasmSource } from "./slim.${ending}";
/** The value that the bundler gives for the file, for \`init\` of "bptt/slim". */
declare const wasm: WasmSource;
${statement};
`;
}

export async function bundle() {
  const dist = inProject("dist");
  const product = {
    name: "dist",
    inputs: [
      inProject("ts"),
      ...variants.map(({ outDir }) => outDir),
      ...[
        "tsup.config.ts",
        "tsconfig.json",
        "package.json",
        "package-lock.json",
        "scripts/setup/bundle.mjs",
        "scripts/setup/declarations.mjs",
      ].map((name) => inProject(name)),
    ],
    facts: [],
    outputs: [
      ...ENTRIES.flatMap((entry) => ENDINGS.map((ending) => entry + ending)),
      "cli.js",
      ...WASM_FILES.keys(),
      ...WASM_TYPES.keys(),
      "THIRD_PARTY_LICENSES.txt",
    ].map((name) => join(dist, name)),
  };
  await makeIfChanged(product, async () => {
    step("bundling dist (ESM, CommonJS, declarations)");
    const fresh = join(buildRoot, "dist");
    rmSync(fresh, { recursive: true, force: true });
    const cli = inProject("node_modules", "tsup", "dist", "cli-default.js");
    const [{ code, output }] = await Promise.all([
      run(process.execPath, [cli, "--out-dir", relative(projectRoot, fresh)], { env: { NO_COLOR: "1" } }),
      bundleDeclarations(ENTRIES, fresh),
    ]);
    if (code !== 0) {
      showOutput(output);
      throw new SetupError("tsup could not bundle ts/: fix the errors above, then run this again.");
    }
    for (const [name, file] of WASM_FILES) copyFileSync(file, join(fresh, name));
    for (const [name, text] of WASM_TYPES) writeFileSync(join(fresh, name), text);
    const commandLine = readFileSync(join(fresh, "cli.js"), "utf8");
    writeFileSync(join(fresh, "THIRD_PARTY_LICENSES.txt"), licences(commandLine));
    replaceFolder(fresh, dist);
  });
}

/**
 * Returns the folders of the packages in a bundle that is not minified, in which esbuild names each file.
 * @param {string} bundle
 */
function packagesIn(bundle) {
  const files = bundle.matchAll(/^\s*\/\/ (node_modules\/\S+)$/gm);
  const folders = [...files].map(
    ([, file = ""]) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? "",
  );
  return [...new Set(folders)].map((folder) => inProject(...folder.split("/")));
}

/** @param {string} commandLine the bundle */
function licences(commandLine) {
  const inEntries = BUNDLED_PACKAGES.map((name) => inProject("node_modules", name));
  const inCommandLine = packagesIn(commandLine);
  if (inCommandLine.length === 0) throw new SetupError("found no package in the bundle of the command line");
  const texts = [...inEntries, ...inCommandLine].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e([-.]\w+)*$/i.test(entry)) ?? "LICENSE";
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return `The files of this folder contain code of these packages:\n\n${texts.join("\n\n")}`;
}
