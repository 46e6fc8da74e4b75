import { oneHot, Vocabulary } from "bptt";
import { expect, it } from "vitest";

it("puts a 1 at the id", () => {
  expect(oneHot([0, 2], 3)).toEqual({ data: Float32Array.of(1, 0, 0, 0, 0, 1), shape: [2, 3] });
  expect(oneHot([[1], [0]], 2)).toEqual({ data: Float32Array.of(0, 1, 1, 0), shape: [2, 1, 2] });
});

it("reads every form of ids", () => {
  const want = oneHot([[0, 1, 2, 1, 3]], 4);
  expect(want.shape).toEqual([1, 5, 4]);
  const ids = new Vocabulary(["g", "o", "h", "m"]).encode("gohom");
  expect(oneHot([ids], 4)).toEqual(want);
  expect(oneHot({ data: ids, shape: [1, 5] }, 4)).toEqual(want);
  expect(oneHot({ data: [...ids], shape: [1, 5] }, 4)).toEqual(want);
  expect(oneHot([Uint8Array.from(ids)], 4)).toEqual(want);
  expect(oneHot(ids, 4).data).toEqual(want.data);
  expect(oneHot(ids, 4).shape).toEqual([5, 4]);
});

it.each([
  [() => oneHot([4], 4), RangeError, "ids[0]: expected an id in 0..3, received 4"],
  [
    () =>
      oneHot(
        [
          [0, 1],
          [2, -1],
        ],
        4,
      ),
    RangeError,
    "ids[1][1]: expected an id in 0..3, received -1",
  ],
  [() => oneHot([[0, 1], [2]], 4), RangeError, "ids[1]: expected 2 ids as in ids[0], received 1"],
  [() => oneHot([0.5], 4), RangeError, "ids[0]: expected an id in 0..3, received 0.5"],
  [() => oneHot(["0"] as never, 4), TypeError, 'ids[0]: expected an id in 0..3, received "0"'],
  [
    () => oneHot(Float32Array.of(0) as never, 4),
    TypeError,
    "ids: expected integer ids, received floats of rank 1",
  ],
  [() => oneHot([[[0]]] as never, 4), RangeError, "ids: expected integer ids (T) or (B,T), received rank 3"],
  [() => oneHot("0" as never, 4), TypeError, 'ids: expected integer ids (T) or (B,T), received "0"'],
  [() => oneHot([0], 0), RangeError, "depth: expected an integer >= 1, received 0"],
  [() => oneHot([0], 1.5), RangeError, "depth: expected an integer >= 1, received 1.5"],
  [() => oneHot([0], "4" as never), TypeError, 'depth: expected an integer >= 1, received "4"'],
])("refuses what does not fit: %s", (run, kind, message) => {
  expect(run).toThrow(kind);
  expect(run).toThrow(expect.objectContaining({ message }));
});

it("says how much was asked for when it does not fit", () => {
  expect(() => oneHot([0, 0], 2 ** 30)).toThrow(
    expect.objectContaining({ code: "OUT_OF_MEMORY", message: expect.stringContaining("8589934592 bytes") }),
  );
});
