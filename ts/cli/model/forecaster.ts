/** Reads a forecaster from a file. */

import { Forecaster } from "bptt";
import { Failure } from "../failure.js";
import { nameOf, readBytes } from "../input.js";
import { columnsIn, type StoredColumns } from "../series-columns.js";
import { modelFailure } from "./error-messages.js";
import { formatOf } from "./file-format.js";
import { metadataOf } from "./metadata.js";

/** A forecaster and the columns that it was trained on, if the command line trained it. */
export interface StoredForecaster {
  readonly model: Forecaster;
  readonly columns: StoredColumns | undefined;
}

/** Reads the forecaster of a file. The caller frees it. */
export async function readForecaster(path: string): Promise<StoredForecaster> {
  return forecasterOf(await readBytes(path), nameOf(path));
}

/** Reads the forecaster in the bytes of the file `name`. */
export function forecasterOf(bytes: Buffer<ArrayBuffer>, name: string): StoredForecaster {
  if (formatOf(bytes, name) !== "safetensors") throw otherModel(name);
  try {
    const model = Forecaster.load(bytes);
    return { model, columns: columnsIn(metadataOf(bytes)) };
  } catch (error) {
    if (!isForecaster(bytes)) throw otherModel(name, error);
    throw modelFailure(name, error);
  }
}

/** Returns true if a safetensors file has the description of a forecaster. */
export function isForecaster(bytes: Uint8Array): boolean {
  try {
    return "bptt.series" in metadataOf(bytes);
  } catch {
    return false;
  }
}

function otherModel(name: string, cause?: unknown): Failure {
  const how = "bptt train --forecast makes one";
  return new Failure(`${name}: expected a forecaster, received another file; ${how}`, 1, { cause });
}
