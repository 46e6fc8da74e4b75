/**
 * Reads attributes that are a text or a list of texts, either of fixed length in the message or of any length
 * in a global heap. All other attributes are treated as absent.
 *
 * Source: HDF5 File Format Specification 3.0, III.E, IV.A.2.m.
 */

import { rangeError } from "../../base/errors.js";
import { dataspace, datatype, type Datatype } from "./dataspace.js";
import type { FileView } from "./file-view.js";
import { MESSAGE, type Message } from "./object-header.js";

/** The objects of a global heap's collections, by the collection's address and the object's index. */
export class GlobalHeap {
  readonly #file: FileView;
  readonly #collections = new Map<number, ReadonlyMap<number, { at: number; size: number }>>();

  constructor(file: FileView) {
    this.#file = file;
  }

  /** Returns the text to which the length, address and index at `at` refer. */
  text(at: number): string {
    const length = this.#file.u32(at);
    const address = this.#file.address(at + 4);
    if (length === 0 || address === undefined) return "";
    const object = this.#collection(address).get(this.#file.u32(at + 12));
    if (object === undefined || object.size < length)
      throw rangeError(
        "file",
        `a text of ${length} bytes in its heap`,
        object === undefined ? "no text" : `${object.size} bytes`,
      );
    return this.#file.text(object.at, length);
  }

  #collection(address: number): ReadonlyMap<number, { at: number; size: number }> {
    const known = this.#collections.get(address);
    if (known) return known;
    const file = this.#file;
    file.expect(address, "GCOL");
    const end = address + file.u64(address + 8);
    if (end > file.size)
      throw rangeError("file", `a heap of texts up to byte ${end}`, `a file of ${file.size} bytes`);
    const objects = new Map<number, { at: number; size: number }>();
    for (let at = address + 16; at + 16 <= end;) {
      file.pay(64); // the objects of this collection
      const index = file.u16(at);
      if (index === 0) break; // free space
      const size = file.u64(at + 8);
      objects.set(index, { at: at + 16, size });
      at += 16 + Math.ceil(size / 8) * 8;
    }
    this.#collections.set(address, objects);
    return objects;
  }
}

/** Returns the attribute of a name, or undefined if there is none or it is not a text. */
export function readAttribute(
  file: FileView,
  heap: GlobalHeap,
  messages: readonly Message[],
  name: string,
): string | string[] | undefined {
  for (const message of messages) {
    if (message.type === MESSAGE.attributeInfo) {
      const { at } = message;
      if (file.address(at + 2 + (file.u8(at + 1) & 1 ? 2 : 0)) !== undefined)
        throw rangeError("file", "attributes in the header of their object", "attributes in a heap");
    }
    if (message.type !== MESSAGE.attribute || message.isShared) continue;
    const value = readValue(file, heap, message, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function readValue(file: FileView, heap: GlobalHeap, { at, size }: Message, wanted: string) {
  const version = file.u8(at);
  if (version < 1 || version > 3)
    throw rangeError("file", "an attribute of version 1, 2 or 3", `version ${version}`);
  const padded = (length: number) => (version === 1 ? Math.ceil(length / 8) * 8 : length);
  const [nameSize, typeSize, spaceSize] = [file.u16(at + 2), file.u16(at + 4), file.u16(at + 6)];
  const nameAt = at + (version === 3 ? 9 : 8);
  const typeAt = nameAt + padded(nameSize);
  const spaceAt = typeAt + padded(typeSize);
  const data = spaceAt + padded(spaceSize);
  if (data > at + size)
    throw rangeError(
      "file",
      `an attribute of at most ${size} bytes, its size in the header`,
      `${data - at} bytes`,
    );
  if (file.text(nameAt, nameSize) !== wanted) return undefined;
  if (version > 1 && file.u8(at + 1) !== 0) return undefined; // a committed type
  const type = datatype(file, typeAt);
  if (type.kind !== "text" && type.kind !== "long text") return undefined;
  const shape = dataspace(file, spaceAt);
  if (shape === undefined || shape.length > 1) return undefined;
  const count = shape[0] ?? 1;
  if (data + count * type.size > at + size)
    throw rangeError("file", `${count} texts of ${type.size} bytes`, `${at + size - data} bytes of text`);
  const texts = Array.from({ length: count }, (_, k) => textAt(file, heap, type, data + k * type.size));
  return shape.length === 0 ? texts[0] : texts;
}

function textAt(file: FileView, heap: GlobalHeap, { kind, size }: Datatype, at: number): string {
  return kind === "text" ? file.text(at, size) : heap.text(at);
}
