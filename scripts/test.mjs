// `npm test`: the set-up with browser and engines, the core's own tests natively and its kernels in wasm, then the suite in Node
// and in the browser, each with the default and with the relaxed build. That one needs a Node with relaxed SIMD: this one or the
// Node 24 that the set-up brought; where there is none, its suites are named as skipped.
// Arguments go to vitest: `npm test -- --project node test/adam.test.ts`.

import { dirname } from "node:path";
import { findRelaxedNode } from "./setup/engines.mjs";
import { inProject, searchPath } from "./setup/paths.mjs";
import { runVisibly } from "./setup/run.mjs";
import { orExit, setUp } from "./setup/steps.mjs";
import { defaultVariant, relaxedVariant } from "./setup/wasm-build.mjs";

const { rust, tools } = await orExit(() => setUp({ browser: true, engines: true }));

const vitest = inProject("node_modules", "vitest", "vitest.mjs");
const chosen = process.argv.slice(2);
const relaxedNode = findRelaxedNode();
/** Whether the relaxed build needs another Node than this very one. */
const otherNode = relaxedNode !== process.execPath;
/** Whether a run of vitest in this Node leaves something out that was not deselected. */
const leavesRelaxedOut = otherNode && !chosen.some((argument) => argument.startsWith("--project"));

/** The core's tests in wasm. @param {import("./setup/wasm-build.mjs").Variant} variant @param {string} [node] the one that runs them */
const cargoTestInWasm = (variant, node) =>
  runVisibly("cargo", ["test", "--workspace", "--lib", "--target", "wasm32-unknown-unknown"], {
    path: searchPath([...(node ? [dirname(node)] : []), ...rust.path, ...tools.path]),
    env: {
      ...rust.env,
      CARGO_TARGET_DIR: inProject("target", "wasm-test"),
      CARGO_ENCODED_RUSTFLAGS: variant.rustflags.join("\x1f"),
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: "wasm-bindgen-test-runner",
    },
  });

/** @typedef {{ name: string, run: () => Promise<number>, skip?: boolean }} Suite */

/** @type {Suite[]} */
const suites = [
  {
    name: "cargo test",
    run: () => runVisibly("cargo", ["test", "--workspace"], { path: searchPath(rust.path), env: rust.env }),
  },
  { name: "cargo test in wasm", run: () => cargoTestInWasm(defaultVariant) },
  {
    name: "cargo test in wasm, the relaxed build",
    // the folder of a Node that the set-up brought holds nothing else; this Node's may hold another Rust
    run: () => cargoTestInWasm(relaxedVariant, otherNode ? relaxedNode : undefined),
    skip: relaxedNode === undefined,
  },
  { name: "vitest", run: () => runVisibly(process.execPath, [vitest, "run", ...chosen]) },
  ...(leavesRelaxedOut
    ? [
        {
          name: "vitest, the relaxed build in Node 24",
          run: () => runVisibly(relaxedNode ?? "", [vitest, "run", "--project", "relaxed-node", ...chosen]),
          skip: relaxedNode === undefined,
        },
      ]
    : []),
];

const failed = [];
for (const suite of suites) {
  if (suite.skip) {
    process.stdout.write(
      `\n${suite.name}: SKIPPED (no Node with relaxed SIMD here, and the set-up could not bring one)\n`,
    );
  } else if ((await suite.run()) !== 0) failed.push(suite.name);
}
process.stdout.write(failed.length === 0 ? "\nAll tests passed.\n" : `\nFailed: ${failed.join(", ")}.\n`);
process.exit(failed.length === 0 ? 0 : 1);
