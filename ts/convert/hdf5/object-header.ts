/**
 * Reads the header of an object, which is a group or an array. The messages of the header describe the
 * object. Both versions of headers are supported.
 *
 * Source: HDF5 File Format Specification 3.0, IV.A.
 */

import { rangeError } from "../../base/errors.js";
import type { FileView } from "./file-view.js";

/** The numbers of the messages that are read. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;
const KNOWN: ReadonlySet<number> = new Set(Object.values(MESSAGE));
const SHARED = 2;

/** A message: its number, and the position of its content. */
export interface Message {
  readonly type: number;
  readonly at: number;
  readonly size: number;
  /** True if its content is elsewhere, in a committed datatype. */
  readonly isShared: boolean;
}

/** Returns the messages of the object whose header is at an address. */
export function readObject(file: FileView, address: number): Message[] {
  if (file.u8(address) === 1) {
    const blocks = [{ at: address + 16, size: file.u32(address + 8) }];
    return readBlocks(file, blocks, { header: 8, width: 2, signature: "", checksum: 0 });
  }
  file.expect(address, "OHDR");
  if (file.u8(address + 4) !== 2)
    throw rangeError("file", "an object header of version 1 or 2", `version ${file.u8(address + 4)}`);
  const flags = file.u8(address + 5);
  const sizeAt = address + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const width = 1 << (flags & 3);
  const blocks = [{ at: sizeAt + width, size: file.uint(sizeAt, width) }];
  const header = flags & 4 ? 6 : 4; // with the order of creation
  return readBlocks(file, blocks, { header, width: 1, signature: "OCHK", checksum: 4 });
}

/** Returns the message of a type, or undefined if there is none. */
export function messageOf(messages: readonly Message[], type: number): Message | undefined {
  return messages.find((message) => message.type === type);
}

/** Reads the header block by block. */
function readBlocks(
  file: FileView,
  blocks: { at: number; size: number }[],
  form: { header: number; width: 1 | 2; signature: string; checksum: number },
): Message[] {
  const messages: Message[] = [];
  // the list grows during the loop; the budget ends a header that continues in itself
  for (const block of blocks) {
    file.pay(16 + block.size);
    const end = block.at + block.size;
    if (end > file.size)
      throw rangeError(
        "file",
        `${block.size} bytes of an object header at byte ${block.at}`,
        `a file of ${file.size} bytes`,
      );
    for (let at = block.at; at + form.header <= end;) {
      const type = form.width === 2 ? file.u16(at) : file.u8(at);
      const size = file.u16(at + form.width);
      const flags = file.u8(at + form.width + 2);
      const content = at + form.header;
      if (content + size > end)
        throw rangeError(
          "file",
          `a message of at most ${end - content} bytes at byte ${at}`,
          `${size} bytes`,
        );
      if (type === MESSAGE.continuation) {
        const start = file.address(content) ?? file.size;
        file.expect(start, form.signature);
        const length = file.u64(content + 8) - form.checksum - form.signature.length;
        if (length < 0)
          throw rangeError(
            "file",
            `at least ${form.checksum + form.signature.length} bytes of an object header at byte ${start}`,
            `${length + form.checksum + form.signature.length}`,
          );
        blocks.push({ at: start + form.signature.length, size: length });
      } else if (KNOWN.has(type)) {
        messages.push({ type, at: content, size, isShared: (flags & SHARED) !== 0 });
      }
      at = content + size;
    }
  }
  return messages;
}
