/**
 * The description of a high-level model in the metadata of its file: one JSON text with a version number, such as
 * `bptt.labels: {"version":1,"labels":["circle","line"],…}`. A newer version than this library knows is refused.
 */

import { integer, record } from "../base/check.js";
import { at, rangeError } from "../base/errors.js";
import { parseJson } from "../base/json.js";
import { show } from "../base/show.js";
import { fileError } from "./file-error.js";

/** Returns the JSON of a description. */
export function packDescription(version: number, description: object): string {
  return JSON.stringify({ version, ...description });
}

/**
 * Reads a description.
 *
 * @param json the text in the file
 * @param name the name of the description; it is the first key of the paths that `read` uses
 * @param version the newest version that `read` understands
 * @param read converts the object without its version; its errors become errors about the file
 * @throws RangeError when the text is not JSON, its version is newer, or `read` refuses it
 */
export function readDescription<Result>(
  json: string,
  name: "series" | "labels",
  version: number,
  read: (description: object, version: number) => Result,
): Result {
  const path = at("bytes", "metadata", `bptt.${name}`);
  const value = parseJson(json, path);
  try {
    const { version: given, ...description } = record(value, name) as { version?: unknown };
    const known = integer(given, at(name, "version"), { min: 1 });
    if (known > version) {
      throw rangeError(
        at(name, "version"),
        `at most ${version}, all that this version of bptt reads`,
        show(known),
        {
          hint: `a newer version of bptt wrote this file`,
        },
      );
    }
    return read(description, known);
  } catch (error) {
    throw fileError(error, path, name);
  }
}
