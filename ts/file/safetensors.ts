/**
 * Reads the safetensors format, strictly: u64 little-endian N · N bytes of JSON · the tensors' bytes.
 *
 * Reads what the reference library reads (safetensors 0.8.0, test/golden), except for three things that it lets pass:
 * a name that comes twice and a header that does not begin with `{`, which the format's description forbids, and a list
 * in an entry's place. Knows nothing of networks.
 */

import { fileBytes } from "../base/file-bytes.js";
import { show } from "../base/show.js";
import { decodeUtf8 } from "../base/utf8.js";
import type { StoredTensor } from "./dtype.js";
import { malformed, parseHeader, type Entry } from "./safetensors-header.js";

/** Largest header in bytes: the reference's limit. */
export const MAX_HEADER = 100_000_000;

/** What is in a file. */
export interface Stored {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads the header and checks all of it against the file; the tensors are views, nothing is copied.
 *
 * @param bytes the file: a Uint8Array or an ArrayBuffer
 * @throws TypeError when it is neither
 * @throws RangeError when it is no safetensors file; the message says why
 */
export function parseSafetensors(bytes: unknown): Stored {
  const file = fileBytes(bytes);
  if (file.length < 8)
    throw malformed(`it has ${file.length} bytes, fewer than the 8 of the header's length`);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > MAX_HEADER) throw malformed(`its header would have ${length} bytes, more than ${MAX_HEADER}`);
  if (length > file.length - 8) {
    throw malformed(
      `its header would have ${length} bytes, the file has ${file.length - 8} behind the length`,
    );
  }
  const { entries, metadata } = parseHeader(decoded(file.slice(8, 8 + length))); // a copy: decoders refuse shared memory
  const data = file.subarray(8 + length);
  checkOffsets(entries, data.length);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, begin, end }] of entries) {
    tensors.set(name, { dtype, shape, bytes: data.subarray(begin, end) });
  }
  return { tensors, metadata };
}

function decoded(header: Uint8Array): string {
  if (header[0] !== 0x7b) throw malformed("its header does not begin with {");
  try {
    return decodeUtf8(header, true);
  } catch (cause) {
    throw malformed("its header is not UTF-8", cause);
  }
}

/** No holes, no overlap, from the first byte to the last. */
function checkOffsets(entries: ReadonlyMap<string, Entry>, length: number): void {
  let at = 0;
  const inOrder = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  for (const [name, { begin, end }] of inOrder) {
    if (begin !== at) {
      throw malformed(
        `its tensor ${show(name)} begins at byte ${begin} of the data, expected ${at}: a hole or an overlap`,
      );
    }
    at = end;
  }
  if (at !== length)
    throw malformed(`its tensors have ${at} bytes, the file has ${length} behind the header`);
}
