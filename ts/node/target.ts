/**
 * The file that the operating system would open for a path: symbolic links are followed, also to a file that is not there yet,
 * and ".." is the parent of the folder that was reached, not of the name before it.
 */

import type { Stats } from "node:fs";
import { lstat, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, resolve, sep } from "node:path";

/** Where a path leads. */
export interface PathTarget {
  /** Without symbolic links. */
  readonly path: string;
  /** The file that is there. */
  readonly old: Stats | undefined;
}

/** As many as Linux follows. */
const MOST_LINKS = 40;
const FOLDER = process.platform === "win32" ? /[/\\]$/ : /\/$/;

/** The path from the root, so that a later `chdir` does not change it. Nothing in it is resolved; Windows itself resolves the text. */
export function absolute(path: string): string {
  if (process.platform === "win32") return resolve(path);
  return isAbsolute(path) ? path : process.cwd() + sep + path;
}

/**
 * Follows a path.
 *
 * @throws Error Node's own: `"ENOENT"` when a folder on the way is not there, `"ELOOP"`, `"ENOTDIR"`, `"EISDIR"` for a name that ends in "/"
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
