// `npm test` runs all tests: of the core natively and in wasm, then the vitest suite in Node and in Chromium, with the default and
// the relaxed build, and the tests of the network on the debug core. The relaxed build needs a Node with relaxed SIMD: this one,
// or the Node 24 that the set-up installs.
//
//     npm test                                      everything
//     npm test -- test/rnn/session.test.ts          this file in Node only; all arguments are passed to vitest
//     npm test -- --project chromium test/rnn       the tests of a folder in Chromium
//     BPTT_CORE=debug npm test -- test/rnn          on the debug core, whose panics have a message, file and line

import { findRelaxedNode } from "./setup/engines.mjs";
import { orExit, setUp } from "./setup/steps.mjs";
import { NO_RELAXED_NODE, rustSuites } from "./test/rust-suites.mjs";
import { runSuites } from "./test/suites.mjs";
import { debugCore, vitest } from "./test/vitest.mjs";

const chosen = process.argv.slice(2);
if (chosen.length > 0) await runChosen();
else await runAll();

async function runChosen() {
  const project = chosen.some((argument) => argument.startsWith("--project"));
  await orExit(() => setUp({ library: false, debugCore, browser: project }));
  process.exit(await vitest(["run", ...(project ? [] : ["--project", "node"]), ...chosen]));
}

async function runAll() {
  const found = await orExit(() => setUp({ debugCore: true, browser: true, engines: true }));
  const relaxedNode = findRelaxedNode();
  /** True if the relaxed build needs another Node than this one, in a second run of vitest. */
  const needsOtherNode = relaxedNode !== process.execPath && !debugCore;
  await runSuites([
    ...rustSuites(found),
    { name: "vitest", run: () => vitest(["run"]) },
    {
      name: "vitest, debug core",
      run: () =>
        vitest(["run", "--project", "node", "test/rnn", "test/wasm"], { env: { BPTT_CORE: "debug" } }),
      skip: debugCore && "the whole suite ran on it",
    },
    ...(needsOtherNode
      ? [
          {
            name: "vitest, relaxed build in Node 24",
            run: () => vitest(["run", "--project", "relaxed-node"], relaxedNode ? { node: relaxedNode } : {}),
            skip: relaxedNode === undefined && NO_RELAXED_NODE,
          },
        ]
      : []),
  ]);
}
