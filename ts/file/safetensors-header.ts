/**
 * Reads the header of a safetensors file entry by entry. `JSON.parse` of a whole header of 100 MB of small
 * objects would take gigabytes, while here each entry is released before the next is read. Values inside the
 * header's structure are parsed by `JSON.parse`, so that the two agree on what JSON is.
 *
 *     {"__metadata__": {key: text}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, …}
 */

import { at } from "../base/errors.js";
import { parseJson } from "../base/json.js";
import { show, showShape } from "../base/show.js";
import { BITS, type Dtype } from "./dtype.js";
import { malformed } from "./file-error.js";

/** A tensor's entry. */
export interface Entry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The content of a header. */
export interface Header {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly metadata: ReadonlyMap<string, string>;
}

const MAX_DEPTH = 128; // the limit of the reference's parser
const METADATA = "__metadata__";
/** The path of the header. */
export const HEADER = /* @__PURE__ */ at("bytes", "header");

/** Reads a header. The caller must still check that the entries fit the file. */
export function parseHeader(text: string): Header {
  const entries = new Map<string, Entry>();
  let metadata: Map<string, string> | undefined;
  const end = eachMember(text, 0, 1, (name, from, to) => {
    if (entries.has(name) || (name === METADATA && metadata !== undefined)) throw twice(name);
    if (name === METADATA) metadata = readMetadata(text, from, to);
    else entries.set(name, readEntry(text, name, from, to));
  });
  if (skipSpace(text, end) !== text.length) throw notJson();
  return { entries, metadata: metadata ?? new Map<string, string>() };
}

function readMetadata(text: string, from: number, to: number): Map<string, string> {
  const path = at("bytes", "metadata");
  if (text[from] !== "{") throw malformed(path, "an object", show(valueIn(text, from, to)));
  const metadata = new Map<string, string>();
  eachMember(text, from, 2, (key, begin, end) => {
    const value = valueIn(text, begin, end);
    if (typeof value !== "string") throw malformed(at(path, key), "a string", show(value));
    if (metadata.has(key)) throw twice(key);
    metadata.set(key, checkText(value));
  });
  return metadata;
}

function readEntry(text: string, name: string, from: number, to: number): Entry {
  const path = at("bytes", "tensors", name);
  if (text[from] !== "{") throw malformed(path, "an object", show(valueIn(text, from, to)));
  const fields = new Map<string, unknown>();
  let hasFraction = false;
  eachMember(text, from, 2, (key, begin, end) => {
    if (fields.has(key)) throw twice(key);
    const value = valueIn(text, begin, end);
    // fields of other names are ignored
    fields.set(key, key === "dtype" || Array.isArray(value) ? value : undefined);
    if (key !== "dtype" && Array.isArray(value)) hasFraction ||= /[.eE]/.test(text.slice(begin, end));
  });
  const dtype = fields.get("dtype");
  const shape = fields.get("shape");
  const offsets = fields.get("data_offsets");
  if (typeof dtype !== "string" || !Object.prototype.hasOwnProperty.call(BITS, dtype)) {
    throw malformed(at(path, "dtype"), "an element type of safetensors", show(dtype));
  }
  if (!isSizes(shape)) throw malformed(at(path, "shape"), "a list of integers >= 0", showList(shape));
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw malformed(at(path, "data_offsets"), "two integers >= 0", showList(offsets));
  }
  if (hasFraction) throw malformed(path, "sizes and offsets in digits only", "a fraction or an exponent");
  let bits: number = BITS[dtype as Dtype];
  for (const n of shape) {
    bits *= n;
    if (!Number.isSafeInteger(bits))
      throw malformed(at(path, "shape"), "a shape whose bits can be counted", showShape(shape));
  }
  const [begin, end] = offsets as [number, number];
  if (end - begin !== bits / 8) {
    const what = `${bits / 8} bytes, as ${dtype} of shape ${showShape(shape)} needs`;
    throw malformed(at(path, "data_offsets"), what, `[${begin}, ${end}]`);
  }
  return { dtype: dtype as Dtype, shape, begin, end };
}

/**
 * Calls `read` for each member of the object that begins at `start`, with its key and the range of its value.
 *
 * @returns the index after the object
 */
function eachMember(
  text: string,
  start: number,
  depth: number,
  read: (key: string, from: number, to: number) => void,
): number {
  let i = skipSpace(text, start + 1); // after the brace
  if (text[i] === "}") return i + 1;
  for (;;) {
    if (text[i] !== '"') throw notJson();
    const keyEnd = endOfString(text, i);
    const key = checkText(String(valueIn(text, i, keyEnd)));
    const colon = skipSpace(text, keyEnd);
    if (text[colon] !== ":") throw notJson();
    const from = skipSpace(text, colon + 1);
    const to = endOfValue(text, from, depth);
    read(key, from, to);
    i = skipSpace(text, to);
    if (text[i] === "}") return i + 1;
    if (text[i] !== ",") throw notJson();
    i = skipSpace(text, i + 1);
  }
}

/** Returns the index after the value that begins at `start`. Only the balance of its brackets is checked. */
function endOfValue(text: string, start: number, depth: number): number {
  let open = depth;
  for (let i = start; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: // "
        i = endOfString(text, i) - 1;
        if (open === depth) return i + 1;
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++open > MAX_DEPTH)
          throw malformed(HEADER, `JSON nested at most ${MAX_DEPTH} deep`, "deeper JSON");
        break;
      case 0x5d: // ]
      case 0x7d: // }
        if (open === depth) return i; // ends the object around a number, true, false, or null
        if (--open === depth) return i + 1;
        break;
      case 0x2c: // ,
        if (open === depth) return i;
    }
  }
  throw notJson();
}

/** Returns the index after the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return i + 1;
    i += code === 0x5c ? 2 : 1;
  }
  throw notJson();
}

/** Returns the index of the first character that is not JSON white space. */
function skipSpace(text: string, start: number): number {
  let i = start;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) break;
  }
  return i;
}

function valueIn(text: string, from: number, to: number): unknown {
  try {
    return parseJson(text.slice(from, to), "header");
  } catch (cause) {
    throw notJson(cause);
  }
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0 && !Object.is(n, -0));
}

function showList(value: unknown): string {
  return Array.isArray(value) && value.length <= 8 ? `[${value.map(show).join(", ")}]` : show(value);
}

/** Returns `text` unless it contains half a surrogate pair, which UTF-8 cannot express. */
function checkText(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw malformed(HEADER, "text without half a surrogate pair", show(text));
  return text;
}

function notJson(cause?: unknown): RangeError {
  return malformed(HEADER, "JSON", "other text", cause);
}

function twice(name: string): RangeError {
  return malformed(HEADER, "each name once", `${show(name)} twice`);
}
