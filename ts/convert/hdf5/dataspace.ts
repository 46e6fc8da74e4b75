/**
 * Reads shapes and element types.
 *
 * Source: HDF5 File Format Specification 3.0, IV.A.2.b and d.
 */

import { rangeError } from "../../base/errors.js";
import type { FileView } from "./file-view.js";

/** The type of an element, as far as files of Keras use it. */
export interface Datatype {
  readonly kind: "float" | "text" | "long text" | "other";
  /** Bytes of an element. */
  readonly size: number;
  readonly isBigEndian: boolean;
}

const MOST_AXES = 32;
/**
 * Precision, position and size of the exponent, position and size of the fraction, and bias of IEEE 754
 * numbers, by size in bytes.
 */
const IEEE: Readonly<Record<number, readonly number[]>> = {
  2: [16, 10, 5, 0, 10, 15],
  4: [32, 23, 8, 0, 23, 127],
  8: [64, 52, 11, 0, 52, 1023],
};

/** Returns the sizes of the axes, an empty list for a single value, or undefined if there is no value. */
export function dataspace(file: FileView, at: number): number[] | undefined {
  const version = file.u8(at);
  const rank = file.u8(at + 1);
  if (version < 1 || version > 2 || rank > MOST_AXES)
    throw rangeError(
      "file",
      `a shape of version 1 or 2 with at most ${MOST_AXES} axes`,
      `version ${version} with ${rank} axes`,
    );
  if (version === 2 && file.u8(at + 3) === 2) return undefined;
  const first = at + (version === 1 ? 8 : 4);
  return Array.from({ length: rank }, (_, axis) => file.u64(first + axis * 8));
}

/** Returns the type that a message describes. */
export function datatype(file: FileView, at: number): Datatype {
  const kind = file.u8(at) & 15;
  const bits = file.u8(at + 1);
  const size = file.u32(at + 4);
  const isBigEndian = (bits & 1) === 1;
  if (kind === 1 && (bits & 0x40) === 0 && isIeee(file, at + 8, size))
    return { kind: "float", size, isBigEndian };
  if (kind === 3 && size > 0) return { kind: "text", size, isBigEndian: false };
  if (kind === 9 && (bits & 15) === 1 && size === 16) return { kind: "long text", size, isBigEndian: false };
  return { kind: "other", size, isBigEndian: false };
}

function isIeee(file: FileView, at: number, size: number): boolean {
  const found = [file.u16(at + 2), ...[4, 5, 6, 7].map((k) => file.u8(at + k)), file.u32(at + 8)];
  return IEEE[size]?.every((value, k) => value === found[k]) ?? false;
}
