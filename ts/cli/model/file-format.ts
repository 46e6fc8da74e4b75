/**
 * Recognizes the format of a file by its first bytes. The error for an unreadable format says how to convert
 * it.
 */

import { openZip } from "../../convert/zip.js";
import { Failure } from "../failure.js";

/** The formats that can be read. */
export type Format = "safetensors" | "keras" | "hdf5" | "npz" | "tfjs";

const HDF5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]; // \x89HDF\r\n\x1a\n
const ZIP = [0x50, 0x4b]; // PK
const PICKLE = [0x80];
/**
 * The beginning of a pickle with the number 0x1950a86a20f9469cfc6c, which torch.save wrote before it wrote
 * archives.
 */
const OLD_TORCH = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
const IR_VERSION = [0x08]; // ONNX's first field
const TORCH =
  "a file of torch.save, which only Python can read; " +
  'safetensors.torch.save_file(model.state_dict(), "model.safetensors") writes one that can be converted';

/**
 * Returns the format of a file.
 *
 * @param name the name of the file in messages
 * @throws Failure when the file is empty, or has a format that is known but cannot be read
 */
export function formatOf(bytes: Uint8Array, name: string): Format {
  const begins = (head: readonly number[]) => head.every((byte, i) => bytes[i] === byte);
  if (bytes.length === 0) throw new Failure(`${name}: expected a model, received an empty file`);
  if (begins(HDF5)) return "hdf5";
  if (begins(ZIP)) return archiveFormat(bytes, name);
  if (bytes[8] === 0x7b) return "safetensors"; // "{" after the length
  if (/^\s*\{/.test(new TextDecoder("latin1").decode(bytes.subarray(0, 64)))) return "tfjs";
  if (begins(OLD_TORCH)) throw new Failure(`${name}: ${TORCH}`);
  if (begins(PICKLE))
    throw new Failure(
      `${name}: expected a model, received a pickle, which only the Python program that wrote it can read`,
    );
  if (begins(IR_VERSION) && name.endsWith(".onnx"))
    throw new Failure(`${name}: ONNX is written, not read; convert from the file that it was made of`);
  throw new Failure(
    `${name}: expected a model, received neither safetensors nor a file of Keras or TensorFlow.js`,
  );
}

function archiveFormat(bytes: Uint8Array, name: string): Format {
  let names: readonly string[];
  try {
    ({ names } = openZip(bytes));
  } catch (cause) {
    throw new Failure(`${name}: the archive is damaged or cut short`, 1, { cause });
  }
  if (names.some((entry) => entry.endsWith("/data.pkl"))) throw new Failure(`${name}: ${TORCH}`);
  return names.some((entry) => entry.endsWith(".npy")) ? "npz" : "keras";
}
