/** The checkpoints of a run: they are written to its file in order, and verified after a failure. */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { writeFiles } from "./output-file.js";

/** Writes checkpoints to a file and remembers which one it contains. */
export class Checkpoints {
  readonly #file: string;
  #last: { readonly step: number; readonly hash: string } | undefined;

  /** @param file the model file */
  constructor(file: string) {
    this.#file = file;
  }

  /** Replaces the file by the checkpoint of a step. */
  async write(bytes: Uint8Array, step: number): Promise<void> {
    const hash = hashOf(bytes);
    await writeFiles([[this.#file, bytes]]);
    this.#last = { step, hash };
  }

  /**
   * Reads the file. Returns the step of the last checkpoint if the file contains it byte for byte, otherwise
   * undefined.
   */
  async intact(): Promise<number | undefined> {
    const last = this.#last;
    if (last === undefined) return undefined;
    const bytes = await readFile(this.#file).catch(() => undefined);
    return bytes !== undefined && hashOf(bytes) === last.hash ? last.step : undefined;
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
