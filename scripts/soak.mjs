// `npm run soak` runs the measurements of test/soak: the event loop and the frames of a page while a model trains, and memory over
// many steps, networks, runs and sessions. It prints tables and writes test/soak/results/latest.*; the exit code is 1 when a limit
// is exceeded.
//
//     npm run soak                        everything, about 6 minutes on a quiet machine
//     npm run soak -- --only memory       a part, or several (node,worker,browser,playground,memory); writes nothing
//     npm run soak -- --quick             a short run of everything; writes nothing

import { inProject } from "./setup/paths.mjs";
import { run, runVisibly } from "./setup/run.mjs";
import { orExit, setUp } from "./setup/steps.mjs";

await orExit(() => setUp({ browser: true }));

const tsx = inProject("node_modules", "tsx", "dist", "cli.mjs");
const main = inProject("test", "soak", "main.ts");
const code = await runVisibly(process.execPath, [tsx, main, ...process.argv.slice(2)]);
const prettier = inProject("node_modules", "prettier", "bin", "prettier.cjs");
await run(process.execPath, [prettier, "--write", inProject("test", "soak", "results")]); // in the format that `npm run check` requires
process.exit(code);
