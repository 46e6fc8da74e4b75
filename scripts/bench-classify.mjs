// `npm run bench:classify`: builds the library and measures the accuracy of SequenceClassifier; see bench/classify/main.mjs.

import { inProject } from "./setup/paths.mjs";
import { runVisibly } from "./setup/run.mjs";
import { orExit, setUp } from "./setup/steps.mjs";

await orExit(() => setUp());
process.exit(
  await runVisibly(process.execPath, [inProject("bench", "classify", "main.mjs"), ...process.argv.slice(2)]),
);
