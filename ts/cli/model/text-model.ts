/** Reads a text model from a file. */

import { CharRnn, Rnn } from "bptt";
import { isCheckError } from "../../base/errors.js";
import { Failure } from "../failure.js";
import { nameOf, readBytes } from "../input.js";
import { formatOf } from "./file-format.js";
import { isForecaster } from "./forecaster.js";
import { modelFailure } from "./error-messages.js";
import { metadataOf } from "./metadata.js";

/**
 * Reads the text model of a file. The error for other models says how to convert them. The caller frees the
 * model.
 */
export async function readTextModel(path: string): Promise<CharRnn> {
  return textModelOf(await readBytes(path), nameOf(path));
}

/** Reads the text model from the bytes of the file `name`. */
export function textModelOf(bytes: Buffer<ArrayBuffer>, name: string): CharRnn {
  if (formatOf(bytes, name) !== "safetensors") {
    throw new Failure(
      `${name}: expected a model of bptt, which bptt convert --to bptt --vocabulary makes of it`,
    );
  }
  if (isForecaster(bytes)) {
    const how = "use bptt forecast or bptt backtest";
    throw new Failure(`${name}: expected a text model, received a forecaster; ${how}`);
  }
  try {
    return CharRnn.load(bytes);
  } catch (error) {
    if (isCheckError(error) && error.path[0] === "tokens")
      throw new Failure(
        `${name}: it splits texts by a function of the program that made it, which the command line does not have`,
      );
    if (!isNetworkAlone(bytes)) throw modelFailure(name, error);
    const how = "add one with bptt convert --to bptt --vocabulary";
    throw new Failure(`${name}: expected a text model, received a network without a vocabulary; ${how}`, 1, {
      cause: error,
    });
  }
}

/** Returns true if the bytes are a readable network without a vocabulary. */
function isNetworkAlone(bytes: Buffer<ArrayBuffer>): boolean {
  try {
    Rnn.load(bytes).free();
    return !("bptt.vocabulary" in metadataOf(bytes));
  } catch {
    return false;
  }
}
