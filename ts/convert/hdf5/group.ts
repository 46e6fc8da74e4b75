/**
 * Reads the links of a group. They are in a symbol table (the default of h5py), in messages of its header,
 * or, if there are many, in a fractal heap that a B-tree of version 2 lists. Soft and external links are
 * ignored.
 *
 * Source: HDF5 File Format Specification 3.0, III.A to III.G, IV.A.2.
 */

import { rangeError } from "../../base/errors.js";
import type { FileView } from "./file-view.js";
import { FractalHeap } from "./fractal-heap.js";
import { MESSAGE, type Message } from "./object-header.js";

/** A hard link. */
export interface HardLink {
  readonly name: string;
  /** The address of the object's header. */
  readonly address: number;
}

const OF_GROUPS: ReadonlySet<number> = new Set([MESSAGE.symbolTable, MESSAGE.linkInfo, MESSAGE.link]);
const SOFT_LINK = 2; // in a symbol table's entry
const MOST_LEVELS = 16;

/** Returns the links of a group, or undefined for an object that is not a group. */
export function linksOf(file: FileView, messages: readonly Message[]): HardLink[] | undefined {
  if (!messages.some(({ type }) => OF_GROUPS.has(type))) return undefined;
  const links: HardLink[] = [];
  for (const { type, at } of messages) {
    if (type === MESSAGE.symbolTable) for (const link of symbolTable(file, at)) links.push(link);
    if (type === MESSAGE.linkInfo) for (const link of denseLinks(file, at)) links.push(link);
    const link = type === MESSAGE.link ? readLink(file, at) : undefined;
    if (link) links.push(link);
  }
  return links;
}

function* symbolTable(file: FileView, at: number): Generator<HardLink, void, void> {
  const tree = file.address(at);
  const heap = file.address(at + 8);
  if (tree === undefined || heap === undefined) return;
  file.expect(heap, "HEAP");
  const names = file.address(heap + 24) ?? file.size;
  const end = names + file.u64(heap + 8);
  for (const node of leaves(file, tree, undefined)) {
    file.expect(node, "SNOD");
    const count = file.u16(node + 6);
    file.pay(8 + count * 40);
    for (let k = 0; k < count; k++) {
      const entry = node + 8 + k * 40;
      const address = file.address(entry + 8);
      if (file.u32(entry + 16) === SOFT_LINK || address === undefined) continue;
      yield { name: file.textUntil(names + file.u64(entry), end), address };
    }
  }
}

/**
 * Yields the children of the lowest nodes of a B-tree of version 1. A child must be one level lower, so there
 * are no cycles.
 */
function* leaves(file: FileView, node: number, level: number | undefined): Generator<number, void, void> {
  file.expect(node, "TREE");
  const own = file.u8(node + 5);
  if (file.u8(node + 4) !== 0 || own > MOST_LEVELS || (level !== undefined && own !== level))
    throw rangeError(
      "file",
      `a node of a tree of links at byte ${node}, one level below its parent`,
      "another node",
    );
  const count = file.u16(node + 6);
  file.pay(24 + count * 16);
  for (let k = 0; k < count; k++) {
    const child = file.address(node + 32 + k * 16);
    if (child === undefined) continue;
    if (own === 0) yield child;
    else yield* leaves(file, child, own - 1);
  }
}

/** Reads a link message. Returns undefined for a link that is not hard. */
function readLink(file: FileView, at: number): HardLink | undefined {
  const flags = file.u8(at + 1);
  let next = at + 2;
  const type = flags & 0x08 ? file.u8(next++) : 0;
  next += (flags & 0x04 ? 8 : 0) + (flags & 0x10 ? 1 : 0); // order of creation, character set
  const width = 1 << (flags & 3);
  const length = file.uint(next, width);
  const name = file.text(next + width, length);
  const address = type === 0 ? file.address(next + width + length) : undefined;
  return address === undefined ? undefined : { name, address };
}

function* denseLinks(file: FileView, at: number): Generator<HardLink, void, void> {
  const info = at + 2 + (file.u8(at + 1) & 1 ? 8 : 0);
  const heapAt = file.address(info);
  const tree = file.address(info + 8);
  if (heapAt === undefined || tree === undefined) return;
  const heap = new FractalHeap(file, heapAt);
  for (const record of records(file, tree)) {
    const link = readLink(file, heap.find(record + 4)); // after the hash of the name
    if (link) yield link;
  }
}

/** Yields the positions of the records of a B-tree of version 2: links by name, with hash and heap ID. */
function* records(file: FileView, header: number): Generator<number, void, void> {
  file.expect(header, "BTHD");
  if (file.u8(header + 5) !== 5)
    throw rangeError("file", "an index of links by name (type 5)", `type ${file.u8(header + 5)}`);
  const nodeSize = file.u32(header + 6);
  const recordSize = file.u16(header + 10);
  const depth = file.u16(header + 12);
  if (recordSize !== 11 || depth > MOST_LEVELS || nodeSize > file.size)
    throw rangeError(
      "file",
      `an index of links with records of 11 bytes, at most ${MOST_LEVELS} levels, and nodes within the file`,
      `${recordSize} bytes, ${depth} levels and nodes of ${nodeSize} bytes`,
    );
  // number of bytes of a pointer to a child, by level: its address, the number of its records, the number of
  // records below it
  const pointers = [{ width: 0, own: 0, below: 0 }];
  let most = 0;
  let total = 0;
  for (let level = 1; level <= depth; level++) {
    const { width } = pointers[level - 1];
    most = Math.floor((nodeSize - 10 - width) / (recordSize + width));
    total = level === 1 ? most : total * most;
    const own = bytesFor(most);
    const below = level === 1 ? 0 : bytesFor(total);
    pointers.push({ width: 8 + own + below, own, below });
  }
  const root = file.address(header + 16);
  if (root !== undefined) yield* node(root, file.u16(header + 24), depth);

  function* node(at: number, count: number, level: number): Generator<number, void, void> {
    file.expect(at, level === 0 ? "BTLF" : "BTIN");
    file.pay(16 + count * recordSize);
    const first = at + 6;
    for (let k = 0; k < count; k++) yield first + k * recordSize;
    if (level === 0) return;
    const { width, own } = pointers[level];
    for (let k = 0; k <= count; k++) {
      const pointer = first + count * recordSize + k * width;
      const child = file.address(pointer);
      if (child !== undefined) yield* node(child, file.uint(pointer + 8, own), level - 1);
    }
  }
}

function bytesFor(value: number): number {
  return Math.max(1, Math.ceil(Math.log2(value + 1) / 8));
}
