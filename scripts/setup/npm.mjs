// Installs the npm dependencies with `npm ci` when node_modules differs from package-lock.json.

import { existsSync, readFileSync } from "node:fs";
import { SetupError, step } from "./log.mjs";
import { inProject } from "./paths.mjs";
import { run } from "./run.mjs";

/** @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }} LockEntry */

export async function installDependencies() {
  if (dependenciesAreInstalled()) return;
  step("npm ci (the dependencies of package-lock.json)");
  const { code, output } = await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  if (code === 0) return;
  const reason = /^npm (?:error|ERR!) code (\S+)/m.exec(output)?.[1] ?? `exit code ${code}`;
  throw new SetupError(`npm ci failed (${reason}): make the npm registry reachable, then run this again.`);
}

/**
 * Compares package-lock.json with node_modules/.package-lock.json, which npm writes after everything else. Optional entries, such
 * as those of other platforms, may be missing.
 */
function dependenciesAreInstalled() {
  const wanted = packagesOf(inProject("package-lock.json"));
  const installed = packagesOf(inProject("node_modules", ".package-lock.json"));
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    const there = installed[path];
    if (there !== undefined) return there.version === entry.version;
    return entry.optional === true || entry.devOptional === true || entry.peer === true;
  });
}

/** @param {string} file @returns {Record<string, LockEntry> | undefined} */
function packagesOf(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}
