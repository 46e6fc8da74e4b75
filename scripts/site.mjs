// `npm run site` serves the documentation site while it is written; `npm run site:build` writes it to site/dist, as static files
// that work from any path, and fails when a link or anchor is dead.

import { rmSync } from "node:fs";
import { run, runVisibly } from "./setup/run.mjs";
import { inProject } from "./setup/paths.mjs";
import { orExit, setUp } from "./setup/steps.mjs";
import { deadLinks } from "./site/links.mjs";
import { PLACEHOLDER, relocate } from "./site/relocate.mjs";

const out = inProject("site", "dist");

/** Runs a command and ends this process when it fails. @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
async function need(command, args, env = {}) {
  const { code, output } = await run(command, args, { env });
  if (code === 0) return;
  process.stderr.write(output);
  process.exit(code);
}

await orExit(() => setUp());
rmSync(inProject("docs", "reference", "api"), { recursive: true, force: true });
await need("typedoc", ["--logLevel", "Warn"]);
await need("vite", [
  ...["build", "--config", inProject("examples", "playground", "vite.config.ts"), "--logLevel", "warn"],
  ...["--outDir", inProject("target", "site-public", "playground"), "--emptyOutDir"],
]);

if (process.argv[2] !== "build") process.exit(await runVisibly("vitepress", ["dev", "site"]));

rmSync(out, { recursive: true, force: true });
await need("vitepress", ["build", "site"], { SITE_BASE: PLACEHOLDER });
relocate(out);
const dead = deadLinks(out);
if (dead.length > 0) {
  process.stderr.write(`Dead links of the site:\n${dead.join("\n")}\n`);
  process.exit(1);
}
process.stdout.write("site/dist is ready for any web server.\n");
