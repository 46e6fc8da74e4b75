/**
 * A lock on a file that ends with its process. It consists of a file in the same folder. To take the lock, a
 * process first creates its own lock file and then looks for those of other processes, so that of two that do
 * this at once, at least one sees the other. A lock file of a process that has ended is ignored. If the
 * process cannot be looked up (another machine on a network file system, another container, Windows), its
 * lock is valid as long as the process writes to its lock file.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { clearBeside, createBeside, removeBeside } from "./beside.js";
import { pathOf, type FileAddress } from "./file-address.js";
import { ownerPid } from "./owner.js";
import { absolute, targetOf } from "./target.js";

/** A lock on a file; see {@link lockFile}. */
export interface FileLock {
  /** Releases the lock. Further calls do nothing. */
  release(): void;
}

/** Milliseconds between two signs of life. */
const SIGN_OF_LIFE = 15_000;
/** Number of attempts when two processes have seen each other's lock files at once. */
const ATTEMPTS = 4;

/**
 * Locks a file for this process, so that of two programs that write the same file for hours the second one
 * finds out at once. The lock is advisory: it only affects programs that call `lockFile` too. It ends with
 * `release` or with the process, however the process ends.
 *
 * The file does not have to exist. Paths that lead to the same file through symbolic links are equal. The
 * lock is a file in the same folder (`.name-….lock`), which works across processes, containers and machines
 * that share the folder. A lock whose process is on another machine (or on Windows) ends two minutes after
 * its last sign of life. The process gives one every 15 seconds while its event loop is not blocked.
 *
 * @param path the file
 * @returns the lock
 * @throws TypeError when the path is of the wrong kind
 * @throws Error with code `"ELOCKED"` when another process, or another call in this one, holds the lock:
 *   `pid`, `host` and the `path` of its lock file identify it; and Node's own error with its `code`
 *   (`"ENOENT"`, `"EACCES"` …) when no lock file can be created
 *
 * @example
 * import { lockFile, writeFileAtomic } from "bptt/node";
 * import { rmSync } from "node:fs";
 *
 * const lock = await lockFile("checkpoint.bin");
 * await writeFileAtomic("checkpoint.bin", Uint8Array.of(1, 2, 3)); // as often as you like
 * lock.release();
 * rmSync("checkpoint.bin");
 */
export async function lockFile(path: FileAddress): Promise<FileLock> {
  const given = absolute(pathOf(path));
  const target = await targetOf(given);
  const content = `${JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() })}\n`;
  for (let attempt = 1; ; attempt++) {
    const own = createBeside(target.path, "lock", content);
    try {
      const other = (await clearBeside(target.path, own)).find(({ purpose }) => purpose === "lock");
      if (other === undefined) return held(own, content);
      if (attempt === ATTEMPTS) throw lockedError(given, other.path, other.owner);
    } catch (error) {
      removeBeside(own);
      throw error;
    }
    removeBeside(own);
    await sleep(20 + 80 * Math.random());
  }
}

function held(own: string, content: string): FileLock {
  const timer = setInterval(() => {
    try {
      writeFileSync(own, content, { flag: "r+" }); // the clock of the file system, not of this machine
    } catch {
      // the file was removed, so there is nothing to keep alive
    }
  }, SIGN_OF_LIFE);
  timer.unref();
  return {
    release() {
      clearInterval(timer);
      removeBeside(own);
    },
  };
}

function lockedError(file: string, path: string, owner: string): Error {
  let host = "";
  try {
    host = String((JSON.parse(readFileSync(path, "utf8")) as { host?: unknown }).host);
  } catch {
    // the lock was just released, or its process was killed before it wrote the file
  }
  const pid = ownerPid(owner);
  const where = host === "" || host === hostname() ? "" : ` on ${host}`;
  const message = `ELOCKED: process ${pid}${where} has locked the file, open '${file}'`;
  return Object.assign(new Error(message), { code: "ELOCKED", pid, host, path });
}
