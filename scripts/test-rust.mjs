// `npm run test:rust` runs the tests of the core, natively, in wasm and in wasm with relaxed SIMD.

import { orExit, setUp } from "./setup/steps.mjs";
import { rustSuites } from "./test/rust-suites.mjs";
import { runSuites } from "./test/suites.mjs";

await runSuites(rustSuites(await orExit(() => setUp({ library: false }))));
