/** Several files that belong together, written so that either all are there or none has changed. */

import { randomBytes } from "node:crypto";
import { rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { writeFileAtomic } from "bptt/node";
import { Failure, fileFailure } from "../failure.js";
import type { Files } from "./target.js";

/** Writes the files of a model. */
export async function saveFiles(files: Files): Promise<void> {
  const [only, ...others] = files;
  if (only !== undefined && others.length === 0) return inWords(only[0], () => writeFileAtomic(...only));
  for (const [path] of files) {
    const old = await stat(path).catch(() => undefined);
    if (old?.isDirectory()) throw new Failure(`${path}: expected a file, received a folder`);
  }
  // all bytes are on the disk before the first name changes
  const written: [temporary: string, path: string][] = [];
  try {
    for (const [path, bytes] of files) {
      const temporary = join(dirname(path), `.${basename(path)}-${randomBytes(6).toString("hex")}.tmp`);
      written.push([temporary, path]);
      await inWords(path, () => writeFileAtomic(temporary, bytes));
    }
    for (const [temporary, path] of [...written].reverse())
      await inWords(path, () => rename(temporary, path));
  } finally {
    for (const [temporary] of written) await rm(temporary, { force: true }).catch(() => undefined);
  }
}

async function inWords(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw fileFailure(path, error);
  }
}
