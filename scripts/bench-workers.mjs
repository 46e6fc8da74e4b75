// `npm run bench:workers`: builds the library and measures runs in several workers; see bench/workers.mjs.

import { inProject } from "./setup/paths.mjs";
import { runVisibly } from "./setup/run.mjs";
import { orExit, setUp } from "./setup/steps.mjs";

await orExit(() => setUp());
process.exit(await runVisibly(process.execPath, [inProject("bench", "workers.mjs")]));
