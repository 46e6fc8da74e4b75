/**
 * Finds the file that the operating system would open for a path. Symbolic links are followed, even to a file
 * that does not exist yet, and ".." is the parent of the folder that was reached, not of the name before it.
 */

import type { Stats } from "node:fs";
import { lstat, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, resolve, sep } from "node:path";

/** The file to which a path leads. */
export interface PathTarget {
  /** The path without symbolic links. */
  readonly path: string;
  /** The existing file, if there is one. */
  readonly old: Stats | undefined;
}

/** Largest number of links, as in Linux. */
const MOST_LINKS = 40;
const FOLDER = process.platform === "win32" ? /[/\\]$/ : /\/$/;

/**
 * Returns the absolute path, so that a later `chdir` does not change it. Nothing in it is resolved, except on
 * Windows, where the system resolves the text.
 */
export function absolute(path: string): string {
  if (process.platform === "win32") return resolve(path);
  return isAbsolute(path) ? path : process.cwd() + sep + path;
}

/**
 * Follows a path.
 *
 * @throws Error Node's own: `"ENOENT"` when a folder of the path does not exist, `"ELOOP"`, `"ENOTDIR"`,
 *   `"EISDIR"` for a name that ends in "/"
 */
export async function targetOf(path: string): Promise<PathTarget> {
  for (let links = 0, at = path; ; links++) {
    if (links > MOST_LINKS) throw systemError("ELOOP", "too many symbolic links encountered", path);
    const old = await stat(at).catch(unlessMissing);
    if (old) return { path: await realpath(at), old };
    if (FOLDER.test(at)) throw systemError("EISDIR", "illegal operation on a directory", path);
    const folder = await realpath(dirname(at));
    const name = folder + (folder.endsWith(sep) ? "" : sep) + basename(at);
    const link = await lstat(name).catch(unlessMissing);
    if (!link?.isSymbolicLink()) return { path: name, old: undefined };
    const to = await readlink(name);
    at = isAbsolute(to) ? to : folder + sep + to;
  }
}

function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
  throw error;
}

function systemError(code: string, what: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${what}, open '${path}'`), { code, syscall: "open", path });
}
