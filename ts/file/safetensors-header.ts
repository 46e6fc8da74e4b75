/**
 * The header of a safetensors file, read entry by entry. It is not parsed as a whole: what `JSON.parse` makes of 100 MB
 * of small objects takes gigabytes, while each entry here is gone before the next is read. Each piece that is no
 * structure of the header's own is JSON for `JSON.parse`, so that the two agree on what JSON is.
 *
 *     {"__metadata__": {key: text}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, …}
 */

import { withCause } from "../base/errors.js";
import { parseJson } from "../base/json.js";
import { show, showShape } from "../base/show.js";
import { BITS, type Dtype } from "./dtype.js";

/** A tensor's entry. */
export interface Entry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** What a header says. */
export interface Header {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly metadata: ReadonlyMap<string, string>;
}

const MAX_DEPTH = 128; // of JSON in JSON, as the reference's parser has it
const METADATA = "__metadata__";
const NOT_JSON = "its header is not JSON";

/** Reads a header; that the entries fit the file is still to be checked. */
export function parseHeader(text: string): Header {
  const entries = new Map<string, Entry>();
  let metadata: Map<string, string> | undefined;
  const end = eachMember(text, 0, 1, (name, from, to) => {
    if (entries.has(name) || (name === METADATA && metadata !== undefined)) throw twice(name);
    if (name === METADATA) metadata = readMetadata(text, from, to);
    else entries.set(name, readEntry(text, name, from, to));
  });
  if (skipSpace(text, end) !== text.length) throw malformed(NOT_JSON);
  return { entries, metadata: metadata ?? new Map<string, string>() };
}

/** An error that says why a file is not valid. */
export function malformed(why: string, cause?: unknown): RangeError {
  return withCause(new RangeError(`bytes: not a valid safetensors file: ${why}`), cause);
}

function readMetadata(text: string, from: number, to: number): Map<string, string> {
  if (text[from] !== "{")
    throw malformed(`its __metadata__ is ${show(valueIn(text, from, to))}, not an object`);
  const metadata = new Map<string, string>();
  eachMember(text, from, 2, (key, at, end) => {
    const value = valueIn(text, at, end);
    if (typeof value !== "string")
      throw malformed(`its __metadata__ has ${show(value)} at ${show(key)}, not a text`);
    if (metadata.has(key)) throw twice(key);
    metadata.set(key, checkText(value));
  });
  return metadata;
}

function readEntry(text: string, name: string, from: number, to: number): Entry {
  const tensor = `its tensor ${show(name)}`;
  if (text[from] !== "{")
    throw malformed(`${tensor} is described by ${show(valueIn(text, from, to))}, not by an object`);
  const fields = new Map<string, unknown>();
  let hasFraction = false;
  eachMember(text, from, 2, (key, at, end) => {
    if (fields.has(key)) throw twice(key);
    const value = valueIn(text, at, end);
    // a field of another name means nothing
    fields.set(key, key === "dtype" || Array.isArray(value) ? value : undefined);
    if (key !== "dtype" && Array.isArray(value)) hasFraction ||= /[.eE]/.test(text.slice(at, end));
  });
  const dtype = fields.get("dtype");
  const shape = fields.get("shape");
  const offsets = fields.get("data_offsets");
  if (typeof dtype !== "string" || !Object.prototype.hasOwnProperty.call(BITS, dtype)) {
    throw malformed(`${tensor} has the dtype ${show(dtype)}, which is none`);
  }
  if (!isSizes(shape))
    throw malformed(`${tensor} has the shape ${showList(shape)}, expected a list of integers >= 0`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw malformed(`${tensor} has the data_offsets ${showList(offsets)}, expected two integers >= 0`);
  }
  if (hasFraction) throw malformed("a shape or offset is written with a fraction or an exponent");
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
  return { dtype: dtype as Dtype, shape, begin, end };
}

/**
 * Calls `read` with the key of each member of the object that begins at `start`, and where its value begins and ends.
 *
 * @returns the index behind the object
 */
function eachMember(
  text: string,
  start: number,
  depth: number,
  read: (key: string, from: number, to: number) => void,
): number {
  let at = skipSpace(text, start + 1); // behind the brace
  if (text[at] === "}") return at + 1;
  for (;;) {
    if (text[at] !== '"') throw malformed(NOT_JSON);
    const keyEnd = endOfString(text, at);
    const key = checkText(String(valueIn(text, at, keyEnd)));
    const colon = skipSpace(text, keyEnd);
    if (text[colon] !== ":") throw malformed(NOT_JSON);
    const from = skipSpace(text, colon + 1);
    const to = endOfValue(text, from, depth);
    read(key, from, to);
    at = skipSpace(text, to);
    if (text[at] === "}") return at + 1;
    if (text[at] !== ",") throw malformed(NOT_JSON);
    at = skipSpace(text, at + 1);
  }
}

/** The index behind the value that begins at `start`: its brackets are balanced, more is not known of it. */
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
        if (++open > MAX_DEPTH) throw malformed(`its header is nested more than ${MAX_DEPTH} deep`);
        break;
      case 0x5d: // ]
      case 0x7d: // }
        if (open === depth) return i; // of the object around a number, true, false, or null
        if (--open === depth) return i + 1;
        break;
      case 0x2c: // ,
        if (open === depth) return i;
    }
  }
  throw malformed(NOT_JSON);
}

/** The index behind the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return i + 1;
    i += code === 0x5c ? 2 : 1;
  }
  throw malformed(NOT_JSON);
}

/** The index of the first character that is no white space of JSON. */
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
    throw malformed(NOT_JSON, cause);
  }
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

function twice(name: string): RangeError {
  return malformed(`its header has the name ${show(name)} twice`);
}
