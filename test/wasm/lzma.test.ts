// The reader of the inlined module against the encoder of another hand (lzma1, a port of the 7-Zip SDK's).

import * as fc from "fast-check";
import { compress } from "lzma1";
import { expect, it } from "vitest";
import { unpackLzma } from "../../ts/wasm/lzma.js";

const packed = (bytes: Uint8Array): Uint8Array => new Uint8Array(compress(bytes, 5));

it("unpacks any packed data without a change", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      expect(unpackLzma(packed(bytes))).toEqual(bytes);
    }),
  );
});

it("follows copies near and far, short and long", () => {
  const chunk = fc.uint8Array({ minLength: 1, maxLength: 40 });
  const runs = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 700 })), { maxLength: 40 });
  fc.assert(
    fc.property(fc.array(chunk, { minLength: 1, maxLength: 8 }), runs, (chunks, repeats) => {
      const text: number[] = [];
      for (const [which, times] of repeats) {
        const piece = chunks[which % chunks.length] ?? [];
        for (let i = 0; i < times; i++) text.push(...piece);
        text.push(which % 256);
      }
      const bytes = Uint8Array.from(text);
      expect(unpackLzma(packed(bytes))).toEqual(bytes);
    }),
    { numRuns: 25 },
  );
});

it("reads a view that does not begin where its memory does", () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => (i * i) % 7);
  const file = packed(bytes);
  const larger = new Uint8Array(file.length + 5);
  larger.set(file, 3);
  expect(unpackLzma(larger.subarray(3, 3 + file.length))).toEqual(bytes);
});
