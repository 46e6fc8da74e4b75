/**
 * Files that are complete or absent: written under a temporary name in the same folder, flushed to the disk, then renamed,
 * which a file system does at once or not at all. Whatever ends the process in between, the file is the old one or the new one.
 *
 * Of our own, since the packages for it (write-file-atomic 7, atomically 2.1) ask for one write and do not look how much
 * of it was done: on a disk that is nearly full they rename a file that is cut short.
 */

import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync, type Stats } from "node:fs";
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expected } from "../check.js";

/** A path, or a `file:` URL; the DOM's types need not be there. */
export type FileAddress = string | { readonly href: string };

/** The last write to each path that is under way: writes to one path happen in the order in which they were asked for. */
const underWay = new Map<string, Promise<void>>();

/**
 * Writes a file so that it is complete or absent: whoever reads the path, at any moment and after any crash, sees the file
 * as it was before or as it is to be, never a part. When the promise resolves, the bytes are on the disk.
 *
 * The bytes go to a temporary file beside it (`.name-….tmp`), which is flushed and renamed; when that fails it is removed and the
 * old file is as it was. Only a process that is killed in the middle leaves the temporary file behind. A link stays a link, and
 * permissions stay. What is no regular file, as a pipe or a device, has no whole to be replaced and is written to directly.
 *
 * @param path where to; the folder has to be there
 * @param bytes what to write, such as a model's; they must not change until the promise settles
 * @throws TypeError when something is of the wrong kind
 * @throws Error Node's own, with its `code` (`"ENOENT"`, `"EISDIR"`, `"ENOSPC"` …), when the file cannot be written
 *
 * @example
 * import { CharRnn } from "bptt";
 * import { writeFileAtomic } from "bptt/node";
 * import { readFileSync, rmSync } from "node:fs";
 *
 * const model = new CharRnn({ text: "abc", hiddenSize: 8 });
 * await writeFileAtomic("abc.safetensors", model.save());
 * console.log(CharRnn.load(readFileSync("abc.safetensors")).vocabulary.tokens); // ["a", "b", "c"]
 * rmSync("abc.safetensors");
 */
export async function writeFileAtomic(path: FileAddress, bytes: Uint8Array | ArrayBuffer): Promise<void> {
  const target = resolve(pathOf(path));
  const data = bytesOf(bytes);
  const before = underWay.get(target) ?? Promise.resolve();
  const write = before.then(() => writeOnce(target, data));
  const settled = write.catch(() => undefined);
  underWay.set(target, settled);
  try {
    await write;
  } finally {
    if (underWay.get(target) === settled) underWay.delete(target);
  }
}

/** Temporary files that are there now. A process that ends by its own will takes them along. */
const temporaries = new Set<string>();
const removeTemporaries = () => {
  for (const path of temporaries) rmSync(path, { force: true });
};

function keepTrack(path: string): () => void {
  if (temporaries.size === 0) process.once("exit", removeTemporaries);
  temporaries.add(path);
  return () => {
    temporaries.delete(path);
    if (temporaries.size === 0) process.off("exit", removeTemporaries);
  };
}

async function writeOnce(path: string, bytes: Uint8Array): Promise<void> {
  const old = await stat(path).catch(unlessMissing);
  if (old && !old.isFile()) return writeInto(path, "w", bytes);
  const target = old ? await realpath(path) : path;
  const name = `.${basename(target).slice(0, 40)}-${randomBytes(6).toString("hex")}.tmp`;
  const temporary = join(dirname(target), name);
  const done = keepTrack(temporary);
  try {
    writeFileSync(temporary, "", { flag: "wx" }); // at once: nothing may appear once the process has begun to end
    await writeInto(temporary, "r+", bytes, old);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    done();
  }
  await flushFolder(dirname(target));
}

/** Opens, writes all, flushes what can be flushed, closes. `old`: whose permissions and owner the file gets. */
async function writeInto(path: string, flags: "w" | "r+", bytes: Uint8Array, old?: Stats): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.writeFile(bytes); // goes on after a write that took a part only
    if (flags === "w") return;
    if (old) {
      const now = await file.stat();
      if (now.uid !== old.uid || now.gid !== old.gid)
        await file.chown(old.uid, old.gid).catch(() => undefined);
      await file.chmod(old.mode & 0o7777);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** So that the new name outlives a loss of power, where a folder can be flushed. The file is complete without it. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

function unlessMissing(error: unknown): undefined {
  if ((error as { code?: unknown }).code === "ENOENT") return undefined;
  throw error;
}

function pathOf(path: unknown): string {
  if (typeof path === "string" && path !== "") return path;
  if (typeof path === "object" && path !== null && "href" in path && typeof path.href === "string") {
    if (path.href.startsWith("file:")) return fileURLToPath(path.href);
  }
  throw new TypeError(expected("path", "a path or a file: URL", path));
}

function bytesOf(bytes: unknown): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes;
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes);
  throw new TypeError(expected("bytes", "a Uint8Array or an ArrayBuffer", bytes));
}
