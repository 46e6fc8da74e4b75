// Compiles the crate to WebAssembly with wasm-pack, once per variant, and writes each module into a TypeScript file.

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, relative } from "node:path";
import { SetupError, showOutput, step } from "./log.mjs";
import { buildRoot, inProject, projectRoot, searchPath } from "./paths.mjs";
import { replaceFile, replaceFolder } from "./place.mjs";
import { run } from "./run.mjs";
import { makeIfChanged } from "./stamp.mjs";

/** @typedef {import("./rust.mjs").WasmRust} WasmRust */
/** @typedef {import("./wasm-tools.mjs").WasmTools} WasmTools */

/**
 * One build of the core. The builds differ in their flags and have separate output folders.
 * @typedef {object} Variant
 * @property {string} name
 * @property {string} [profile] the Cargo profile, if it is not `release`; wasm-opt does not optimize such a
 * module
 * @property {string[]} rustflags
 * @property {string} outDir
 * @property {string} inlined the TypeScript file that contains the module
 */

// Switches off LLVM's loop strength reduction, which turns pointers into sums of a base and an index, with an
// addition for each load. Without it, loops use one pointer per operand and constant offsets: the products
// are 3 to 5 % faster, and the module is 1 KB smaller.
const plainAddresses = ["-C", "llvm-args=-disable-lsr"];

// Switches off automatic vectorization, unrolling and inlining. Hot code is written in vectors and inlined by
// attribute (crate/src/kernel, lanes.rs). The rest runs once per call or time step: optimizing it made the
// module a tenth larger and nothing faster.
const plainLoops = [
  ...["-C", "no-vectorize-loops"],
  ...["-C", "llvm-args=-unroll-runtime=0"],
  ...["-C", "llvm-args=-inline-threshold=80"],
];

// The memory ends 128 MiB and a page before 4 GiB, for the reason given in crate/src/runtime.rs.
const memoryLimit = ["-C", `link-arg=--max-memory=${2 ** 32 - 2 ** 27 - 2 ** 16}`];

/** @type {Variant} plain simd128: the same bits on every machine */
export const defaultVariant = {
  name: "default",
  rustflags: ["-C", "target-feature=+simd128", ...memoryLimit, ...plainAddresses, ...plainLoops],
  outDir: inProject("crate", "pkg"),
  inlined: inProject("ts", "wasm", "inlined.generated.ts"),
};

/** @type {Variant} with fused multiply-add: faster, not the same bits on every machine, not for every engine */
export const relaxedVariant = {
  name: "relaxed",
  rustflags: [
    "-C",
    "target-feature=+simd128,+relaxed-simd",
    ...memoryLimit,
    ...plainAddresses,
    ...plainLoops,
  ],
  outDir: inProject("crate", "pkg-relaxed"),
  inlined: inProject("ts", "wasm", "inlined-relaxed.generated.ts"),
};

/** The variants that are published. */
export const variants = [defaultVariant, relaxedVariant];

/** @type {Variant} for tests: with names, panic messages, debug assertions and overflow checks; the same bits as the default */
export const debugVariant = {
  name: "debug",
  profile: "debug-core",
  rustflags: defaultVariant.rustflags,
  outDir: inProject("target", "core-debug"),
  inlined: inProject("target", "core-debug-inlined.ts"),
};

// The features that wasm-opt may encounter. It adds none of their instructions, but would list them all in
// the module, so the list is removed. Functions that LLVM has not inlined are not inlined here either,
// because that only made the module larger.
const optimise = [
  "-O3",
  ...["simd", "relaxed-simd", "bulk-memory", "nontrapping-float-to-int", "sign-ext"].map(enable),
  ...["mutable-globals", "reference-types", "multivalue"].map(enable),
  "--always-inline-max-function-size=2",
  "--flexible-inline-max-function-size=4",
  "--one-caller-inline-max-function-size=10",
  "--zero-filled-memory",
  "--strip-target-features",
  "--strip-producers",
];

/** @param {string} feature */
function enable(feature) {
  return `--enable-${feature}`;
}

/** @param {Variant} variant */
export const wasmFileOf = (variant) => join(variant.outDir, "bptt_bg.wasm");

