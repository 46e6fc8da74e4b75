/**
 * The guard of every command that writes. Before the work begins it refuses to replace an input, a file that
 * is not a model of the kind to be written, and a model that would be lost. It locks the file until the
 * command ends.
 */

import { fstat, type BigIntStats } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { promisify } from "node:util";
import { lockFile, writeFilesAtomic, type FileLock } from "bptt/node";
import { Failure, fileFailure, systemCode, UsageError } from "./failure.js";
import type { Objection } from "./model/existing.js";

/** The rules for replacing an existing file. */
export interface OutputRules {
  /** The files that the command reads; "-" is standard input. */
  readonly inputs: readonly string[];
  /** True to replace a file in any case. */
  readonly force: boolean;
  /** Returns the reason why an existing file may not be replaced, or undefined if it may. */
  readonly objection: Objection;
}

/** The files that a command writes and has locked. */
export class OutputFiles implements Disposable {
  readonly #locks: readonly FileLock[];

  private constructor(locks: readonly FileLock[]) {
    this.#locks = locks;
  }

  /**
   * Checks and locks files.
   *
   * @throws Failure when a file may not be replaced, cannot be written, or is written by another process
   */
  static async claim(paths: readonly string[], rules: OutputRules): Promise<OutputFiles> {
    if (paths.includes("-")) throw new UsageError("--output: expected a file, received standard output");
    const locks: FileLock[] = [];
    try {
      for (const path of paths) {
        const lock = await claimOne(path, rules);
        if (lock) locks.push(lock);
      }
    } catch (error) {
      for (const lock of locks) lock.release();
      throw error;
    }
    return new OutputFiles(locks);
  }

  [Symbol.dispose](): void {
    for (const lock of this.#locks) lock.release();
  }
}

/** Writes files that belong together. */
export async function writeFiles(
  files: readonly (readonly [path: string, bytes: Uint8Array])[],
): Promise<void> {
  try {
    await writeFilesAtomic(files);
  } catch (error) {
    throw fileFailure(files.map(([path]) => path).join(", "), error);
  }
}

async function claimOne(path: string, rules: OutputRules): Promise<FileLock | undefined> {
  let lock: FileLock | undefined;
  try {
    const old = await stat(path, { bigint: true }).catch(unlessMissing);
    if (old?.isDirectory()) throw new Failure(`${path}: expected a file, received a folder`);
    if (old && !old.isFile()) {
      await access(path, constants.W_OK); // for a device or a pipe nothing is lost
      return undefined;
    }
    lock = await lockFile(path);
    await check(path, rules);
    return lock;
  } catch (error) {
    lock?.release();
    throw failureOf(path, error);
  }
}

/** Refuses a file that may not be replaced. */
async function check(path: string, { inputs, force, objection }: OutputRules): Promise<void> {
  const old = await stat(path, { bigint: true }).catch(unlessMissing);
  if (!old || force) return;
  for (const input of inputs) {
    const stats = await statOf(input).catch(() => undefined);
    if (stats && stats.dev === old.dev && stats.ino === old.ino)
      throw new Failure(
        `${path}: it is an input of this command; use another name, or add --force to replace it`,
      );
  }
  if (old.size === 0n) return; // an empty file: nothing is lost
  const why = await objection(path);
  if (why !== undefined) throw new Failure(`${path}: ${why}`);
}

function statOf(path: string): Promise<BigIntStats> {
  return path === "-" ? promisify(fstat)(0, { bigint: true }) : stat(path, { bigint: true });
}

function failureOf(path: string, error: unknown): unknown {
  if (error instanceof Failure) return error;
  if (systemCode(error) !== "ELOCKED") return fileFailure(path, error);
  const { pid, host, path: lock } = error as Error & { pid: number; host: string; path: string };
  const isHere = host === "" || host === hostname();
  const sentence = `process ${pid}${isHere ? "" : ` on ${host}`} is writing it; wait for its end, or name another file`;
  return new Failure(`${path}: ${sentence}${isHere ? "" : ` (remove ${lock} if that process has ended)`}`);
}

function unlessMissing(error: unknown): undefined {
  if (systemCode(error) !== "ENOENT") throw error;
  return undefined;
}
