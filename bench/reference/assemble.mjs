// Assembles gemm.wat into gemm.wasm with binaryen's wasm-as, without optimization, so that V8 gets exactly
// what is written. Both are committed. This is only needed when the reference changes, after which old
// figures are no longer comparable.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const folder = import.meta.dirname;
const wasmAs = createRequire(import.meta.url).resolve("binaryen/bin/wasm-as");
execFileSync(
  process.execPath,
  [wasmAs, join(folder, "gemm.wat"), "--enable-simd", "-o", join(folder, "gemm.wasm")],
  { stdio: "inherit" },
);
const bytes = readFileSync(join(folder, "gemm.wasm"));
if (!WebAssembly.validate(bytes)) throw new Error("gemm.wasm is not valid");
process.stdout.write(`bench/reference/gemm.wasm: ${bytes.length} bytes\n`);
