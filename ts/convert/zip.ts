/**
 * A zip archive's entries, read by its central directory. Everything is checked against the archive's size before any
 * work: the number of entries, their extent, that each name comes once, and what they inflate to.
 *
 * Not read: encryption, zip64 (archives of 4 GiB or of 65 535 entries), methods other than stored and deflate.
 * Source: PKWARE, APPNOTE.TXT 6.3.10.
 */

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
  /** In the directory's order. */
  readonly names: readonly string[];
  /** The size of an entry when it is not compressed, as the directory says. */
  sizeOf(name: string): number;
  /** The bytes of an entry: a view of the archive where it is not compressed. */
  read(name: string): Uint8Array;
}

interface Entry {
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly compressedSize: number;
  readonly size: number;
  readonly offset: number;
}

/**
 * Opens an archive.
 *
 * @throws Error when it is damaged or lists more than it holds
 */
export function openZip(bytes: Uint8Array): Zip {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = readDirectory(bytes, view);
  const budget = new InflationBudget(bytes.length);
  const entryOf = (name: string): Entry => {
    const entry = entries.get(name);
    if (entry === undefined) throw new RangeError(`it has no ${show(name)}`);
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
  if (count === 0xffff || at === 0xffffffff) throw new RangeError("zip64 archives are not read");
  if (at + count * ENTRY_SIZE > end)
    throw new RangeError(`it lists ${count} entries, more than it has room for`);
  const entries = new Map<string, Entry>();
  let total = 0;
  for (let k = 0; k < count; k++) {
    if (at + ENTRY_SIZE > end || view.getUint32(at, true) !== ENTRY)
      throw new RangeError(`entry ${k} of its directory is damaged`);
    const nameLength = view.getUint16(at + 28, true);
    const next = at + ENTRY_SIZE + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw new RangeError(`entry ${k} of its directory is damaged`);
    const name = decodeUtf8(bytes.subarray(at + ENTRY_SIZE, at + ENTRY_SIZE + nameLength));
    if (entries.has(name)) throw new RangeError(`it lists ${show(name)} twice`);
    const compressedSize = view.getUint32(at + 20, true);
    total += compressedSize;
    if (total > bytes.length) throw new RangeError("its entries are longer than the archive");
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

/** Where the end of the central directory is: a comment may follow it. */
function findEnd(view: DataView): number {
  const last = view.byteLength - END_SIZE;
  for (let at = last; at >= 0 && at >= last - LONGEST_COMMENT; at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new RangeError("it is no zip archive, or cut short");
}

function readEntry(
  bytes: Uint8Array,
  view: DataView,
  name: string,
  { method, isEncrypted, compressedSize, size, offset }: Entry,
  budget: InflationBudget,
): Uint8Array {
  if (isEncrypted) throw new RangeError(`${show(name)} is encrypted`);
  if (offset + LOCAL_SIZE > bytes.length || view.getUint32(offset, true) !== LOCAL)
    throw new RangeError(`${show(name)} is not where the directory says`);
  const start = offset + LOCAL_SIZE + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + compressedSize > bytes.length) throw new RangeError(`${show(name)} is cut short`);
  const data = bytes.subarray(start, start + compressedSize);
  if (method === STORED) {
    if (size !== compressedSize) throw new RangeError(`${show(name)} is stored, and its two sizes differ`);
    return data;
  }
  if (method !== DEFLATED) throw new RangeError(`${show(name)} is compressed by method ${method}`);
  try {
    return inflate(data, size, budget);
  } catch (cause) {
    throw new RangeError(`${show(name)}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
