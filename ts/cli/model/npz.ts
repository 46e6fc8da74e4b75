/**
 * Reads and writes arrays in the form of NumPy's `np.savez("weights.npz", *arrays)`: a zip of `arr_0.npy`,
 * `arr_1.npy`, …. The texts of this library are added as `bptt.json`, which `np.load` reads only on request.
 *
 *     .npy   "\x93NUMPY", version, u16 length, "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }", values
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

import { zipSync, type Zippable } from "fflate";
import type { Tensor } from "bptt";
import { parseJson } from "../../base/json.js";
import { openZip, type Zip } from "../../convert/zip.js";
import { at, rangeError, type Path } from "../../base/errors.js";
import { show } from "../../base/show.js";
import { carriedIn, type Metadata } from "./metadata.js";

/** The content of such a file. */
export interface Npz {
  readonly arrays: readonly Tensor[];
  readonly metadata: Metadata;
}

const TEXTS = "bptt.json";
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const HEADER =
  /^\{'descr': '([<>=|]?\w+)', 'fortran_order': (True|False), 'shape': \(((?:\d+, ?)*\d*)\),? *\}\s*$/;
/** Largest size of a header in bytes. NumPy writes fewer than 200. */
const LONGEST_HEADER = 4096;
const LONGEST_TEXTS = 2 ** 24;

/** Returns the bytes of a file. The same arrays and texts give the same bytes. */
export function encodeNpz({ arrays, metadata }: Npz): Uint8Array {
  const entries: Zippable = {};
  const plain = { level: 0, mtime: new Date(1980, 0, 1) } as const;
  arrays.forEach((array, k) => (entries[`arr_${k}.npy`] = [encodeNpy(array), plain]));
  if (Object.keys(metadata).length > 0)
    entries[TEXTS] = [new TextEncoder().encode(JSON.stringify(metadata)), plain];
  return zipSync(entries);
}

/**
 * Returns the arrays of a file in order.
 *
 * @throws RangeError when a part of it cannot be read
 */
export function decodeNpz(bytes: Uint8Array): Npz {
  const zip = openZip(bytes);
  const place = (name: string) => Number(/^arr_(\d+)\.npy$/.exec(name)?.[1] ?? 0);
  const names = zip.names.filter((name) => name.endsWith(".npy")).sort((a, b) => place(a) - place(b));
  return {
    arrays: names.map((name) => decodeNpy(zip.read(name), at("file", name))),
    metadata: zip.names.includes(TEXTS) ? readTexts(zip, bytes.length) : {},
  };
}

function encodeNpy({ data, shape }: Tensor): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${tuple}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const file = new Uint8Array(10 + length + data.length * 4);
  const view = new DataView(file.buffer);
  file.set([...MAGIC, 1, 0]);
  view.setUint16(8, length, true);
  file.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), 10);
  data.forEach((x, i) => view.setFloat32(10 + length + i * 4, x, true));
  return file;
}

function decodeNpy(file: Uint8Array, path: Path): Tensor {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 12 || MAGIC.some((byte, i) => file[i] !== byte))
    throw rangeError(path, "an array of NumPy's", "other bytes");
  const isFirst = file[6] === 1;
  const start = isFirst ? 10 : 12;
  const end = start + (isFirst ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > file.length || end - start > LONGEST_HEADER)
    throw rangeError(path, "an array of NumPy's", `a header of ${end - start} bytes`);
  const header = new TextDecoder().decode(file.subarray(start, end));
  const [, type = "", order = "", sizes = ""] = HEADER.exec(header) ?? [];
  const width = { "<f4": 4, "<f8": 8 }[type];
  if (width === undefined)
    throw rangeError(path, "float32 or float64", type === "" ? "no header" : show(type));
  const shape = sizes.split(",").filter((size) => size.trim() !== "").map(Number); // prettier-ignore
  if (shape.length > 2) throw rangeError(path, "a vector or a matrix", `${shape.length} axes`);
  const length = shape.reduce((product, n) => product * n, 1);
  if (file.length - end !== length * width)
    throw rangeError(path, `${length * width} bytes of values`, String(file.length - end));
  const data = new Float32Array(length);
  const [rows = 1, columns = 1] = shape;
  // Fortran order stores a matrix by columns
  const isByColumns = order === "True" && shape.length === 2;
  for (let i = 0; i < length; i++) {
    const from = end + (isByColumns ? (i % columns) * rows + Math.floor(i / columns) : i) * width;
    data[i] = width === 4 ? view.getFloat32(from, true) : view.getFloat64(from, true);
  }
  return { data, shape };
}

function readTexts(zip: Zip, archiveSize: number): Metadata {
  const path = at("file", TEXTS);
  const most = archiveSize + LONGEST_TEXTS;
  const size = zip.sizeOf(TEXTS);
  if (size > most) throw rangeError(path, `at most ${most} bytes`, String(size));
  return carriedIn(parseJson(new TextDecoder().decode(zip.read(TEXTS)), path));
}
