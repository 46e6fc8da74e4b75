/**
 * Files that a process keeps in the folder of a target while it works on the target. Their names contain the
 * names of the target and the process:
 *
 *     .<target>-<owner>-<random>.tmp      the next content
 *     .<target>-<owner>-<random>.lock     marks the target as locked by the process
 *
 * They are removed when the work is done or the process exits. A process that was killed leaves them, and the
 * next process that works on the same target removes them. A name is never used twice, so removing a leftover
 * cannot hit a file of a running process.
 */

import { createHash, randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { OWNER_PATTERN, ownerState, ownerTag } from "./owner.js";

/** The purpose of such a file. */
export type Purpose = "tmp" | "lock";

/** A file in the folder of a target. */
export interface Beside {
  readonly path: string;
  readonly purpose: Purpose;
  readonly owner: string;
}

/** Milliseconds after which a file without writes is a leftover, if its process cannot be looked up. */
const SILENT: Readonly<Record<Purpose, number>> = { tmp: 3_600_000, lock: 120_000 };
const LONGEST_STEM = 60; // in bytes; a name may have 255
const REST = new RegExp(`^(${OWNER_PATTERN})-[0-9a-f]{12}\\.(tmp|lock)$`);

/**
 * Creates a file in the folder of a target, in one system call, so that nothing appears once the process has
 * begun to end.
 *
 * @param mode its permissions from the start
 * @returns its path
 */
export function createBeside(target: string, purpose: Purpose, content = "", mode = 0o666): string {
  const name = `${prefixOf(target)}${ownerTag()}-${randomBytes(6).toString("hex")}.${purpose}`;
  const path = join(dirname(target), name);
  if (kept.size === 0) process.once("exit", removeKept);
  kept.add(path);
  try {
    writeFileSync(path, content, { flag: "wx", mode });
  } catch (error) {
    forget(path);
    throw error;
  }
  return path;
}

/** Removes a file of this process, which may have been renamed. */
export function removeBeside(path: string): void {
  try {
    rmSync(path, { force: true });
  } finally {
    forget(path);
  }
}

/**
 * Removes the files that ended processes have left in the folder of a target.
 *
 * @param own a file of this process in that folder that was just written: its time is the current time of the
 *   file system
 * @returns the files of other processes that run, as far as is known, and those of this process except `own`
 */
export async function clearBeside(target: string, own: string): Promise<Beside[]> {
  const now = (await stat(own)).mtimeMs;
  const others: Beside[] = [];
  for (const each of await filesBeside(target)) {
    if (each.path === own) continue;
    if (await isLeftover(each, now)) await rm(each.path, { force: true }).catch(() => undefined);
    else others.push(each);
  }
  return others;
}

const kept = new Set<string>();
const removeKept = () => {
  for (const path of kept) rmSync(path, { force: true });
};

function forget(path: string): void {
  kept.delete(path);
  if (kept.size === 0) process.off("exit", removeKept);
}

async function filesBeside(target: string): Promise<Beside[]> {
  const [folder, prefix] = [dirname(target), prefixOf(target)];
  const names = await readdir(folder).catch(() => []); // a folder may permit writing its files and forbid listing them
  return names.flatMap((name) => {
    const [, owner, purpose] = (name.startsWith(prefix) && REST.exec(name.slice(prefix.length))) || [];
    if (owner === undefined) return [];
    return [{ path: join(folder, name), purpose: purpose as Purpose, owner }];
  });
}

async function isLeftover({ path, purpose, owner }: Beside, now: number): Promise<boolean> {
  const state = ownerState(owner);
  if (state !== "unknown") return state === "ended";
  const stats = await stat(path).catch(() => undefined);
  return stats !== undefined && now - stats.mtimeMs > SILENT[purpose];
}

/** Returns the target's name, or for a long name its beginning and a hash of all of it. */
function prefixOf(target: string): string {
  const name = basename(target);
  // these systems treat names as equal if they differ only in case or in the composition of accents
  const same = /^(darwin|win32)$/.test(process.platform) ? name.normalize("NFC").toLowerCase() : name;
  const bytes = Buffer.from(same);
  if (bytes.length <= LONGEST_STEM) return `.${same}-`;
  const beginning = bytes
    .subarray(0, LONGEST_STEM - 20)
    .toString()
    .replace(/\ufffd+$/, "");
  return `.${beginning}~${createHash("sha256").update(bytes).digest("hex").slice(0, 8)}-`;
}
