// Bundles ts/ into dist/: ESM and CommonJS by tsup, declarations, the wasm modules as files, and the licenses
// of the bundled packages.

import { copyFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
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
        "Cargo.lock",
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
    writeFileSync(join(fresh, "THIRD_PARTY_LICENSES.txt"), licences(commandLine, await linkedCrates()));
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

/** @typedef {{ name: string, version: string, license: string, folder: string }} Crate */

/** The crates linked into the modules: normal dependencies of the core for wasm32, without procedural macros. */
async function linkedCrates() {
  const platform = "wasm32-unknown-unknown";
  const { code, output } = await run(
    "cargo",
    ["metadata", "--quiet", "--format-version", "1", "--locked", "--filter-platform", platform],
    { env: { CARGO_TERM_COLOR: "never" } },
  );
  if (code !== 0) throw new SetupError(`cargo metadata failed:\n${output}`);
  /** @type {{ packages: { id: string, name: string, version: string, license: string, manifest_path: string, targets: { kind: string[] }[] }[], resolve: { root: string, nodes: { id: string, deps: { pkg: string, dep_kinds: { kind: string | null }[] }[] }[] }, workspace_members: string[] }} */
  const { packages, resolve, workspace_members } = JSON.parse(output.slice(output.indexOf("{")));
  const isMacro = new Set(
    packages
      .filter(({ targets }) => targets.some(({ kind }) => kind.includes("proc-macro")))
      .map(({ id }) => id),
  );
  const found = new Set(workspace_members);
  for (const id of found) {
    const { deps } = resolve.nodes.find((node) => node.id === id) ?? { deps: [] };
    for (const { pkg, dep_kinds } of deps)
      if (dep_kinds.some(({ kind }) => kind === null) && !isMacro.has(pkg)) found.add(pkg);
  }
  return packages
    .filter(({ id }) => found.has(id) && !workspace_members.includes(id))
    .map(({ name, version, license, manifest_path }) => ({
      name,
      version,
      license,
      folder: dirname(manifest_path),
    }));
}

/** The notice of what every Rust program links. */
const RUST = `core and alloc of the Rust standard library (MIT OR Apache-2.0)

Copyright (c) The Rust Project Contributors. Used under the MIT licence, whose text is that of the crates above.
`;

/** @param {string} folder */
function licenceIn(folder) {
  const names = readdirSync(folder).filter((entry) => /^licen[cs]e([-.]\w+)*$/i.test(entry));
  const file = names.find((name) => /mit/i.test(name)) ?? names[0] ?? "LICENSE";
  return readFileSync(join(folder, file), "utf8").trim();
}

/** @param {string} commandLine the bundle @param {Crate[]} crates */
function licences(commandLine, crates) {
  const inEntries = BUNDLED_PACKAGES.map((name) => inProject("node_modules", name));
  const inCommandLine = packagesIn(commandLine);
  if (inCommandLine.length === 0) throw new SetupError("found no package in the bundle of the command line");
  const texts = [...inEntries, ...inCommandLine].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return `${name} ${version} (${license})\n\n${licenceIn(folder)}\n`;
  });
  const linked = crates.map(
    ({ name, version, license, folder }) => `${name} ${version} (${license})\n\n${licenceIn(folder)}\n`,
  );
  return [
    "The JavaScript files of this folder contain code of these packages:\n",
    ...texts,
    "The WebAssembly modules, which are also inside the JavaScript files, contain code of these crates:\n",
    ...linked,
    RUST,
  ].join("\n\n");
}
