/**
 * The bytes of an HDF5 file, read within bounds and on a budget. The structures of a file refer to each other
 * freely, so a malicious file can make a reader visit the same bytes any number of times. Each byte that is
 * read costs a unit of a budget that is a multiple of the file's size.
 *
 * All errors of the reader are about "file"; openHdf5 replaces that by the place of the object.
 */

import { rangeError } from "../../base/errors.js";
import { show } from "../../base/show.js";
import { decodeUtf8 } from "../../base/utf8.js";

/** Number of reads allowed per byte of the file. A regular file needs about two. */
const LOOKS_PER_BYTE = 8;
const LEAST_LOOKS = 2 ** 20;
const UNDEFINED = 0xffffffff;

/** Reads little-endian numbers. Lengths and addresses have 8 bytes, as in every file that h5py writes. */
export class FileView {
  readonly size: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #looks: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.size = bytes.length;
    this.#looks = LEAST_LOOKS + LOOKS_PER_BYTE * bytes.length;
  }

  /** Takes `bytes` units from the budget. */
  pay(bytes: number): void {
    this.#looks -= bytes;
    if (this.#looks < 0)
      throw rangeError(
        "file",
        "structures that lead to each byte once",
        "structures that lead to the same bytes again",
      );
  }

  u8(at: number): number {
    return this.#view.getUint8(this.#within(at, 1));
  }

  u16(at: number): number {
    return this.#view.getUint16(this.#within(at, 2), true);
  }

  u32(at: number): number {
    return this.#view.getUint32(this.#within(at, 4), true);
  }

  /** Reads an unsigned number of 1 … 8 bytes. */
  uint(at: number, width: number): number {
    let value = 0;
    for (let k = width - 1; k >= 0; k--) value = value * 256 + this.u8(at + k);
    if (!Number.isSafeInteger(value))
      throw rangeError("file", `a length below 2 ** 53 at byte ${at}`, show(value));
    return value;
  }

  /** Reads a length. */
  u64(at: number): number {
    return this.uint(at, 8);
  }

  /** Reads an address, which is undefined if nothing was allocated. */
  address(at: number): number | undefined {
    if (this.u32(at) === UNDEFINED && this.u32(at + 4) === UNDEFINED) return undefined;
    const address = this.u64(at);
    if (address > this.size)
      throw rangeError(
        "file",
        `an address of at most ${this.size}, the size of the file, at byte ${at}`,
        show(address),
      );
    return address;
  }

  /** Throws unless the signature of a structure is at this position. */
  expect(at: number, signature: string): void {
    for (let k = 0; k < signature.length; k++) {
      if (this.u8(at + k) !== signature.charCodeAt(k))
        throw rangeError("file", `the signature ${signature} at byte ${at}`, "other bytes");
    }
  }

  /** Returns a view of `length` bytes. */
  bytes(at: number, length: number): Uint8Array {
    this.#within(at, length);
    this.pay(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** Reads UTF-8 of at most `length` bytes, up to a NUL. */
  text(at: number, length: number): string {
    const bytes = this.bytes(at, length);
    const end = bytes.indexOf(0);
    return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end));
  }

  /** Reads UTF-8 up to a NUL, which must occur before `end`. */
  textUntil(at: number, end: number): string {
    this.#within(at, 0);
    const nul = this.#bytes.subarray(at, Math.min(end, this.size)).indexOf(0);
    if (nul < 0) throw rangeError("file", `a name that ends in a zero byte, at byte ${at}`, "no zero byte");
    return this.text(at, nul);
  }

  #within(at: number, length: number): number {
    if (!(at >= 0 && length >= 0 && at + length <= this.size))
      throw rangeError("file", `${length} bytes at byte ${at}`, `a file of ${this.size} bytes`);
    return at;
  }
}
