/**
 * The heap that contains the links of a large group: blocks that double in size from row to row, in one
 * address space.
 *
 * Source: HDF5 File Format Specification 3.0, III.G.
 */

import { rangeError } from "../../base/errors.js";
import type { FileView } from "./file-view.js";

/** Finds the objects of a heap. */
export class FractalHeap {
  readonly #file: FileView;
  readonly #offsetWidth: number;
  readonly #lengthWidth: number;
  readonly #blocks: readonly { readonly start: number; readonly size: number; readonly address: number }[];

  /** @param address the address of the heap's header */
  constructor(file: FileView, address: number) {
    file.expect(address, "FRHP");
    if (file.u16(address + 7) !== 0)
      throw rangeError("file", "links that are not compressed", "compressed links");
    this.#file = file;
    const mostDirect = file.u64(address + 120);
    this.#offsetWidth = Math.ceil(file.u16(address + 128) / 8);
    this.#lengthWidth = bytesOf(Math.min(mostDirect, file.u32(address + 10)));
    if (this.#offsetWidth > 8)
      throw rangeError("file", "a heap of at most 64 bits", `${this.#offsetWidth * 8} bits`);
    this.#blocks = this.#readBlocks(address, mostDirect);
  }

  /** Returns the position of the object whose ID is at `id`. */
  find(id: number): number {
    const file = this.#file;
    if ((file.u8(id) & 0x30) !== 0) throw rangeError("file", "a link in a heap", "a link in another place");
    const offset = file.uint(id + 1, this.#offsetWidth);
    const length = file.uint(id + 1 + this.#offsetWidth, this.#lengthWidth);
    file.pay(16 + this.#blocks.length);
    const block = this.#blocks.find(({ start, size }) => offset >= start && offset + length <= start + size);
    if (block === undefined)
      throw rangeError("file", "a link within its heap", `offset ${offset} and length ${length}`);
    return block.address + offset - block.start;
  }

  #readBlocks(header: number, mostDirect: number) {
    const file = this.#file;
    const width = file.u16(header + 110);
    const smallest = file.u64(header + 112);
    const root = file.address(header + 132);
    const rows = file.u16(header + 140);
    if (root === undefined) return [];
    if (rows === 0) {
      file.expect(root, "FHDB");
      return [{ start: 0, size: smallest, address: root }];
    }
    file.expect(root, "FHIB");
    file.pay(rows * width * 8);
    const blocks = [];
    let start = 0;
    for (let row = 0; row < rows; row++) {
      const size = row === 0 ? smallest : smallest * 2 ** (row - 1);
      if (size > mostDirect)
        throw rangeError("file", `blocks of links of at most ${mostDirect} bytes`, `${size} bytes`);
      for (let column = 0; column < width; column++, start += size) {
        const address = file.address(root + 13 + this.#offsetWidth + (row * width + column) * 8);
        if (address !== undefined) blocks.push({ start, size, address });
      }
    }
    return blocks;
  }
}

function bytesOf(value: number): number {
  return Math.floor(Math.log2(Math.max(value, 1)) / 8) + 1;
}
