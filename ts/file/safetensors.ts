/**
 * Reads the safetensors format, strictly: u64 little-endian N · N bytes of JSON · the tensors' bytes.
 *
 *     {"__metadata__": {key: text}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, …}
 *
 * Read is what the reference library reads (safetensors 0.8.0, test/golden), but for three things that it lets pass:
 * a name that comes twice and a header that does not begin with `{`, which the format's description forbids, and a list in an
 * entry's place. Knows nothing of
 * networks.
 */

import { fileBytes } from "../base/file-bytes.js";
import { BITS, type Dtype, type StoredTensor } from "./dtype.js";
import { show, showShape } from "../base/show.js";

/** Largest header in bytes: the reference's limit. */
export const MAX_HEADER = 100_000_000;
const MAX_DEPTH = 128; // of JSON in JSON, as the reference's parser has it

/** What is in a file. */
export interface Stored {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads the header and checks all of it against the file; the tensors are views, nothing is copied.
 *
 * @param bytes the file: a Uint8Array or an ArrayBuffer
 * @throws TypeError when it is neither
 * @throws RangeError when it is no safetensors file; the message says why
 */
export function parseSafetensors(bytes: unknown): Stored {
  const file = fileBytes(bytes);
  if (file.length < 8)
    throw malformed(`it has ${file.length} bytes, fewer than the 8 of the header's length`);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > MAX_HEADER) throw malformed(`its header would have ${length} bytes, more than ${MAX_HEADER}`);
  if (length > file.length - 8) {
    throw malformed(
      `its header would have ${length} bytes, the file has ${file.length - 8} behind the length`,
    );
  }
  const header = parseHeader(file.slice(8, 8 + length)); // a copy: decoders refuse shared memory
  const data = file.subarray(8 + length);

  let metadata = new Map<string, string>();
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header.value)) {
    checkText(name);
    if (name === "__metadata__") metadata = readMetadata(value);
    else entries.push(readEntry(name, value));
  }
  if (header.fractions) throw malformed("a shape or offset is written with a fraction or an exponent");
  checkOffsets(entries, data.length);
  const tensors = new Map<string, StoredTensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    tensors.set(name, { dtype, shape, bytes: data.subarray(begin, end) });
  }
  return { tensors, metadata };
}

interface Entry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: number[];
  readonly begin: number;
  readonly end: number;
}

function parseHeader(bytes: Uint8Array): { value: object; fractions: boolean } {
  if (bytes[0] !== 0x7b) throw malformed("its header does not begin with {");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed("its header is not UTF-8");
  }
  const fractions = scan(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed("its header is not JSON");
  }
  return { value: value as object, fractions }; // an object: it begins with {
}

/**
 * What JSON.parse does not tell: keys that come twice, nesting without end, and whether a number within a tensor's
 * lists is written as a fraction (2.0). The text need not be JSON yet.
 */
function scan(text: string): boolean {
  const open: (Set<string> | undefined)[] = []; // the keys of each open object; undefined for a list
  let fractions = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === "{" || character === "[") {
      if (open.push(character === "{" ? new Set() : undefined) > MAX_DEPTH) {
        throw malformed(`its header is nested more than ${MAX_DEPTH} deep`);
      }
    } else if (character === "}" || character === "]") {
      open.pop();
    } else if (character === '"') {
      const end = endOfString(text, i);
      const keys = open[open.length - 1];
      if (keys !== undefined && isKey(text, end)) {
        const key = unquote(text.slice(i, end));
        if (keys.has(key)) throw malformed(`its header has the name ${show(key)} twice`);
        keys.add(key);
      }
      i = end - 1;
    } else if (open.length === 3 && open[2] === undefined && /[.eE]/.test(character)) {
      fractions = true;
    }
  }
  return fractions;
}

/** The index behind the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
  return Math.min(i + 1, text.length);
}

function isKey(text: string, end: number): boolean {
  let i = end;
  while (i < text.length && /\s/.test(text[i])) i++;
  return text[i] === ":";
}

function unquote(literal: string): string {
  try {
    return String(JSON.parse(literal));
  } catch {
    return literal; // not JSON: said when the whole is parsed
  }
}

function readMetadata(value: unknown): Map<string, string> {
  if (!isObject(value)) throw malformed(`its __metadata__ is ${show(value)}, not an object`);
  const metadata = new Map<string, string>();
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string")
      throw malformed(`its __metadata__ has ${show(text)} at ${show(key)}, not a text`);
    metadata.set(checkText(key), checkText(text));
  }
  return metadata;
}

function readEntry(name: string, value: unknown): Entry {
  const tensor = `its tensor ${show(name)}`;
  if (!isObject(value)) throw malformed(`${tensor} is described by ${show(value)}, not by an object`);
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.prototype.hasOwnProperty.call(BITS, dtype)) {
    throw malformed(`${tensor} has the dtype ${show(dtype)}, which is none`);
  }
  if (!isSizes(shape))
    throw malformed(`${tensor} has the shape ${showList(shape)}, expected a list of integers >= 0`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw malformed(`${tensor} has the data_offsets ${showList(offsets)}, expected two integers >= 0`);
  }
  let bits: number = BITS[dtype as Dtype];
  for (const n of shape) {
    bits *= n;
    if (!Number.isSafeInteger(bits))
      throw malformed(`${tensor} has the shape ${showShape(shape)}, too large to count`);
  }
  const [begin, end] = offsets as [number, number];
  if (end - begin !== bits / 8) {
    throw malformed(
      `${tensor}, ${dtype} of shape ${showShape(shape)}, needs ${bits / 8} bytes, its data_offsets [${begin}, ${end}] say ${end - begin}`,
    );
  }
  return { name, dtype: dtype as Dtype, shape, begin, end };
}

/** No holes, no overlap, from the first byte to the last. */
function checkOffsets(entries: readonly Entry[], length: number): void {
  let at = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) {
      throw malformed(
        `its tensor ${show(name)} begins at byte ${begin} of the data, expected ${at}: a hole or an overlap`,
      );
    }
    at = end;
  }
  if (at !== length)
    throw malformed(`its tensors have ${at} bytes, the file has ${length} behind the header`);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0 && !Object.is(n, -0));
}

function showList(value: unknown): string {
  return Array.isArray(value) && value.length <= 8 ? `[${value.map(show).join(", ")}]` : show(value);
}

/** `text`, unless it holds half a surrogate pair: no UTF-8 says that. */
function checkText(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw malformed(`its header has half a surrogate pair in ${show(text)}`);
  return text;
}

function malformed(why: string): RangeError {
  return new RangeError(`bytes: not a valid safetensors file: ${why}`);
}
