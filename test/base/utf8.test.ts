/** Compares the library's own UTF-8 functions with the engine's. */

import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { decodeUtf8, encodeUtf8 } from "../../ts/base/utf8.js";

const strict = new TextDecoder("utf-8", { fatal: true });
const lenient = new TextDecoder();
const encoder = new TextEncoder();

afterEach(() => void vi.unstubAllGlobals());

/** Runs `work` in an engine without the two classes. */
function without<T>(work: () => T): T {
  vi.stubGlobal("TextDecoder", undefined);
  vi.stubGlobal("TextEncoder", undefined);
  try {
    return work();
  } finally {
    vi.unstubAllGlobals();
  }
}

const attempt = (decode: () => string): string | undefined => {
  try {
    return decode();
  } catch {
    return undefined;
  }
};

/** Bytes near the boundaries of the encoding, which random bytes rarely hit. */
const BOUNDARIES = [
  ...[0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbb, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1],
  ...[0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff],
];

describe("UTF-8 without TextDecoder and TextEncoder", () => {
  it("decodes any bytes as TextDecoder does, with and without `fatal`", () => {
    const byte = fc.oneof(fc.constantFrom(...BOUNDARIES), fc.nat(255));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 12 }), (list) => {
        const bytes = Uint8Array.from(list);
        expect(without(() => decodeUtf8(bytes))).toBe(lenient.decode(bytes));
        const expected = attempt(() => strict.decode(bytes));
        expect(without(() => attempt(() => decodeUtf8(bytes, true)))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it("encodes any string as TextEncoder does, and reads it back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const bytes = without(() => encodeUtf8(text));
        expect([...bytes]).toEqual([...encoder.encode(text)]);
        expect(without(() => decodeUtf8(bytes, true))).toBe(strict.decode(bytes));
      }),
    );
    expect([...without(() => encodeUtf8("a\ud800b"))]).toEqual([...encoder.encode("a\ud800b")]);
  });
});
