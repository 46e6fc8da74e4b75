/** Which format a file has, by its first bytes; what cannot be read is refused with the way to what can. */

import { unzipSync } from "fflate";
import { Failure } from "../failure.js";

/** What is read. */
export type Format = "safetensors" | "keras" | "hdf5" | "npz" | "tfjs";

const HDF5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]; // \x89HDF\r\n\x1a\n
const ZIP = [0x50, 0x4b]; // PK
const PICKLE = [0x80];
const IR_VERSION = [0x08]; // ONNX's first field
const TORCH =
  "a file of torch.save, which only Python can read; " +
  'safetensors.torch.save_file(model.state_dict(), "model.safetensors") writes one that can be converted';

/**
 * The format of a file.
 *
 * @param name what messages call it
 * @throws Failure for an empty file, and for formats that are known and not read
 */
export function formatOf(bytes: Uint8Array, name: string): Format {
  const begins = (head: readonly number[]) => head.every((byte, i) => bytes[i] === byte);
  if (bytes.length === 0) throw new Failure(`${name}: expected a model, got an empty file`);
  if (begins(HDF5)) return "hdf5";
  if (begins(ZIP)) return archiveFormat(bytes, name);
  if (bytes[8] === 0x7b) return "safetensors"; // "{" behind the length
  if (/^\s*\{/.test(new TextDecoder("latin1").decode(bytes.subarray(0, 64)))) return "tfjs";
  if (begins(PICKLE)) throw new Failure(`${name}: ${TORCH}`);
  if (begins(IR_VERSION) && name.endsWith(".onnx"))
    throw new Failure(`${name}: ONNX is written, not read; convert from the file that it was made of`);
  throw new Failure(
    `${name}: expected a model, got neither safetensors nor a file of Keras or TensorFlow.js`,
  );
}

function archiveFormat(bytes: Uint8Array, name: string): Format {
  const names: string[] = [];
  try {
    unzipSync(bytes, { filter: (entry) => (names.push(entry.name), false) });
  } catch (cause) {
    throw new Failure(`${name}: the archive is damaged or cut short`, 1, { cause });
  }
  if (names.some((entry) => entry.endsWith("/data.pkl"))) throw new Failure(`${name}: ${TORCH}`);
  return names.some((entry) => entry.endsWith(".npy")) ? "npz" : "keras";
}
