import { tensor } from "bptt";
import { expect, it } from "vitest";

it("copies its values", () => {
  const data = Float64Array.of(1, 2, 3, 4);
  const made = tensor(data, [2, 2]);
  data[0] = 9;
  expect(made.data).toEqual(Float32Array.of(1, 2, 3, 4));
  expect(made.shape).toEqual([2, 2]);
  expect(tensor([], [0, 3]).shape).toEqual([0, 3]);
  expect(tensor([7], []).shape).toEqual([]);
});

it.each([
  [
    () => tensor([1, 2, 3], [2, 2]),
    RangeError,
    "shape: expected a shape of 3 values, as many as in data, received (2, 2)",
  ],
  [
    () => tensor([1], [2 ** 30, 5]),
    RangeError,
    "shape: expected a shape of 1 values, as many as in data, received (1073741824, 5)",
  ],
  [() => tensor([1], [1.5]), RangeError, "shape[0]: expected an integer >= 0, received 1.5"],
  [() => tensor([1], [-1]), RangeError, "shape[0]: expected an integer >= 0, received -1"],
  [() => tensor([1], ["1"] as never), TypeError, 'shape[0]: expected an integer >= 0, received "1"'],
  [() => tensor([1], 1 as never), TypeError, "shape: expected an array of sizes, received 1"],
  [() => tensor(["1"] as never, [1]), TypeError, 'data[0]: expected a number, received "1"'],
  [() => tensor(new Array(1) as never, [1]), TypeError, "data[0]: expected a number, received undefined"],
  [() => tensor("12" as never, [2]), TypeError, 'data: expected an array of numbers, received "12"'],
  [
    () => tensor(BigInt64Array.of(1n) as never, [1]),
    TypeError,
    "data: expected an array of numbers, received BigInt64Array of length 1",
  ],
])("refuses what does not fit: %s", (run, kind, message) => {
  expect(run).toThrow(kind);
  expect(run).toThrow(expect.objectContaining({ message }));
});
