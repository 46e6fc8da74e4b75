// `npm test`: the set-up with a browser, the core's own tests, then the suite in Node and in the browser.
// Arguments go to vitest: `npm test -- --project node test/adam.test.ts`.

import { inProject, searchPath } from "./setup/paths.mjs";
import { runVisibly } from "./setup/run.mjs";
import { orExit, setUp } from "./setup/steps.mjs";

const rust = await orExit(() => setUp({ browser: true }));

const vitest = inProject("node_modules", "vitest", "vitest.mjs");
const suites = [
  {
    name: "cargo test",
    run: () => runVisibly("cargo", ["test", "--workspace"], { path: searchPath(rust.path), env: rust.env }),
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
