/**
 * Writes the safetensors format, which safetensors.ts reads. The bytes are those of the reference library,
 * except that the keys of the metadata, whose order it leaves to chance, are sorted.
 *
 * Source: safetensors 0.8.0 (test/golden).
 */

import { byCodePoints } from "../base/code-points.js";
import { ARRAYS, DTYPES, type Dtype, type FileData, type FileTensor } from "./dtype.js";
import { at, BpttError, rangeError, typeError, type Path } from "../base/errors.js";
import { MAX_HEADER } from "./safetensors.js";
import { show, showShape } from "../base/show.js";
import { tagOf, type Bytes } from "../base/typed-array.js";
import { encodeUtf8 } from "../base/utf8.js";

/**
 * Returns a file of these tensors. Wider types come first, tensors of one type are sorted by name, and the
 * header is padded to a multiple of 8 bytes.
 *
 * @throws RangeError when a name or text cannot be written, or the header is too large
 * @throws BpttError `OUT_OF_MEMORY`
 */
export function serializeSafetensors(
  tensors: Readonly<Record<string, FileTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Bytes {
  const list = Object.entries(tensors)
    .map(([name, { data, shape }]) => ({ name, data, shape, dtype: dtypeOf(data, shape, name) }))
    .sort((a, b) => DTYPES.indexOf(b.dtype) - DTYPES.indexOf(a.dtype) || byCodePoints(a.name, b.name));

  const parts: string[] = [];
  const texts = Object.entries(metadata).sort(([a], [b]) => byCodePoints(a, b));
  if (texts.length > 0) {
    const pairs = texts.map(([key, text]) => {
      const path = at("metadata", key);
      return `${quote(key, path)}:${quote(text, path)}`;
    });
    parts.push(`"__metadata__":{${pairs.join(",")}}`);
  }
  let end = 0;
  for (const { name, data, shape, dtype } of list) {
    if (name === "__metadata__")
      throw rangeError("tensors", "a name that the format does not reserve", show(name));
    const begin = end;
    end += data.byteLength;
    parts.push(
      `${quote(name, at("tensors", name))}:{"dtype":"${dtype}","shape":[${shape.join()}],"data_offsets":[${begin},${end}]}`,
    );
  }
  const header = encodeUtf8(`{${parts.join(",")}}`);
  const padded = Math.ceil(header.length / 8) * 8;
  if (padded > MAX_HEADER)
    throw rangeError("tensors", `a header of at most ${MAX_HEADER} bytes`, `${padded} bytes`);

  const file = allocate(8 + padded + end);
  new DataView(file.buffer).setUint32(0, padded, true);
  file.set(header, 8);
  file.fill(0x20, 8 + header.length, 8 + padded);
  let offset = 8 + padded;
  for (const { data } of list) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

function dtypeOf(data: FileData, shape: readonly number[], name: string): Dtype {
  const tag = tagOf(data) as keyof typeof ARRAYS | undefined;
  if (tag === undefined || !(tag in ARRAYS))
    throw typeError(
      at("tensors", name, "data"),
      "a typed array with an element type of safetensors",
      show(data),
    );
  if (shape.reduce((product, n) => product * n, 1) !== data.length) {
    throw rangeError(at("tensors", name, "shape"), `a shape of ${data.length} values`, showShape(shape));
  }
  return ARRAYS[tag];
}

function quote(text: string, path: Path): string {
  if (/\p{Surrogate}/u.test(text)) throw rangeError(path, "text without half a surrogate pair", show(text));
  return JSON.stringify(text);
}

function allocate(length: number): Bytes {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    const message = `cannot allocate a file of ${length} bytes`;
    throw new BpttError("OUT_OF_MEMORY", message, { bytes: length, cause });
  }
}
