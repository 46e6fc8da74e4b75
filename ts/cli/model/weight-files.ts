/**
 * Reads the weight files that a model.json of TensorFlow.js names: regular files in its folder or below, each
 * once. The file is untrusted, so no pipe, no device and no file elsewhere is opened because of it.
 */

import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { Failure, fileFailure } from "../failure.js";
import { nameOf } from "../input.js";

/** Matches paths that are absolute, on a drive, or outside of the folder. */
const ELSEWHERE = /^([/\\]|\w:)|(^|[/\\])\.\.([/\\]|$)/;

/** The weight files in the manifest's order. */
export interface WeightFiles {
  readonly weightData: readonly Uint8Array[];
  /** Their paths. */
  readonly weightFiles: readonly string[];
}

/**
 * Reads the bytes of the weight files in the manifest's order.
 *
 * @param path the path of the model.json; for "-" the working directory is its folder
 * @param manifest its `weightsManifest`, which is not checked yet
 * @throws Failure when it names no files, the same file twice, or a file that is not a regular file in the
 *   folder of the model
 */
export async function readWeightFiles(path: string, manifest: unknown): Promise<WeightFiles> {
  const groups: unknown[] = Array.isArray(manifest) ? manifest : [];
  const paths = groups.flatMap((group) => {
    const { paths } = (group ?? {}) as { paths?: unknown };
    return Array.isArray(paths) ? (paths as unknown[]) : [];
  });
  if (paths.length === 0)
    throw new Failure(
      `${nameOf(path)}: expected a model.json of TensorFlow.js, received JSON without weight files`,
    );
  const folder = await realpath(path === "-" ? "." : dirname(path));
  const seen = new Set<string>();
  const weightData: Uint8Array[] = [];
  const weightFiles: string[] = [];
  for (const file of paths) {
    const shown = JSON.stringify(typeof file === "string" ? file.slice(0, 200) : file);
    if (typeof file !== "string" || ELSEWHERE.test(file))
      throw new Failure(`${nameOf(path)}: expected weight files beside it, received the path ${shown}`);
    const { id, bytes, real } = await readInside(folder, file, nameOf(path));
    if (seen.has(id))
      throw new Failure(`${nameOf(path)}: expected each weight file once, received ${shown} again`);
    seen.add(id);
    weightData.push(bytes);
    weightFiles.push(real);
  }
  return { weightData, weightFiles };
}

async function readInside(folder: string, file: string, model: string) {
  try {
    const real = await realpath(join(folder, file));
    const inside = folder.endsWith(sep) ? folder : folder + sep;
    if (!real.startsWith(inside))
      throw new Failure(
        `${model}: expected weight files beside it, received a link from ${JSON.stringify(file)} elsewhere`,
      );
    // opening a pipe would wait for its other end without O_NONBLOCK
    const handle = await open(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw new Failure(`${file}: expected a regular file`);
      return { id: `${stat.dev}:${stat.ino}`, bytes: await handle.readFile(), real };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw fileFailure(file, error);
  }
}
