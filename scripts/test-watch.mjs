// `npm run test:watch` waits for edits and runs the tests that an edit affects, in Node, from the TypeScript sources. It starts with
// the tests that uncommitted changes affect.
//
//     npm run test:watch                                   all test files
//     npm run test:watch -- test/rnn/session.test.ts       runs this file at the start, and watches only it

import { orExit, setUp } from "./setup/steps.mjs";
import { debugCore, vitest } from "./test/vitest.mjs";

const chosen = process.argv.slice(2);
await orExit(() => setUp({ library: false, debugCore }));
process.exit(await vitest(["watch", "--project", "node", ...(chosen.length > 0 ? chosen : ["--changed"])]));
