/** A model that reads and writes text, from a file. */

import { CharRnn, Rnn } from "bptt";
import { isCheckError } from "../../base/errors.js";
import { Failure } from "../failure.js";
import { nameOf, readBytes } from "../input.js";
import { formatOf } from "./file-format.js";
import { modelFailure } from "./error-messages.js";
import { metadataOf } from "./metadata.js";

/** The text model in a file; of other models it says how they become one. The caller frees it. */
export async function readTextModel(path: string): Promise<CharRnn> {
  return textModelOf(await readBytes(path), nameOf(path));
}

/** The text model in the bytes of the file `name`. */
export function textModelOf(bytes: Buffer<ArrayBuffer>, name: string): CharRnn {
  if (formatOf(bytes, name) !== "safetensors") {
    throw new Failure(
      `${name}: expected a model of bptt, which bptt convert --to bptt --vocabulary makes of it`,
    );
  }
  try {
    return CharRnn.load(bytes);
  } catch (error) {
    if (isCheckError(error) && error.path[0] === "tokens")
      throw new Failure(
        `${name}: it cuts texts by a function of the program that made it, which bptt does not have`,
      );
    if (!isNetworkAlone(bytes)) throw modelFailure(name, error);
    const how = "bptt convert --to bptt --vocabulary gives it one";
    throw new Failure(`${name}: expected a text model, received a network without a vocabulary; ${how}`, 1, {
      cause: error,
    });
  }
}

/** Whether they are a network that can be read and has no vocabulary. */
function isNetworkAlone(bytes: Buffer<ArrayBuffer>): boolean {
  try {
    Rnn.load(bytes).free();
    return !("bptt.vocabulary" in metadataOf(bytes));
  } catch {
    return false;
  }
}
