// `npm run format` formats all files with prettier and the crate with rustfmt.

import { step } from "./setup/log.mjs";
import { installDependencies } from "./setup/npm.mjs";
import { which } from "./setup/paths.mjs";
import { ask, runVisibly } from "./setup/run.mjs";
import { orExit } from "./setup/steps.mjs";

await orExit(installDependencies);
let code = await runVisibly("prettier", ["--write", "--log-level", "warn", "."]);
if (which("cargo") && (await ask("cargo", ["fmt", "--version"])))
  code ||= await runVisibly("cargo", ["fmt", "--all"]);
else step("rustfmt is not installed: the crate was not formatted");
process.exit(code);
