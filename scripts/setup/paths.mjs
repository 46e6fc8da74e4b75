// Where things are: the project's folders, and the cache of tools that several clones share.

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const projectRoot = resolve(fileURLToPath(import.meta.url), "../../..");

/** A path inside the project. @param {...string} parts */
export const inProject = (...parts) => join(projectRoot, ...parts);

/** Build products and stamps that may be deleted at any time; ignored by git. */
export const buildRoot = inProject("target", "setup");

/** Tools that were built from source: shared by all clones of one user, one folder per name and version. */
export const cacheRoot = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "bptt");

/** The search path of every command: the project's tools, the caller's PATH, then where rustup puts its own. */
export function searchPath(first = /** @type {string[]} */ ([])) {
  const cargoBin = join(process.env.CARGO_HOME || join(homedir(), ".cargo"), "bin");
  return [...first, inProject("node_modules", ".bin"), process.env.PATH ?? "", cargoBin].join(delimiter);
}

/**
 * The full path of a command, or undefined.
 * @param {string} name
 * @param {string} [path] a list of folders
 */
export function which(name, path = searchPath()) {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  for (const folder of path.split(delimiter)) {
    for (const ending of endings) {
      const file = join(folder, name + ending);
      if (folder !== "" && existsSync(file)) return file;
    }
  }
  return undefined;
}

/**
 * A program of the machine's: where an environment variable says it is, else on PATH, else where installers put it.
 * @param {string} variable
 * @param {string[]} commands
 * @param {string[]} places
 * @returns {string | undefined}
 */
export function findProgram(variable, commands, places) {
  if (process.env[variable]) return process.env[variable];
  for (const command of commands) {
    const path = which(command);
    if (path) return path;
  }
  return places.find((path) => existsSync(path));
}
