// Creates files and folders atomically: they are created under another name and renamed when they are
// complete. A set-up that was killed leaves nothing that the next one could mistake for a product.

import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { rmSync, statSync, utimesSync, writeFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { step } from "./log.mjs";

const HEARTBEAT_MS = 2_000;
const DEAD_AFTER_MS = 20_000; // the owner of a lock without heartbeat for this long is dead

/**
 * Makes a folder if it does not exist: `make` fills a temporary folder, which is then renamed. If two
 * processes make it at once, the first to finish wins.
 * @param {string} folder
 * @param {(temporary: string) => Promise<void>} make
 */
export async function makeOnce(folder, make) {
  if (existsSync(folder)) return;
  mkdirSync(dirname(folder), { recursive: true });
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return;
    removeLeftovers(folder);
    const temporary = `${folder}.tmp-${process.pid}`;
    try {
      rmSync(temporary, { recursive: true, force: true });
      mkdirSync(temporary);
      await make(temporary);
      if (!existsSync(folder)) renameSync(temporary, folder);
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  });
}

/** Replaces a folder by another on the same disk. @param {string} from @param {string} to */
export function replaceFolder(from, to) {
  const old = `${to}.old-${process.pid}`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(to)) renameSync(to, old);
  renameSync(from, to);
  rmSync(old, { recursive: true, force: true });
}

/**
 * Writes a file so that it is either the old or the new one, never a part of it. @param {string} file @param
 * {string | Uint8Array} content
 */
export function replaceFile(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.tmp-${process.pid}`;
  writeFileSync(temporary, content);
  renameSync(temporary, file);
}

/**
 * Runs `work` while holding a lock file. The owner touches it every two seconds; a lock whose owner is gone is taken over.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  for (let waits = 0; !tryLock(file); waits++) {
    if (ownerIsGone(file)) rmSync(file, { force: true });
    else {
      if (waits === 0) step(`waiting for another set-up that holds ${basename(file)}`);
      await sleep(200);
    }
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(file, now, now);
    } catch {
      // another process removed it
    }
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    rmSync(file, { force: true });
  }
}

/** @param {string} file */
function tryLock(file) {
  try {
    const handle = openSync(file, "wx");
    writeSync(handle, `${process.pid} ${hostname()}`);
    closeSync(handle);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  }
}

/** @param {string} file */
function ownerIsGone(file) {
  try {
    if (Date.now() - statSync(file).mtimeMs > DEAD_AFTER_MS) return true;
    const [pid, host] = readFileSync(file, "utf8").split(" ");
    if (host !== hostname()) return false; // just being written, or a process that is not visible from here
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "ESRCH";
  }
}

/** Removes the temporary folders of killed processes. The caller holds the lock. @param {string} folder */
function removeLeftovers(folder) {
  for (const name of readdirSync(dirname(folder))) {
    if (name.startsWith(`${basename(folder)}.tmp-`))
      rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}
