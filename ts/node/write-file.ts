/**
 * Writes files that are complete or absent: they are written under a temporary name in the same folder,
 * flushed to the disk, and then renamed, which a file system does completely or not at all. If the process
 * ends in between, the file is the old one or the new one.
 *
 * There are packages for it (write-file-atomic 7, atomically 2.1). They call `write` once and do not check
 * how much of the data it has written, so on a disk that is nearly full they rename a truncated file.
 */

import type { Stats } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { types } from "node:util";
import { at, typeError, type Path } from "../base/errors.js";
import { show } from "../base/show.js";
import { clearBeside, createBeside, removeBeside } from "./beside.js";
import { pathOf, type FileAddress } from "./file-address.js";
import { absolute, targetOf } from "./target.js";

/** The last pending write to each path. Writes to one path happen in the order of their calls. */
const underWay = new Map<string, Promise<void>>();

/**
 * Writes a file so that it is complete or absent: a reader of the path, at any moment and after any crash,
 * sees the file as it was before the write or as it is after it, never a part. When the promise resolves, the
 * bytes are on the disk.
 *
 * The bytes are written to a temporary file in the same folder (`.name-….tmp`), which is flushed and renamed.
 * If that fails, it is removed and the old file is unchanged. A process that is killed in the middle leaves
 * its temporary file, which the next write to the same path removes. A symbolic link is kept, and the file
 * that it points to is written, even if that does not exist yet. Permissions are kept, and the temporary file
 * has them from the start. The new content is a new file: other hard links to the old file keep the old
 * content. A pipe or a device cannot be replaced and is written to directly.
 *
 * @param path the path of the file; its folder must exist
 * @param bytes the content, such as a saved model; it must not change until the promise settles
 * @throws TypeError when an argument is of the wrong kind
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
  const place = absolute(pathOf(path));
  const data = bytesOf(bytes, "bytes");
  return inTurn([place], () => writeAll([[place, data]]));
}

/**
 * Writes several files that belong together, such as TensorFlow.js's `model.json` and its weights. All bytes
 * are on the disk before the first file changes, so a full disk changes none. Then the files are exchanged
 * one after the other. The first one, which a reader opens first, is absent during the exchange and is
 * written last, so no reader sees it with files of another version.
 *
 * @param files pairs of a path and its bytes, as {@link writeFileAtomic} takes them; the first file is the
 *   one that refers to the others
 * @throws TypeError when an argument is of the wrong kind
 * @throws Error Node's own, with its `code`, when a file cannot be written
 *
 * @example
 * import { Rnn } from "bptt";
 * import { toTensorFlowJs } from "bptt/convert";
 * import { writeFilesAtomic } from "bptt/node";
 * import { rmSync } from "node:fs";
 *
 * const rnn = new Rnn({ cell: "lstm", inputSize: 4, hiddenSize: 8 });
 * const { weightData, weightSpecs, ...json } = toTensorFlowJs(rnn);
 * const model = { ...json, weightsManifest: [{ paths: ["model.bin"], weights: weightSpecs }] };
 * await writeFilesAtomic([
 *   ["model.json", new TextEncoder().encode(JSON.stringify(model))],
 *   ["model.bin", weightData],
 * ]);
 * for (const file of ["model.json", "model.bin"]) rmSync(file);
 */
export async function writeFilesAtomic(
  files: readonly (readonly [path: FileAddress, bytes: Uint8Array | ArrayBuffer])[],
): Promise<void> {
  if (!Array.isArray(files)) throw typeError("files", "an array of pairs of a path and bytes", show(files));
  const all = files.map((file: unknown, k): [string, Uint8Array] => {
    const place = at("files", k);
    if (!Array.isArray(file)) throw typeError(place, "a pair of a path and bytes", show(file));
    return [absolute(pathOf(file[0], at(place, 0))), bytesOf(file[1], at(place, 1))];
  });
  return inTurn(
    all.map(([path]) => path),
    () => writeAll(all),
  );
}

/** Calls `write` when the earlier writes to all of the paths have settled. */
async function inTurn(paths: readonly string[], write: () => Promise<void>): Promise<void> {
  const before = Promise.all(paths.map((path) => underWay.get(path) ?? Promise.resolve()));
  const writing = before.then(write);
  const settled = writing.catch(() => undefined);
  for (const path of paths) underWay.set(path, settled);
  try {
    await writing;
  } finally {
    for (const path of paths) if (underWay.get(path) === settled) underWay.delete(path);
  }
}

/** A file whose bytes are on the disk under a temporary name. */
interface Prepared {
  readonly temporary: string;
  readonly target: string;
}

async function writeAll(files: readonly (readonly [path: string, bytes: Uint8Array])[]): Promise<void> {
  const prepared: Prepared[] = [];
  try {
    for (const [path, bytes] of files) {
      const { path: target, old } = await targetOf(path);
      if (old && !old.isFile()) await writeInto(path, bytes);
      else prepared.push(await prepare(target, bytes, old));
    }
    await exchange(prepared);
  } finally {
    for (const { temporary } of prepared) removeBeside(temporary);
  }
}

async function prepare(target: string, bytes: Uint8Array, old: Stats | undefined): Promise<Prepared> {
  // the temporary file has the old permissions, so that nobody can read it who may not read the old file; its
  // owner, this process, must be able to write it
  const temporary = createBeside(target, "tmp", "", old ? (old.mode & 0o777) | 0o600 : 0o666);
  try {
    await clearBeside(target, temporary);
    const file = await open(temporary, "r+");
    try {
      if (old) {
        const now = await file.stat();
        if (now.uid !== old.uid || now.gid !== old.gid)
          await file.chown(old.uid, old.gid).catch(() => undefined);
        await file.chmod(old.mode & 0o7777);
      }
      await file.writeFile(bytes); // continues after a partial write
      await file.sync();
    } finally {
      await file.close();
    }
    return { temporary, target };
  } catch (error) {
    removeBeside(temporary);
    throw error;
  }
}

async function exchange(prepared: readonly Prepared[]): Promise<void> {
  const [first, ...others] = prepared;
  if (first === undefined) return;
  const aside = others.length === 0 ? undefined : await setAside(first);
  try {
    for (const { temporary, target } of others) {
      await rename(temporary, target);
      await flushFolder(dirname(target));
    }
    await rename(first.temporary, first.target);
  } catch (error) {
    if (aside !== undefined) await rename(aside, first.target);
    throw error;
  } finally {
    if (aside !== undefined) removeBeside(aside);
  }
  await flushFolder(dirname(first.target));
}

/** Renames an old file that differs from the new one, so that it can be restored. Returns its new name. */
async function setAside({ temporary, target }: Prepared): Promise<string | undefined> {
  const old = await readFile(target).catch(() => undefined);
  if (old === undefined || old.equals(await readFile(temporary))) return undefined;
  const aside = createBeside(target, "tmp");
  try {
    await rename(target, aside);
    return aside;
  } catch (error) {
    removeBeside(aside);
    throw error;
  }
}

/** Opens a file that cannot be replaced, writes everything and closes it. */
async function writeInto(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
}

/**
 * Flushes a folder, so that the new name survives a power failure, if the system can flush folders. The file
 * is complete without it.
 */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

function bytesOf(bytes: unknown, place: Path): Uint8Array {
  if (types.isUint8Array(bytes)) return bytes;
  if (types.isArrayBuffer(bytes)) return new Uint8Array(bytes);
  throw typeError(place, "a Uint8Array or an ArrayBuffer", show(bytes));
}
