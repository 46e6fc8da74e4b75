// Engines that are npm packages with the bare binary inside: one folder each in the cache.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { SetupError, step } from "./log.mjs";
import { cacheRoot } from "./paths.mjs";
import { makeOnce } from "./place.mjs";
import { run } from "./run.mjs";

const SECONDS = 180;

/** @typedef {{ name: string, package: string, range: string, binary: string }} NpmEngine */

/** Returns the path of the binary, or undefined if it is not installed. @param {NpmEngine} engine */
export function cachedBinary(engine) {
  const path = join(cacheFolder(engine), "node_modules", engine.package, engine.binary);
  return existsSync(path) ? path : undefined;
}

/** Installs the package, which runs no script, unless it is in the cache. @param {NpmEngine} engine */
export async function fromNpm(engine) {
  await makeOnce(cacheFolder(engine), async (temporary) => {
    const what = `${engine.package}@${engine.range}`;
    step(`npm install ${what} (for a test, into the cache)`);
    const quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"];
    const brief = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000"];
    // force: the binary may be for another processor, for an emulator
    const args = ["install", "--force", "--prefix", temporary, what, ...quiet, ...brief];
    const { code, output } = await run("npm", args, { cwd: temporary, seconds: SECONDS });
    if (code === 0 && existsSync(join(temporary, "node_modules", engine.package, engine.binary))) return;
    const reason = /^npm (?:error|ERR!) code (\S+)/m.exec(output)?.[1] ?? `exit code ${code}`;
    throw new SetupError(`npm could not install ${what} (${reason})`);
  });
}

/** @param {NpmEngine} engine */
function cacheFolder(engine) {
  return join(cacheRoot, "engines", engine.name.toLowerCase().replaceAll(" ", "-"));
}
