/**
 * Writes the safetensors format (safetensors.ts reads it): byte for byte what the reference library writes, but with
 * the keys of the metadata, which it leaves to chance, in order.
 *
 * Source: safetensors 0.8.0 (test/golden).
 */

import { byCodePoints } from "../base/code-points.js";
import { ARRAYS, DTYPES, type Dtype, type FileData, type FileTensor } from "./dtype.js";
import { BpttError } from "../base/errors.js";
import { MAX_HEADER } from "./safetensors.js";
import { show, showShape } from "../base/show.js";
import { tagOf, type Bytes } from "../base/typed-array.js";
import { encodeUtf8 } from "../base/utf8.js";

/**
 * A file of these tensors: wider types first, within one type by name; the header padded to a multiple of 8 bytes.
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
    const pairs = texts.map(([key, text]) => `${quote(key)}:${quote(text)}`);
    parts.push(`"__metadata__":{${pairs.join(",")}}`);
  }
  let end = 0;
  for (const { name, data, shape, dtype } of list) {
    if (name === "__metadata__")
      throw new RangeError(`tensor "__metadata__": the name is taken by the format`);
    const begin = end;
    end += data.byteLength;
    parts.push(
      `${quote(name)}:{"dtype":"${dtype}","shape":[${shape.join()}],"data_offsets":[${begin},${end}]}`,
    );
  }
  const header = encodeUtf8(`{${parts.join(",")}}`);
  const padded = Math.ceil(header.length / 8) * 8;
  if (padded > MAX_HEADER)
    throw new RangeError(`a safetensors header of ${padded} bytes, more than ${MAX_HEADER}`);

  const file = allocate(8 + padded + end);
  new DataView(file.buffer).setUint32(0, padded, true);
  file.set(header, 8);
  file.fill(0x20, 8 + header.length, 8 + padded);
  let at = 8 + padded;
  for (const { data } of list) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

function dtypeOf(data: FileData, shape: readonly number[], name: string): Dtype {
  const tag = tagOf(data) as keyof typeof ARRAYS | undefined;
  if (tag === undefined || !(tag in ARRAYS))
    throw new TypeError(`tensor ${show(name)}: no type for ${show(data)}`);
  if (shape.reduce((product, n) => product * n, 1) !== data.length) {
    throw new RangeError(`tensor ${show(name)}: ${showShape(shape)} does not fit ${data.length} values`);
  }
  return ARRAYS[tag];
}

function quote(text: string): string {
  if (/\p{Surrogate}/u.test(text))
    throw new RangeError(`half a surrogate pair cannot be written: ${show(text)}`);
  return JSON.stringify(text);
}

function allocate(length: number): Bytes {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    const message = `a file of ${length} bytes asked for, more than there is room for`;
    throw new BpttError("OUT_OF_MEMORY", message, { bytes: length, cause });
  }
}
