/**
 * Reads the values of an array, which are stored in one piece, in the header, or in chunks that may be
 * compressed. Sizes are checked before memory is allocated for them.
 *
 * Source: HDF5 File Format Specification 3.0, III.A.1, IV.A.2.i and l.
 */

import { rangeError } from "../../base/errors.js";
import { showShape } from "../../base/show.js";
import { inflate, type InflationBudget } from "../inflate.js";
import { dataspace, datatype } from "./dataspace.js";
import type { FileView } from "./file-view.js";
import { MESSAGE, messageOf, type Message } from "./object-header.js";

/** Values as they are stored, little-endian. */
export interface StoredArray {
  readonly bytes: Uint8Array;
  readonly shape: readonly number[];
  /** Bytes of a floating-point number: 2, 4 or 8. */
  readonly width: number;
}

const COMPACT = 0;
const CONTIGUOUS = 1;
const CHUNKED = 2;
const FILTER = { deflate: 1, shuffle: 2, fletcher32: 3 } as const;
const MOST_LEVELS = 16;

/** Reads the array that a header's messages describe. */
export function readDataset(
  file: FileView,
  messages: readonly Message[],
  budget: InflationBudget,
): StoredArray {
  const [space, type, layout] = [MESSAGE.dataspace, MESSAGE.datatype, MESSAGE.layout].map((kind) => {
    const message = messageOf(messages, kind);
    if (message === undefined)
      throw rangeError("file", "an array with a shape, a type and a layout", "an array without one of them");
    if (message.isShared) throw rangeError("file", "an array with a type of its own", "a committed type");
    return message;
  });
  const { kind, size: width, isBigEndian } = datatype(file, type.at);
  if (kind !== "float") throw rangeError("file", "floating-point numbers", "another type");
  const shape = dataspace(file, space.at);
  if (shape === undefined || shape.length < 1 || shape.length > 2)
    throw rangeError("file", "rank 1 or 2", shape === undefined ? "no values" : `rank ${shape.length}`);
  const length = shape.reduce((bytes, n) => bytes * n, width);
  const bytes = place(file, layout.at, { length, width, shape }, messages, budget);
  return { bytes: isBigEndian ? reversed(bytes, width) : bytes, shape, width };
}

interface Form {
  /** Number of bytes of all values. */
  readonly length: number;
  readonly width: number;
  readonly shape: readonly number[];
}

function place(
  file: FileView,
  at: number,
  form: Form,
  messages: readonly Message[],
  budget: InflationBudget,
): Uint8Array {
  const version = file.u8(at);
  if (version < 3 || version > 4)
    throw rangeError("file", "a layout of version 3 or 4", `version ${version}`);
  const kind = file.u8(at + 1);
  if (kind === COMPACT) {
    if (file.u16(at + 2) !== form.length)
      throw rangeError("file", `${form.length} bytes of values`, `${file.u16(at + 2)}`);
    return file.bytes(at + 4, form.length);
  }
  if (kind === CONTIGUOUS) {
    const address = file.address(at + 2);
    if (address === undefined) throw rangeError("file", "an array with values", "none");
    if (file.u64(at + 10) !== form.length)
      throw rangeError("file", `${form.length} bytes of values`, `${file.u64(at + 10)}`);
    return file.bytes(address, form.length);
  }
  if (kind !== CHUNKED || version !== 3)
    throw rangeError(
      "file",
      "a compact, contiguous or chunked layout of version 3",
      `layout ${kind} of version ${version}`,
    );
  return readChunks(file, at, form, messages, budget);
}

