/** A model that reads and writes text, from a file. */

import { CharRnn } from "bptt";
import { Failure } from "../failure.js";
import { nameOf, readBytes } from "../input.js";
import { formatOf } from "./file-format.js";
import { modelFailure } from "./error-messages.js";

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
    const { message } = error as Error;
    if (message.includes("the function that the saved model had"))
      throw new Failure(
        `${name}: it cuts texts by a function of the program that made it, which bptt does not have`,
      );
    if (!message.includes("with a vocabulary")) throw modelFailure(name, error);
    const how = "bptt convert --to bptt --vocabulary gives it one";
    throw new Failure(`${name}: expected a text model, received a network without a vocabulary; ${how}`, 1, {
      cause: error,
    });
  }
}
