/**
 * Reads the safetensors format strictly: u64 little-endian N · N bytes of JSON · the tensors' bytes.
 *
 * It reads the files that the reference library reads (safetensors 0.8.0, test/golden), with three
 * exceptions: a duplicate name, a header that does not begin with `{`, both of which the format's description
 * forbids, and a list in place of an entry. It does not interpret the tensors.
 */

import { fileBytes } from "../base/file-bytes.js";
import { at } from "../base/errors.js";
import { show } from "../base/show.js";
import { decodeUtf8 } from "../base/utf8.js";
import type { StoredTensor } from "./dtype.js";
import { malformed } from "./file-error.js";
import { HEADER, parseHeader, type Entry } from "./safetensors-header.js";

/** Largest header in bytes, the limit of the reference library. */
export const MAX_HEADER = 100_000_000;

/** The content of a file. */
export interface Stored {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads the header and checks all of it against the file. The tensors are views; nothing is copied.
 *
 * @param bytes the file: a Uint8Array or an ArrayBuffer
 * @throws TypeError when it is neither
 * @throws RangeError when it is not a safetensors file; the message says why
 */
export function parseSafetensors(bytes: unknown): Stored {
  const file = fileBytes(bytes);
  if (file.length < 8)
    throw malformed("bytes", "at least the 8 bytes of the header's length", `${file.length}`);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > MAX_HEADER) throw malformed(HEADER, `at most ${MAX_HEADER} bytes`, `a length of ${length}`);
  if (length > file.length - 8) {
    throw malformed(HEADER, `the ${length} bytes that its length says`, `${file.length - 8}`);
  }
  const { entries, metadata } = parseHeader(decoded(file.slice(8, 8 + length))); // a copy, because decoders refuse shared memory
  const data = file.subarray(8 + length);
  checkOffsets(entries, data.length);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, begin, end }] of entries) {
    tensors.set(name, { dtype, shape, bytes: data.subarray(begin, end) });
  }
  return { tensors, metadata };
}

function decoded(header: Uint8Array): string {
  if (header[0] !== 0x7b)
    throw malformed(HEADER, "text that begins with {", header.length === 0 ? "nothing" : "other text");
  try {
    return decodeUtf8(header, true);
  } catch (cause) {
    throw malformed(HEADER, "UTF-8", "other bytes", cause);
  }
}

/** The tensors must cover the data from the first byte to the last, without holes or overlaps. */
function checkOffsets(entries: ReadonlyMap<string, Entry>, length: number): void {
  let next = 0;
  const inOrder = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  for (const [name, { begin, end }] of inOrder) {
    if (begin !== next) {
      const path = at("bytes", "tensors", name, "data_offsets", 0);
      throw malformed(path, `${next}, without a hole or an overlap`, show(begin));
    }
    next = end;
  }
  if (next !== length)
    throw malformed(at("bytes", "tensors"), `all ${length} bytes after the header`, `${next}`);
}
