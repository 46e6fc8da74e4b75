// Paths of the project's folders, of the cache that clones share, and of programs.

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const projectRoot = resolve(fileURLToPath(import.meta.url), "../../..");

/** Returns a path inside the project. @param {...string} parts */
export const inProject = (...parts) => join(projectRoot, ...parts);

/** Build products and stamps that may be deleted at any time; ignored by git. */
export const buildRoot = inProject("target", "setup");

/** Tools built from source: one folder per name and version, shared by all clones of a user. */
export const cacheRoot = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "bptt");

/** Returns the search path for commands: the project's tools, the caller's PATH, then the folder of rustup. */
export function searchPath(first = /** @type {string[]} */ ([])) {
  const cargoBin = join(process.env.CARGO_HOME || join(homedir(), ".cargo"), "bin");
  return [...first, inProject("node_modules", ".bin"), process.env.PATH ?? "", cargoBin].join(delimiter);
}

/**
 * Returns the full path of a command, or undefined.
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
 * Returns the path of a program: from an environment variable, from PATH, or from the usual install locations.
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
