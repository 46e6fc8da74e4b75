/**
 * Errors print one sentence. The exit code is 1 for failures, 2 for wrong usage, and 128 + n after signal n. No stack is printed.
 */

import { CommanderError } from "commander";

/** A failure with the sentence to print. */
export class Failure extends Error {
  readonly exitCode: number;

  /** @param message one sentence without a full stop; empty to print nothing */
  constructor(message: string, exitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.name = "Failure";
    this.exitCode = exitCode;
  }
}

/** Wrong usage of a command. */
export class UsageError extends Failure {
  constructor(message: string) {
    super(message, 2);
    this.name = "UsageError";
  }
}

/** The meanings of the system's error codes, printed after the name of a file. */
const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EBUSY: "in use by another program",
  EDQUOT: "the disk quota is exceeded",
  EFBIG: "too large for this file system",
  EISDIR: "expected a file, received a folder",
  ELOOP: "too many symbolic links",
  EMFILE: "too many open files",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "no such file or folder",
  ENOSPC: "no space left on the disk",
  ENOTDIR: "a part of the path is not a folder",
  EPERM: "operation not permitted",
  EPIPE: "it was closed before everything was written",
  EROFS: "the file system is read-only",
  ERR_FS_FILE_TOO_LARGE: "larger than 2 GiB, which is the most that can be read",
};

/** Returns the code of an error of the system, or undefined for other errors. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return /^E[A-Z0-9]+$/.test(error.code) || error.code in MEANINGS ? error.code : undefined;
}

/** Returns the failure of reading or writing `name`. An error that is not of the system is thrown again. */
export function fileFailure(name: string, error: unknown): Failure {
  const code = systemCode(error);
  if (code === undefined) throw error;
  return new Failure(`${name}: ${MEANINGS[code] ?? `the system reports ${code}`}`, 1, { cause: error });
}

/** Returns the sentence of an error, or undefined if there is nothing to print because help was requested. */
export function sentenceOf(error: unknown): string | undefined {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return undefined;
    if (error.code === "commander.help") return "expected a command; `bptt --help` lists them";
    // the words are Commander's: one line, without what this program prints before and after it
    // eslint-disable-next-line no-restricted-syntax
    return error.message.replace(/^error: |\.$/g, "").replace(/\n(?=\(Did you mean)/, " ");
  }
  if (!(error instanceof Error)) return String(error);
  return error.message === "" ? undefined : error.message;
}

/** Returns the exit code of an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof Failure ? error.exitCode : 1;
}
