/** Tests the sections that an optimizer or a run saves in a file: any plain data with tensors in it. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeModel, encodeModel } from "../../ts/file/model-file.js";
import { packSection, unpackSection } from "../../ts/file/section.js";
import { CONFIGS, edited, randomParameters } from "../support/models.js";

const config = CONFIGS[1]!;
const parameters = randomParameters(config, 2);
const optimizer = {
  kind: "adam",
  options: { learningRate: 0.1, beta1: 0.9, torchForm: false },
  steps: 12,
  products: [0.9 ** 12, 5e-324],
  moments: { exp_avg: randomParameters(config, 3), exp_avg_sq: randomParameters(config, 4) },
};
const training = {
  ...{ step: 12, epoch: 2, cursor: 3, last: null, validationDue: true, stopped: "stopped" },
  best: { step: 10, loss: 0.1 + 0.2, parameters: randomParameters(config, 5) },
  carried: {
    h: { data: Float32Array.of(1, -0), shape: [1, 1, 2] },
    c: { data: Float32Array.of(2, 3), shape: [1, 1, 2] },
  },
};
const file = (order = optimizer as object) =>
  encodeModel({ config, parameters, optimizer: packSection(order), training: packSection(training) });

describe("a section", () => {
  it("is read back from a file without a change", () => {
    const model = decodeModel(file());
    expect(unpackSection(model.optimizer!, "optimizer")).toEqual(optimizer);
    expect(unpackSection(model.training!, "training")).toEqual(training);
    expect(model.parameters).toEqual(parameters);
  });

  it("gives the same bytes for the same state in any order of its keys", () => {
    expect(file(Object.fromEntries(Object.entries(optimizer).reverse()))).toEqual(file());
    const again = unpackSection(decodeModel(file()).optimizer!, "optimizer");
    expect(file(again)).toEqual(file());
  });

  it("of any plain data", () => {
    const key = fc.oneof(fc.constantFrom("__proto__", "constructor", "data", "shape"), fc.string());
    // JSON writes a negative zero as 0
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
    const { tree } = fc.letrec<{ tree: object; entry: unknown }>((tie) => ({
      entry: fc.oneof({ maxDepth: 3 }, fc.string(), number, fc.boolean(), fc.constant(null), tie("tree")),
      tree: fc.oneof(fc.dictionary(key, tie("entry")), fc.dictionary(key, fc.array(tie("entry")))),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(unpackSection(packSection(value), "x")).toEqual(plain(value));
      }),
      { seed: 5 },
    );
  });

  it.each([
    [{ a: undefined }, TypeError, "state.a: expected plain data or tensors, received undefined"],
    [{ a: { b: NaN } }, RangeError, "state.a.b: expected a finite number, received NaN"],
    [{ a: [1, () => 1] }, TypeError, "state.a[1]: expected plain data or tensors, received a function"],
    [
      { a: Float32Array.of(1) },
      TypeError,
      "state.a: expected plain data or tensors, received Float32Array of length 1",
    ],
    [
      { a: [{ data: Float32Array.of(1), shape: [1] }] },
      TypeError,
      "state.a[0]: expected plain data, received a tensor in an array",
    ],
    [
      { "a.b": { c: { data: Float32Array.of(1), shape: [1] } } },
      RangeError,
      'state["a.b"].c: expected only keys without dots before a tensor, received "a.b"',
    ],
  ])("no other: %j", (value, kind, message) => {
    expect(() => packSection(value)).toThrow(kind);
    expect(() => packSection(value)).toThrow(message);
  });

  it.each([
    [
      "optimizer.moments.nowhere.w",
      `bytes.tensors["optimizer.moments.nowhere.w"]: expected a place for it in the optimizer state, received none`,
    ],
    [
      "optimizer.kind",
      `bytes.tensors["optimizer.kind"]: expected a place for it in the optimizer state, received none`,
    ],
    [
      "optimizer.kind.length",
      `bytes.tensors["optimizer.kind.length"]: expected a place for it in the optimizer state, received none`,
    ],
    [
      "optimizer.__proto__.x",
      `bytes.tensors["optimizer.__proto__.x"]: expected a place for it in the optimizer state, received none`,
    ],
    [
      "optimizer.products.0",
      `bytes.tensors["optimizer.products.0"]: expected a place for it in the optimizer state, received none`,
    ],
  ])("refuses a tensor in the wrong place: %s", (name, message) => {
    const data = Float32Array.of(1);
    const broken = edited(file(), (tensors) => void tensors.set(name, { data, shape: [1] }));
    const { optimizer: section } = decodeModel(broken);
    expect(() => unpackSection(section!, "optimizer")).toThrow(
      expect.objectContaining({ name: "RangeError", message }),
    );
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it.each([
    [undefined, "bytes.optimizer: expected JSON, received nothing"],
    ["{", `bytes.optimizer: expected JSON, received "{"`],
    ["7", "bytes.optimizer: expected an object, received 7"],
  ])("refuses the state %s", (text, message) => {
    const broken = edited(file(), (_, metadata) => {
      if (text === undefined) metadata.delete("bptt.optimizer.state");
      else metadata.set("bptt.optimizer.state", text);
    });
    const { optimizer: section } = decodeModel(broken);
    expect(() => unpackSection(section!, "optimizer")).toThrow(
      expect.objectContaining({ name: "RangeError", message }),
    );
  });
});

/** Replaces null prototypes, which JSON does not preserve. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
}