function readChunks(
  file: FileView,
  at: number,
  { length, width, shape }: Form,
  messages: readonly Message[],
  budget: InflationBudget,
): Uint8Array {
  const rank = shape.length;
  const tree = file.address(at + 3);
  if (file.u8(at + 2) !== rank + 1 || tree === undefined)
    throw rangeError(
      "file",
      `chunks of rank ${rank}`,
      tree === undefined ? "none" : `rank ${file.u8(at + 2) - 1}`,
    );
  const sizes = shape.map((_, axis) => file.u32(at + 11 + axis * 4));
  const chunkBytes = sizes.reduce((bytes, n) => bytes * n, width);
  if (chunkBytes === 0) throw rangeError("file", "chunks of at least one value", "chunks of size 0");
  const filters = readFilters(file, messageOf(messages, MESSAGE.filters));
  budget.spend(length);
  const bytes = new Uint8Array(length);
  const [rows, columns] = rank === 1 ? [1, shape[0]] : (shape as [number, number]);
  const [chunkRows, chunkColumns] = rank === 1 ? [1, sizes[0]] : (sizes as [number, number]);
  let missing = rows * columns;
  for (const { stored, key } of chunks(file, tree, rank, undefined)) {
    let chunk = file.bytes(stored, file.u32(key));
    const skipped = file.u32(key + 4);
    for (const [k, filter] of [...filters.entries()].reverse()) {
      if ((skipped >>> k) & 1) continue;
      if (filter === FILTER.fletcher32) chunk = chunk.subarray(0, Math.max(chunk.length - 4, 0));
      else if (filter === FILTER.deflate) chunk = inflate(zlibBody(chunk), chunkBytes, budget);
      else chunk = unshuffled(chunk, width, budget);
    }
    if (chunk.length !== chunkBytes)
      throw rangeError("file", `a chunk of ${chunkBytes} bytes`, `${chunk.length}`);
    const [row, column] = rank === 1 ? [0, file.u64(key + 8)] : [file.u64(key + 8), file.u64(key + 16)];
    const [height, span] = [Math.min(chunkRows, rows - row), Math.min(chunkColumns, columns - column)];
    if (height <= 0 || span <= 0)
      throw rangeError(
        "file",
        `chunks within an array of shape ${showShape(shape)}`,
        `a chunk at ${showShape([row, column])}`,
      );
    for (let r = 0; r < height; r++) {
      const from = r * chunkColumns * width;
      bytes.set(chunk.subarray(from, from + span * width), ((row + r) * columns + column) * width);
    }
    file.pay(height * 8);
    missing -= height * span;
  }
  if (missing !== 0)
    throw rangeError("file", `chunks with ${rows * columns} values`, `${rows * columns - missing}`);
  return bytes;
}

/**
 * Yields the address and the key of each chunk from a B-tree of version 1. A child must be one level lower,
 * so there are no cycles.
 */
function* chunks(
  file: FileView,
  node: number,
  rank: number,
  level: number | undefined,
): Generator<{ stored: number; key: number }, void, void> {
  file.expect(node, "TREE");
  const own = file.u8(node + 5);
  if (file.u8(node + 4) !== 1 || own > MOST_LEVELS || (level !== undefined && own !== level))
    throw rangeError(
      "file",
      `a node of a tree of chunks at byte ${node}, one level below its parent`,
      "another node",
    );
  const count = file.u16(node + 6);
  const keySize = 8 + (rank + 1) * 8;
  file.pay(24 + count * (keySize + 8));
  for (let k = 0; k < count; k++) {
    const key = node + 24 + k * (keySize + 8);
    const child = file.address(key + keySize);
    if (child === undefined) continue;
    if (own === 0) yield { stored: child, key };
    else yield* chunks(file, child, rank, own - 1);
  }
}

/** Returns the numbers of the filters that were applied to the chunks, in order. */
function readFilters(file: FileView, message: Message | undefined): number[] {
  if (message === undefined) return [];
  const { at } = message;
  const version = file.u8(at);
  const count = file.u8(at + 1);
  if (version < 1 || version > 2) throw rangeError("file", "filters of version 1 or 2", `version ${version}`);
  const filters: number[] = [];
  let next = at + (version === 1 ? 8 : 2);
  for (let k = 0; k < count; k++) {
    const id = file.u16(next);
    if (!Object.values<number>(FILTER).includes(id))
      throw rangeError(
        "file",
        "chunks with no other filters than deflate, shuffle and fletcher32",
        `filter ${id}`,
      );
    filters.push(id);
    const hasName = version === 1 || id >= 256;
    const nameLength = hasName ? file.u16(next + 2) : 0;
    const values = file.u16(next + (hasName ? 6 : 4));
    const nameBytes = version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength;
    next += (hasName ? 8 : 6) + nameBytes + values * 4 + (version === 1 && values % 2 === 1 ? 4 : 0);
  }
  return filters;
}

/**
 * Returns the deflate stream within a zlib stream: without its first two bytes and without the checksum of
 * four bytes, which is not verified.
 */
function zlibBody(stream: Uint8Array): Uint8Array {
  if (stream.length < 6 || (stream[0] & 15) !== 8)
    throw rangeError("file", "a chunk that is a zlib stream", "other bytes");
  return stream.subarray(2, stream.length - 4);
}

/**
 * Restores numbers from the shuffled form, which stores all first bytes, then all second bytes, and so on.
 */
function unshuffled(bytes: Uint8Array, width: number, budget: InflationBudget): Uint8Array {
  budget.spend(bytes.length);
  const count = Math.floor(bytes.length / width);
  const numbers = new Uint8Array(bytes.length);
  for (let b = 0; b < width; b++)
    for (let k = 0; k < count; k++) numbers[k * width + b] = bytes[b * count + k];
  return numbers;
}

function reversed(bytes: Uint8Array, width: number): Uint8Array {
  const turned = new Uint8Array(bytes.length);
  for (let k = 0; k < bytes.length; k++) turned[k] = bytes[k - (k % width) + width - 1 - (k % width)];
  return turned;
}
