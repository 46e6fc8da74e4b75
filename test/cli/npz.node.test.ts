/** Tests `.npz` files with false sizes, and the content of valid ones. */
import { zipSync } from "fflate";
import { describe, expect, it, test } from "vitest";
import { decodeNpz, encodeNpz } from "../../ts/cli/model/npz.js";

function npy(header: string, values: Uint8Array = new Uint8Array(0), isSecond = false): Uint8Array {
  const text = new TextEncoder().encode(header);
  const start = isSecond ? 12 : 10;
  const file = new Uint8Array(start + text.length + values.length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, isSecond ? 2 : 1, 0]);
  const view = new DataView(file.buffer);
  if (isSecond) view.setUint32(8, text.length, true);
  else view.setUint16(8, text.length, true);
  file.set(text, start);
  file.set(values, start + text.length);
  return file;
}
const header = (type: string, shape: string, order = "False") =>
  `{'descr': '${type}', 'fortran_order': ${order}, 'shape': (${shape}), }\n`;

it("reads what encodeNpz writes, in the arrays' order", () => {
  const arrays = Array.from({ length: 12 }, (_, k) => ({ data: Float32Array.of(k, -k, 0.5), shape: [3] }));
  expect(decodeNpz(encodeNpz({ arrays, metadata: { "bptt.config": "{}" } }))).toEqual({
    arrays,
    metadata: { "bptt.config": "{}" },
  });
});

it("reads both versions of the header, both widths and both orders", () => {
  const values = (numbers: Float32Array | Float64Array) => new Uint8Array(numbers.buffer);
  const { arrays } = decodeNpz(
    zipSync({
      "arr_0.npy": npy(header("<f4", "2, 3"), values(Float32Array.of(1, 2, 3, 4, 5, 6)), true),
      "arr_1.npy": npy(header("<f8", "2, 3", "True"), values(Float64Array.of(1, 4, 2, 5, 3, 6))),
    }),
  );
  const matrix = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] };
  expect(arrays).toEqual([matrix, matrix]);
});

describe("is refused", () => {
  test.each([
    [
      "a thousandfold",
      npy(header("<f4", "30_000_000"), new Uint8Array(60_000_000)),
      /expected at most \d+ further bytes of decompressed weights, received \d+$/,
    ],
    [
      "a type of many letters",
      npy(header("f".repeat(60_000), "1")),
      /^file\["a\.npy"\]: expected an array of NumPy's, received a header of 60/,
    ],
    [
      "an unknown type",
      npy(header("<c8", "1")),
      /^file\["a\.npy"\]: expected float32 or float64, received "<c8"$/,
    ],
    [
      "three axes",
      npy(header("<f4", "1, 1, 1"), new Uint8Array(4)),
      /expected a vector or a matrix, received 3 axes$/,
    ],
    ["too few values", npy(header("<f4", "2"), new Uint8Array(4)), /expected 8 bytes of values, received 4$/],
  ])("%s", (_, file, message) => {
    expect(() => decodeNpz(zipSync({ "a.npy": file }, { level: 9 }))).toThrow(RangeError);
    expect(() => decodeNpz(zipSync({ "a.npy": file }, { level: 9 }))).toThrow(message);
  });
});
