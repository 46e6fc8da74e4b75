/** The model file that a run writes: looked at before hours are spent, and written so that it is whole at any moment. */

import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { writeFileAtomic } from "bptt/node";
import { Failure, fileFailure, systemCode, UsageError } from "./failure.js";
import { readModel } from "./input.js";

/**
 * Refuses a file that could not be written, or should not be: one that is no model (such as the text itself), and a run that was
 * cut short, unless it is gone on with.
 */
export async function prepareOutput(path: string, resume: boolean): Promise<void> {
  if (path === "-") throw new UsageError("--output: expected a file, received standard output");
  try {
    const old = await stat(path).catch(unlessMissing);
    if (old?.isDirectory()) throw new Failure(`${path}: expected a file, received a folder`);
    await access(old && !old.isFile() ? path : dirname(resolve(path)), constants.W_OK);
    if (!old?.isFile() || old.size === 0 || resume) return;
  } catch (error) {
    throw error instanceof Failure ? error : fileFailure(path, error);
  }
  const model = await readModel(path).catch(() => undefined);
  if (!model) throw new Failure(`${path}: it is there and is no model; name another file, or remove it`);
  const cut = model.resumable;
  model.free();
  if (!cut) return;
  throw new Failure(
    `${path}: it holds a run that was cut short; go on with it by --resume, or remove it to begin anew`,
  );
}

/** Writes the model file. */
export async function writeModel(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFileAtomic(path, bytes);
  } catch (error) {
    throw fileFailure(path, error);
  }
}

/** The command that goes on with a run. */
export function resumeCommand(files: readonly string[], output: string): string {
  return ["bptt", "train", ...files.map(quoted), "-o", quoted(output), "--resume"].join(" ");
}

/** A word of a shell's command line. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function unlessMissing(error: unknown): undefined {
  if (systemCode(error) !== "ENOENT") throw error;
  return undefined;
}
