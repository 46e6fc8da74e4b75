/**
 * Reads the entries of a zip archive by its central directory. Everything is checked against the archive's
 * size before any work: the number of entries, their extent, the uniqueness of names, and their uncompressed
 * size.
 *
 * It does not read encrypted entries, zip64 (archives of 4 GiB or of 65 535 entries), or methods other than
 * stored and deflate. Source: PKWARE, APPNOTE.TXT 6.3.10.
 */

import { rangeError, reroot } from "../base/errors.js";
import { show } from "../base/show.js";
import { decodeUtf8 } from "../base/utf8.js";
import { inflate, InflationBudget } from "./inflate.js";

const END = 0x06054b50;
const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;
const ENTRY = 0x02014b50;
const ENTRY_SIZE = 46;
const LOCAL = 0x04034b50;
const LOCAL_SIZE = 30;
const STORED = 0;
const DEFLATED = 8;

/** An archive whose directory has been checked. */
export interface Zip {
  /** The names of the entries in the directory's order. */
  readonly names: readonly string[];
  /** Returns the uncompressed size of an entry according to the directory. */
  sizeOf(name: string): number;
  /** Returns the bytes of an entry, which are a view of the archive if the entry is not compressed. */
  read(name: string): Uint8Array;
}

interface Entry {
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly compressedSize: number;
  readonly size: number;
  readonly offset: number;
}

/** Returns true if the bytes begin like an archive with entries. */
export function isZip(bytes: Uint8Array): boolean {
  return [0x50, 0x4b, 0x03, 0x04].every((byte, k) => bytes[k] === byte);
}

/**
 * Opens an archive.
 *
 * @throws RangeError about "file", or `file["entry"]`, when it is damaged or lists more data than it contains
 */
export function openZip(bytes: Uint8Array): Zip {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = readDirectory(bytes, view);
  const budget = new InflationBudget(bytes.length);
  const entryOf = (name: string): Entry => {
    const entry = entries.get(name);
    if (entry === undefined) throw rangeError(["file", name], "an entry of the archive", "none");
    return entry;
  };
  return {
    names: [...entries.keys()],
    sizeOf: (name) => entryOf(name).size,
    read: (name) => readEntry(bytes, view, name, entryOf(name), budget),
  };
}

function readDirectory(bytes: Uint8Array, view: DataView): Map<string, Entry> {
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff)
    throw rangeError("file", "a zip archive of less than 4 GiB and 65535 entries", "a zip64 archive");
  if (at + count * ENTRY_SIZE > end)
    throw rangeError(
      "file",
      `a directory of ${count} entries`,
      `${Math.max(end - at, 0)} bytes of a directory`,
    );
  const entries = new Map<string, Entry>();
  let total = 0;
  for (let k = 0; k < count; k++) {
    if (at + ENTRY_SIZE > end || view.getUint32(at, true) !== ENTRY)
      throw rangeError("file", `an entry of the directory at byte ${at}`, "damaged bytes");
    const nameLength = view.getUint16(at + 28, true);
    const next = at + ENTRY_SIZE + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw rangeError("file", `an entry of the directory at byte ${at}`, "damaged bytes");
    const name = decodeUtf8(bytes.subarray(at + ENTRY_SIZE, at + ENTRY_SIZE + nameLength));
    if (entries.has(name))
      throw rangeError("file", "a directory that lists each entry once", `${show(name)} again`);
    const compressedSize = view.getUint32(at + 20, true);
    total += compressedSize;
    if (total > bytes.length)
      throw rangeError(
        "file",
        `entries of at most ${bytes.length} bytes together, the size of the archive`,
        `${total}`,
      );
    entries.set(name, {
      method: view.getUint16(at + 10, true),
      isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
      compressedSize,
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    });
    at = next;
  }
  return entries;
}

/** Returns the position of the end of the central directory, which a comment may follow. */
function findEnd(view: DataView): number {
  const last = view.byteLength - END_SIZE;
  for (let at = last; at >= 0 && at >= last - LONGEST_COMMENT; at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw rangeError("file", "the end of a zip archive", `none in ${view.byteLength} bytes`);
}

function readEntry(
  bytes: Uint8Array,
  view: DataView,
  name: string,
  { method, isEncrypted, compressedSize, size, offset }: Entry,
  budget: InflationBudget,
): Uint8Array {
  const place = ["file", name] as const;
  if (isEncrypted) throw rangeError(place, "an entry that is not encrypted", "an encrypted entry");
  if (offset + LOCAL_SIZE > bytes.length || view.getUint32(offset, true) !== LOCAL)
    throw rangeError(place, `an entry at byte ${offset}, as the directory says`, "other bytes");
  const start = offset + LOCAL_SIZE + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + compressedSize > bytes.length)
    throw rangeError(
      place,
      `${compressedSize} bytes at byte ${start}`,
      `an archive of ${bytes.length} bytes`,
    );
  const data = bytes.subarray(start, start + compressedSize);
  if (method === STORED) {
    if (size !== compressedSize) throw rangeError(place, `${size} bytes`, `${compressedSize}`);
    return data;
  }
  if (method !== DEFLATED)
    throw rangeError(
      place,
      `an entry that is stored (method ${STORED}) or deflated (method ${DEFLATED})`,
      `method ${method}`,
    );
  try {
    return inflate(data, size, budget);
  } catch (cause) {
    throw reroot(cause, place, "file");
  }
}