/** @param {Variant} variant @param {WasmRust} rust @param {WasmTools} tools */
export async function buildWasm(variant, rust, tools) {
  const product = {
    name: `wasm-${variant.name}`,
    inputs: [
      inProject("crate"),
      inProject("Cargo.toml"),
      inProject("Cargo.lock"),
      inProject("scripts", "setup", "wasm-build.mjs"),
      inProject("scripts", "setup", "wasm-stack.mjs"),
      inProject("scripts", "setup", "wasm-traps.mjs"),
    ],
    ignore: (/** @type {string} */ path) => /^crate\/(pkg|target|tests|benches)\b/.test(path),
    facts: [rust.version, ...tools.versions, binaryenVersion(), ...variant.rustflags],
    outputs: ["bptt.js", "bptt.d.ts", "bptt_bg.wasm"].map((name) => join(variant.outDir, name)),
  };
  await makeIfChanged(product, async () => {
    step(`wasm-pack build crate (${variant.name})`);
    const fresh = join(buildRoot, `pkg-${variant.name}`);
    rmSync(fresh, { recursive: true, force: true });
    const { code, output } = await run("wasm-pack", wasmPackArguments(fresh, variant.profile), {
      path: searchPath([...rust.path, ...tools.path, inProject("node_modules", ".bin")]),
      env: {
        ...rust.env,
        CARGO_TARGET_DIR: inProject("target", `wasm-${variant.name}`),
        CARGO_ENCODED_RUSTFLAGS: [...variant.rustflags, ...withoutMachinePaths()].join("\x1f"),
      },
    });
    if (code !== 0 || !existsSync(join(fresh, "bptt_bg.wasm"))) {
      showOutput(output);
      throw new SetupError(
        "The crate does not build for WebAssembly: fix the errors above, then run this again.",
      );
    }
    await finishWasm(join(fresh, "bptt_bg.wasm"), variant.profile === undefined);
    replaceFolder(fresh, variant.outDir);
  });
}

/** @param {string} file @param {boolean} isPublished */
async function finishWasm(file, isPublished) {
  // These need a package, which an earlier step installs.
  const { addStackCheck } = await import("./wasm-stack.mjs");
  const { trapPanics } = await import("./wasm-traps.mjs");
  const checked = addStackCheck(new Uint8Array(readFileSync(file)));
  writeFileSync(file, isPublished ? trapPanics(checked) : checked);
  if (!isPublished) return;
  const { code, output } = await run("wasm-opt", [file, "-o", file, ...optimise], {
    path: searchPath([inProject("node_modules", ".bin")]),
  });
  if (code === 0) return;
  showOutput(output);
  throw new SetupError("wasm-opt refuses the module: fix the errors above, then run this again.");
}

/** @param {string} outDir @param {string} [profile] */
function wasmPackArguments(outDir, profile) {
  const fromCrate = relative(inProject("crate"), outDir); // wasm-pack resolves it relative to the crate's folder
  return [
    "build",
    "crate",
    "--mode",
    "no-install",
    "--target",
    "web",
    ...(profile === undefined ? ["--release"] : ["--profile", profile]),
    "--out-name",
    "bptt",
    "--out-dir",
    fromCrate,
  ];
}

/** Returns flags that remove machine paths, because panic messages contain the names of source files. */
function withoutMachinePaths() {
  const cargoHome = process.env.CARGO_HOME || join(homedir(), ".cargo");
  return [`--remap-path-prefix=${cargoHome}=/cargo`, `--remap-path-prefix=${projectRoot}=/bptt`];
}

function binaryenVersion() {
  return `binaryen ${JSON.parse(readFileSync(inProject("node_modules", "binaryen", "package.json"), "utf8")).version}`;
}

/**
 * Checks that the JavaScript of all variants is the same: ts/wasm/core.ts runs either module with the
 * JavaScript that was generated for the default one. The flags of a variant change instructions, not imports
 * and exports.
 */
export function checkGlue() {
  const [first, ...others] = variants.map(({ outDir }) => readFileSync(join(outDir, "bptt.js"), "utf8"));
  if (others.every((glue) => glue === first)) return;
  throw new SetupError(
    "wasm-bindgen made other JavaScript for the relaxed build than for the default one: remove what depends on the target feature from crate/src/wasm.rs, then run this again.",
  );
}

/**
 * Packs the module into a TypeScript file, for ts/wasm/lzma.ts.
 * @param {Variant} variant
 */
export async function inlineWasm(variant) {
  const wasmFile = wasmFileOf(variant);
  const product = {
    name: `inlined-${variant.name}`,
    inputs: [wasmFile, inProject("scripts", "setup", "wasm-build.mjs")],
    facts: [],
    outputs: [variant.inlined],
  };
  await makeIfChanged(product, async () => {
    step(`inlining the module into ${relative(projectRoot, variant.inlined)}`);
    const { compress } = await import("lzma1"); // an earlier step installs it
    const packed = Buffer.from(compress(new Uint8Array(readFileSync(wasmFile)), 9));
    const source = [
      `// Written by the set-up from crate/${basename(variant.outDir)}/bptt_bg.wasm; not kept in git.`,
      "/** The module, in LZMA, as base64. */",
      `export const inlined = "${packed.toString("base64")}";`,
    ];
    replaceFile(variant.inlined, source.join("\n") + "\n");
  });
}
