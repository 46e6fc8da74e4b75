// `npm test`: the set-up with browser and engines, the core's own tests natively and its kernels in wasm, then the suite in Node and in the browser.
// Arguments go to vitest: `npm test -- --project node test/adam.test.ts`.

import { inProject, searchPath } from "./setup/paths.mjs";
import { runVisibly } from "./setup/run.mjs";
import { orExit, setUp } from "./setup/steps.mjs";
import { defaultVariant } from "./setup/wasm-build.mjs";

const { rust, tools } = await orExit(() => setUp({ browser: true, engines: true }));

const vitest = inProject("node_modules", "vitest", "vitest.mjs");
const suites = [
  {
    name: "cargo test",
    run: () => runVisibly("cargo", ["test", "--workspace"], { path: searchPath(rust.path), env: rust.env }),
  },
  {
    name: "cargo test in wasm",
    run: () =>
      runVisibly("cargo", ["test", "--workspace", "--lib", "--target", "wasm32-unknown-unknown"], {
        path: searchPath([...rust.path, ...tools.path]),
        env: {
          ...rust.env,
          CARGO_TARGET_DIR: inProject("target", "wasm-test"),
          CARGO_ENCODED_RUSTFLAGS: defaultVariant.rustflags.join("\x1f"),
          CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: "wasm-bindgen-test-runner",
        },
      }),
  },
  {
    name: "vitest",
    run: () => runVisibly(process.execPath, [vitest, "run", ...process.argv.slice(2)]),
  },
];

const failed = [];
for (const suite of suites) {
  if ((await suite.run()) !== 0) failed.push(suite.name);
}
process.stdout.write(failed.length === 0 ? "\nAll tests passed.\n" : `\nFailed: ${failed.join(", ")}.\n`);
process.exit(failed.length === 0 ? 0 : 1);
