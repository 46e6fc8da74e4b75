/**
 * Reads an HDF5 file as a list of its arrays: groups, arrays of floating-point numbers and attributes of
 * text, which is what Keras writes. The library has its own reader because others trust the counts and
 * addresses in a file. Here each structure is checked before it is followed, and reading takes time and
 * memory in proportion to the file (hdf5/file-view.ts). A damaged file gives a RangeError whose path leads to
 * the array or attribute: `file["/a/b"]`.
 *
 * Source: HDF5 File Format Specification 3.0.
 */

import { at, isCheckError, rangeError, reroot, type Path } from "../base/errors.js";
import { show } from "../base/show.js";
import type { Tensor } from "../base/tensor.js";
import { readFloats } from "../file/dtype.js";
import { readArray } from "./arrays.js";
import { GlobalHeap, readAttribute } from "./hdf5/attribute.js";
import { readDataset } from "./hdf5/dataset.js";
import { FileView } from "./hdf5/file-view.js";
import { linksOf } from "./hdf5/group.js";
import { MESSAGE, messageOf, readObject, type Message } from "./hdf5/object-header.js";
import { InflationBudget } from "./inflate.js";

/** A file whose groups and arrays have been found. */
export interface Hdf5File {
  /** The place of the file in errors. */
  readonly place: Path;
  /** The paths of all arrays, "a/b/c", in the order of the file. */
  readonly paths: readonly string[];
  /** Returns the array at a path, of rank 1 or 2. */
  read(path: string): Tensor;
  /** Returns an attribute of the group at a path ("" is the root): a text, or a list of texts. */
  attribute(path: string, name: string): string | readonly string[] | undefined;
}

const MAGIC = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const MAX_DEPTH = 32;
/** Bytes of the budget that each object costs, for the memory that it takes here. */
const OBJECT_COST = 64;
const DTYPES = { 2: "F16", 4: "F32", 8: "F64" } as const;

/** Returns true if the bytes begin like an HDF5 file. */
export function isHdf5(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, k) => bytes[k] === byte);
}

/** Returns the place of an object in errors. */
export function objectPath(file: Pick<Hdf5File, "place">, path: string): Path {
  return at(file.place, `/${path}`);
}

/** Finds the groups and arrays of a file. `place` is its place in errors. */
export function openHdf5(bytes: Uint8Array, place: Path): Hdf5File {
  const guard = <T>(at: Path, read: () => T): T => {
    try {
      return read();
    } catch (cause) {
      if (isCheckError(cause)) throw reroot(cause, at, "file");
      throw rangeError(at, "HDF5", "damaged bytes", { cause });
    }
  };
  const file = new FileView(bytes);
  const budget = new InflationBudget(bytes.length);
  const heap = new GlobalHeap(file);
  const { arrays, groups } = guard(place, () => walk(file, rootOf(file)));
  return {
    place,
    paths: [...arrays.keys()],
    read(path) {
      const where = objectPath({ place }, path);
      const stored = guard(where, () => {
        const messages = arrays.get(path);
        if (messages === undefined) throw rangeError("file", "an array", "none");
        const { bytes, shape, width } = readDataset(file, messages, budget);
        return readFloats({ bytes, shape, dtype: DTYPES[width as keyof typeof DTYPES] }, path);
      });
      return readArray(stored, where);
    },
    attribute(path, key) {
      return guard(at(objectPath({ place }, path), "attrs", key), () => {
        const messages = groups.get(path);
        return messages && readAttribute(file, heap, messages, key);
      });
    },
  };
}

/** Returns the address of the root group from the superblock. */
function rootOf(file: FileView): number {
  const version = file.u8(8);
  if (version > 3) throw rangeError("file", "a superblock of version 0 to 3", `version ${version}`);
  const isOld = version < 2;
  const sizes = isOld ? 13 : 9;
  if (file.u8(sizes) !== 8 || file.u8(sizes + 1) !== 8)
    throw rangeError(
      "file",
      "addresses and lengths of 8 bytes",
      `${file.u8(sizes)} and ${file.u8(sizes + 1)}`,
    );
  const base = isOld ? 24 + version * 4 : 12;
  if (file.address(base) !== 0) throw rangeError("file", "a base address of 0", "another base address");
  const root = file.address(isOld ? base + 40 : 36);
  if (root === undefined) throw rangeError("file", "a root group", "none");
  return root;
}

/** Returns all groups and arrays by their paths. */
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
    if (depth > MAX_DEPTH) throw rangeError("file", `groups at most ${MAX_DEPTH} deep`, "deeper groups");
    if (seen.has(address))
      throw rangeError(
        "file",
        "each group in one place",
        `${show(path)}, a group that is also in another place`,
      );
    seen.add(address);
    groups.set(path, messages);
    for (const { name, address: inner } of links)
      visit(inner, path === "" ? name : `${path}/${name}`, depth + 1);
  };
  visit(root, "", 0);
  return { arrays, groups };
}
