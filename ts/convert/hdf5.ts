/**
 * An HDF5 file as a list of its arrays, read by jsfive: numbers and attributes of the kinds that Keras writes.
 * Whatever goes wrong inside a damaged file ends as one RangeError.
 */

import { File, Group } from "./jsfive.js";
import { show } from "../show.js";
import type { Tensor } from "../tensor.js";
import { readArray } from "./arrays.js";

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
const MAX_OBJECTS = 100_000;

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
      throw new RangeError(`${name}: ${what} cannot be read as HDF5 (${show(reason)})`, { cause });
    }
  };
  const file = guard("the file", () => new File(new Uint8Array(bytes).buffer, name));
  const paths: string[] = [];
  guard("its tree", () => walk(file, "", paths, 0, { left: MAX_OBJECTS }));
  const nodeAt = (path: string) => (path === "" ? file : file.get(path));
  return {
    paths,
    read(path) {
      const { values, shape } = guard(show(path), () => {
        const { value, shape } = file.get(path) as { value: unknown; shape: unknown };
        return { values: value, shape };
      });
      return readArray({ data: values, shape }, path);
    },
    attribute(path, key) {
      return guard(`attribute ${show(key)} of ${show(path)}`, () => {
        const node = nodeAt(path);
        const value = node instanceof Group ? node.attrs[key] : undefined;
        if (typeof value === "string") return value;
        return Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined;
      });
    },
  };
}

function walk(group: Group, path: string, into: string[], depth: number, budget: { left: number }): void {
  if (depth > MAX_DEPTH) throw new RangeError("groups within groups without end");
  const { keys } = group;
  if (!Array.isArray(keys)) throw new RangeError("a group without keys");
  for (const key of keys as unknown[]) {
    if (--budget.left < 0) throw new RangeError(`more than ${MAX_OBJECTS} objects`);
    if (typeof key !== "string") throw new RangeError("a key that is no text");
    const inner = group.get(key);
    const place = path === "" ? key : `${path}/${key}`;
    if (inner instanceof Group) walk(inner, place, into, depth + 1, budget);
    else into.push(place);
  }
}
