// The layer rule: imports point one way. Prints each import that breaks it and exits with code 1.
//
//     node scripts/check-layers.mjs [FOLDER]    checks another tree of the same layout (for tests)
//
// Rust: lib.rs lists the modules in the order of the data flow, and each uses only those above it. wasm_bindgen
// stays in the wasm surface, `unsafe` in lanes.rs and wasm/handle.rs.
// TypeScript: the folders of ts/ are listed in layers.mjs, and each imports only itself and the layers before it. Folders of
// one layer do not import each other. Only ts/wasm imports the files that wasm-pack generated; ts imports nothing outside itself;
// nothing imports an entry point; there are no cycles; no two files export different things under one name. Examples use the
// library as users do.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { BESIDE, diagram, LAYERS } from "./layers.mjs";
import { inProject } from "./setup/paths.mjs";
import { filesUnder } from "./setup/stamp.mjs";

const root = resolve(process.argv[2] ?? inProject());

/** Takes the place of spawn-worker.ts in CommonJS, under the same names. */
const REPLACEMENT = "ts/spawn-worker-commonjs.ts";
const MOST_ENTRY_FILES = 14;
const WASM_SURFACE = /^wasm(\.rs|\/)/;
const UNSAFE_MODULES = /^(lanes|wasm\/handle)\.rs$/;
const ENTRIES = /^ts\/(index|slim|relaxed|convert|worker|node)\.ts$/;
const OF_NODE = /^ts\/(node|cli)\//;
const PACKAGES = new Map([
  ["fflate", /^ts\/(convert\/inflate\.ts$|cli\/model\/)/],
  ["commander", /^ts\/cli\//],
  ["cli-progress", /^ts\/cli\//],
  ["asciichart", /^ts\/cli\//],
  ["csv-parse", /^ts\/cli\//],
  ["csv-parse/sync", /^ts\/cli\//],
  ["pbf", /^ts\/(convert\/onnx-model|cli\/model\/onnx-metadata)\.ts$/],
]); // package → places that may import it
const EXAMPLES =
  /^(vega|vega-datasets|@stdlib\/datasets-[\w-]+(\/data\/names\.json)?|vite|preact(\/hooks)?|uplot(\/dist\/uPlot\.min\.css)?)$/; // what examples may import besides bptt and Node

/** @type {string[]} */
const broken = [];
/** @param {string} file @param {string} complaint */
const report = (file, complaint) => void broken.push(`${file}: ${complaint}`);

checkRust();
checkTypeScript();
checkPicture();
for (const line of broken) process.stdout.write(`${line}\n`);
process.exit(broken.length === 0 ? 0 : 1);

function checkRust() {
  const source = join(root, "crate", "src");
  const modules = [
    ...readFileSync(join(source, "lib.rs"), "utf8").matchAll(/^\s*(?:pub(?:\(\w+\))? )?mod (\w+);/gm),
  ].map((m) => m[1] ?? "");
  if (modules.length === 0) report("crate/src/lib.rs", "no modules found");
  for (const path of filesUnder(source).filter((name) => name.endsWith(".rs"))) {
    const file = relative(source, path).replaceAll("\\", "/");
    const name = `crate/src/${file}`;
    const code = withoutRustComments(readFileSync(path, "utf8"));
    const own = modules.indexOf(file.split(/[/.]/)[0] ?? "");
    if (own < 0 && file !== "lib.rs") report(name, "is not a module of lib.rs");
    for (const used of own < 0 ? [] : crateUses(code)) {
      if (modules.indexOf(used) > own) report(name, `uses crate::${used}, which stands below it in lib.rs`);
    }
    if (/\b(wasm_bindgen|js_sys|web_sys)\b/.test(code) && !WASM_SURFACE.test(file)) {
      report(name, "mentions wasm_bindgen, which belongs to the wasm surface");
    }
    if (/\bunsafe\b/.test(code) && !UNSAFE_MODULES.test(file))
      report(name, "unsafe code outside lanes.rs and wasm/handle.rs");
  }
}

/**
 * Returns the first segments of `crate::x` and of `use crate::{x, y::z}`. @param {string} code @returns
 * {string[]}
 */
function crateUses(code) {
  return [...code.matchAll(/\bcrate::(?:(\w+)|\{([^;]*)\})/g)].flatMap(([, single, group]) => {
    if (single !== undefined) return [single];
    // segments at depth 0 of the group; the content of inner braces belongs to the segment before them
    let flat = group ?? "";
    while (/\{[^{}]*\}/.test(flat)) flat = flat.replace(/\{[^{}]*\}/g, "");
    return flat.split(",").map((part) => /^\s*(\w+)/.exec(part)?.[1] ?? "");
  });
}

/** @param {string} code */
function withoutRustComments(code) {
  return code
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\/\/.*$/gm, "")
    .replace(/"(?:[^"\\]|\\[\s\S])*"/g, '""')
    .replace(/\bunsafe_code\b/g, "");
}

function checkTypeScript() {
  /** @type {Map<string, string[]>} value imports between the files of ts/ */
  const graph = new Map();
  /** @type {Map<string, string>} the file of ts/ that exports a name */
  const exporters = new Map();
  const files = ["ts", "examples"]
    .flatMap((folder) => filesUnder(join(root, folder)))
    .filter(
      (name) => /\.(m?[tj]s|tsx)$/.test(name) && !/[\\/]examples[\\/]playground[\\/]dist[\\/]/.test(name),
    );
  for (const path of files) {
    const file = relative(root, path).replaceAll("\\", "/");
    const edges = [];
    const code = readFileSync(path, "utf8");
    if (/^ts\/.*(?<!\.generated)\.ts$/.test(file) && file !== REPLACEMENT)
      checkExports(file, code, exporters);
    for (const { specifier, typeOnly } of importsOf(code)) {
      if (!specifier.startsWith(".")) {
        checkPackageImport(file, specifier);
        continue;
      }
      const target = relative(root, resolveSource(resolve(dirname(path), specifier))).replaceAll("\\", "/");
      checkFileImport(file, target);
      if (!typeOnly) edges.push(target);
    }
    graph.set(file, edges);
  }
  reportCycles(graph);
  const entryFiles = [...graph.keys()].filter((file) => /^ts\/[^/]+$/.test(file));
  if (entryFiles.length > MOST_ENTRY_FILES) {
    report(
      "ts",
      `has ${entryFiles.length} files beside its folders; at most ${MOST_ENTRY_FILES}, entry points only`,
    );
  }
}

/**
 * A name that one file declares and exports is not declared and exported by another.
 * @param {string} file @param {string} code @param {Map<string, string>} exporters
 */
function checkExports(file, code, exporters) {
  const declarations =
    /^export (?:declare |abstract |async )*(?:function\*?|class|const|let|interface|type|enum) ([\w$]+)/gm;
  for (const [, name = ""] of code.matchAll(declarations)) {
    const other = exporters.get(name) ?? file;
    if (other !== file)
      report(file, `exports ${name}, which ${other} exports too: name one of them differently`);
    exporters.set(name, other);
  }
}

/** Checks that the picture in ARCHITECTURE.md is the one that layers.mjs draws. */
function checkPicture() {
  const file = join(root, "ARCHITECTURE.md");
  if (existsSync(file) && !readFileSync(file, "utf8").includes(diagram()))
    report("ARCHITECTURE.md", "shows other layers than scripts/layers.mjs: run `npm run layers`");
}

/** Returns the imports that a folder beside the layers may have. @param {string} name */
function importsBeside(name) {
  return BESIDE.find(({ folder }) => folder === name)?.imports;
}

/**
 * Returns the folder of a file of ts/. Entry points and other files of that folder are the last layer. @param
 * {string} file
 */
function folderOf(file) {
  const [, folder = "", inner] = file.split("/");
  if (inner !== undefined) return folder;
  return folder.startsWith("spawn-worker") ? "worker" : "entry points";
}

/** @param {string} file @param {string} target */
function checkLayer(file, target) {
  const [from, to] = [folderOf(file), folderOf(target)];
  if (from === to) return;
  const beside = importsBeside(from);
  const rank = (/** @type {string} */ name) =>
    LAYERS.findIndex((layer) => layer.some(({ folder }) => folder === name));
  const allowed = beside
    ? beside.includes(to)
    : from === "entry points"
      ? rank(to) >= 0 || importsBeside(to) !== undefined
      : rank(to) >= 0 && rank(to) < rank(from);
  if (!allowed) report(file, `imports ${target}: ${from} may not import ${to}`);
  if (rank(from) < 0 && !beside) report(file, `lies in ts/${from}, which is no layer`);
}

/** @param {string} file @param {string} specifier */
function checkPackageImport(file, specifier) {
  if (file.startsWith("examples/")) {
    if (!/^(bptt(\/|$)|node:)/.test(specifier) && !EXAMPLES.test(specifier))
      report(file, `imports ${specifier}: examples use bptt, Node, charts and data alone`);
  } else if (file.startsWith("ts/cli/") && /^bptt(\/|$)/.test(specifier)) {
    return; // the command line is a user of the package
  } else if (specifier.startsWith("node:")) {
    if (!OF_NODE.test(file)) report(file, `imports ${specifier}: only ts/node and ts/cli may`);
  } else if (!PACKAGES.get(specifier)?.test(file))
    report(file, `imports ${specifier}: ts has no such dependency here`);
}

/** @param {string} file @param {string} target */
function checkFileImport(file, target) {
  const folder = file.split("/")[0] ?? "";
  if (target.startsWith("crate/pkg/")) {
    if (!file.startsWith("ts/wasm/")) report(file, `imports ${target}: only ts/wasm may`);
  } else if (!target.startsWith(`${folder}/`)) report(file, `imports ${target}, outside ${folder}/`);
  else if (folder === "ts") checkLayer(file, target);
  if (ENTRIES.test(target)) report(file, `imports the entry ${target}`);
  if (target === "ts/public.ts" && !ENTRIES.test(file))
    report(file, "imports ts/public.ts: only entries may");
}

/** Returns the source file of a specifier that ends in .js. @param {string} path */
function resolveSource(path) {
  const sources = [".ts", ".tsx"].map((ending) => path.replace(/\.js$/, ending));
  return sources.find((source) => existsSync(source)) ?? path;
}

/** @param {string} code */
function importsOf(code) {
  const bare = code.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const statements = [
    ...bare.matchAll(/^\s*(?:import|export)\s+(type\s)?[^"';]*?\bfrom\s+["']([^"']+)["']/gm),
  ];
  const effects = [...bare.matchAll(/^\s*import\s+()["']([^"']+)["']/gm)];
  const dynamic = [...bare.matchAll(/\bimport\(\s*()["']([^"']+)["']/g)];
  return [...statements, ...effects, ...dynamic].map(([, type, specifier]) => ({
    specifier: specifier ?? "",
    typeOnly: Boolean(type),
  }));
}

/** @param {Map<string, string[]>} graph */
function reportCycles(graph) {
  /** @type {Set<string>} */
  const done = new Set();
  /** @param {string} file @param {string[]} trail */
  const visit = (file, trail) => {
    const start = trail.indexOf(file);
    if (start >= 0) return report(file, `cycle ${[...trail.slice(start), file].join(" → ")}`);
    if (done.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
}
