// The tests of the core: natively, in wasm, and in wasm with relaxed SIMD.

import { dirname } from "node:path";
import { findRelaxedNode } from "../setup/engines.mjs";
import { inProject, searchPath } from "../setup/paths.mjs";
import { runVisibly } from "../setup/run.mjs";
import { defaultVariant, relaxedVariant } from "../setup/wasm-build.mjs";

/** The reason why a suite of the relaxed build is skipped. */
export const NO_RELAXED_NODE = "no Node with relaxed SIMD here, and the set-up could not install one";

/**
 * @param {{ rust: import("../setup/rust.mjs").WasmRust, tools: import("../setup/wasm-tools.mjs").WasmTools }} found
 * @returns {import("./suites.mjs").Suite[]}
 */
export function rustSuites({ rust, tools }) {
  const relaxedNode = findRelaxedNode();

  /** @param {import("../setup/wasm-build.mjs").Variant} variant @param {string[]} [first] folders to put first on PATH */
  const inWasm = (variant, first = []) =>
    runVisibly("cargo", ["test", "--workspace", "--lib", "--target", "wasm32-unknown-unknown"], {
      path: searchPath([...first, ...rust.path, ...tools.path]),
      env: {
        ...rust.env,
        CARGO_TARGET_DIR: inProject("target", "wasm-test"),
        CARGO_ENCODED_RUSTFLAGS: variant.rustflags.join("\x1f"),
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: "wasm-bindgen-test-runner",
      },
    });

  return [
    {
      name: "cargo test",
      run: () => runVisibly("cargo", ["test", "--workspace"], { path: searchPath(rust.path), env: rust.env }),
    },
    { name: "cargo test in wasm", run: () => inWasm(defaultVariant) },
    {
      name: "cargo test in wasm, relaxed build",
      // The folder of the installed Node 24 contains nothing else; the folder of this Node may contain another Rust.
      run: () =>
        inWasm(relaxedVariant, relaxedNode && relaxedNode !== process.execPath ? [dirname(relaxedNode)] : []),
      skip: relaxedNode === undefined && NO_RELAXED_NODE,
    },
  ];
}
