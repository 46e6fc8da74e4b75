/**
 * An HDF5 file as a list of its arrays: groups, arrays of floating-point numbers and attributes of text, which is what
 * Keras writes. A reader of our own, because others believe the counts and addresses in a file: here each structure
 * is checked before it is followed, and reading takes time and memory in proportion to the file (hdf5/file-view.ts).
 * Whatever goes wrong inside a damaged file ends as one RangeError.
 *
 * Source: HDF5 File Format Specification 3.0.
 */

import { readFloats } from "../file/dtype.js";
import { show } from "../base/show.js";
import type { Tensor } from "../base/tensor.js";
import { readArray } from "./arrays.js";
import { GlobalHeap, readAttribute } from "./hdf5/attribute.js";
import { readDataset } from "./hdf5/dataset.js";
import { FileView } from "./hdf5/file-view.js";
import { linksOf } from "./hdf5/group.js";
import { MESSAGE, messageOf, readObject, type Message } from "./hdf5/object-header.js";
import { InflationBudget } from "./inflate.js";

/** A file that has been looked through. */
export interface Hdf5File {
  /** Every array's path, "a/b/c", in the file's own order. */
  readonly paths: readonly string[];
  /** The array there, of rank 1 or 2. */
  read(path: string): Tensor;
  /** An attribute of the group at a path ("" is the root): text, or a list of texts. */
  attribute(path: string, name: string): string | readonly string[] | undefined;
}

const MAGIC = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const MAX_DEPTH = 32;
/** What is kept of an object, in bytes that are paid for. */
const OBJECT_COST = 64;
const DTYPES = { 2: "F16", 4: "F32", 8: "F64" } as const;

/** Whether the bytes begin as an HDF5 file does. */
export function isHdf5(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, k) => bytes[k] === byte);
}

/** Looks through a file. */
export function openHdf5(bytes: Uint8Array, name: string): Hdf5File {
  const guard = <T>(what: string, read: () => T): T => {
    try {
      return read();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new RangeError(`${name}: ${what} cannot be read as HDF5 (${clipped(reason)})`, { cause });
    }
  };
  const file = new FileView(bytes);
  const budget = new InflationBudget(bytes.length);
  const heap = new GlobalHeap(file);
  const { arrays, groups } = guard("the file", () => walk(file, rootOf(file)));
  return {
    paths: [...arrays.keys()],
    read(path) {
      const stored = guard(show(path), () => {
        const messages = arrays.get(path);
        if (messages === undefined) throw new RangeError("there is no such array");
        const { bytes, shape, width } = readDataset(file, messages, budget);
        return readFloats({ bytes, shape, dtype: DTYPES[width as keyof typeof DTYPES] }, path);
      });
      return readArray(stored, path);
    },
    attribute(path, key) {
      return guard(`attribute ${show(key)} of ${show(path)}`, () => {
        const messages = groups.get(path);
        return messages && readAttribute(file, heap, messages, key);
      });
    },
  };
}

/** The address of the root group, which the superblock has. */
function rootOf(file: FileView): number {
  const version = file.u8(8);
  if (version > 3) throw new RangeError(`a superblock of version ${version}`);
  const isOld = version < 2;
  const sizes = isOld ? 13 : 9;
  if (file.u8(sizes) !== 8 || file.u8(sizes + 1) !== 8)
    throw new RangeError("addresses that have not 8 bytes");
  const base = isOld ? 24 + version * 4 : 12;
  if (file.address(base) !== 0) throw new RangeError("a file within a file");
  const root = file.address(isOld ? base + 40 : 36);
  if (root === undefined) throw new RangeError("a file without a root");
  return root;
}

/** All groups and arrays by their paths. */
function walk(file: FileView, root: number) {
  const arrays = new Map<string, readonly Message[]>();
  const groups = new Map<string, readonly Message[]>();
  const seen = new Set<number>();
  const visit = (address: number, path: string, depth: number): void => {
    file.pay(OBJECT_COST + path.length);
    const messages = readObject(file, address);
    const links = linksOf(file, messages);
    if (links === undefined) {
      if (messageOf(messages, MESSAGE.layout)) arrays.set(path, messages);
      return;
    }
    if (depth > MAX_DEPTH) throw new RangeError(`groups more than ${MAX_DEPTH} deep`);
    if (seen.has(address)) throw new RangeError("a group that is in two places");
    seen.add(address);
    groups.set(path, messages);
    for (const { name, address: inner } of links)
      visit(inner, path === "" ? name : `${path}/${name}`, depth + 1);
  };
  visit(root, "", 0);
  return { arrays, groups };
}

function clipped(reason: string): string {
  return reason.length > 160 ? `${reason.slice(0, 160)}…` : reason;
}
