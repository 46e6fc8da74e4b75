/**
 * Tests layouts of older Keras versions and of subclassed models
 * (test/golden/keras-layouts/make_keras_layouts.py).
 */
import { readFileSync } from "node:fs";
import { fromKerasFile } from "bptt/convert";
import { describe, expect, it, test } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";

const read = (name: string) => readFileSync(inProject("test", "golden", "keras-layouts", name));

describe("a GRU without reset_after in its settings", () => {
  test.each([
    ["old_gru_bias.h5", false],
    ["old_gru_two_rows.h5", true],
    ["old_gru_without_bias.h5", false],
    ["old_gru_without_bias_or_version.h5", false],
    ["new_gru_without_bias.h5", true],
  ])("%s: %s", (name, resetAfter) => {
    const { config, parameters } = fromKerasFile(read(name));
    expect(config).toEqual({
      cell: "gru",
      inputSize: 2,
      hiddenSize: 3,
      layers: 1,
      bidirectional: false,
      resetAfter,
    });
    expect("b_hn_l0" in parameters).toBe(resetAfter);
  });

  it("weights alone follow the file's version, and what the options say goes before it", () => {
    const options = { cell: "gru", useBias: false } as const;
    const resetAfterOf = (given: object) =>
      fromKerasFile(read("old_gru_weights.h5"), { ...options, ...given }).config.resetAfter;
    expect(resetAfterOf({})).toBe(false);
    expect(resetAfterOf({ resetAfter: undefined })).toBe(false);
    expect(resetAfterOf({ resetAfter: true })).toBe(true);
  });
});

describe("arrays that belong to no layer are named, not dropped", () => {
  test.each([
    [
      "subclassed.weights.h5",
      '"gru/cell/vars/0", "gru/cell/vars/1", "gru/cell/vars/2", "head/vars/0", "head/vars/1"',
    ],
    ["subclassed_in_part.weights.h5", '"projection/vars/0"'],
  ])("%s", (name, found) => {
    expect(() => fromKerasFile(read(name), { cell: "gru" })).toThrow(
      expect.objectContaining({
        name: "RangeError",
        message: `file: expected only arrays of layers, as layers/…, received also ${found}; for a subclassed model, pass the arrays of model.get_weights() to fromKeras`,
      }),
    );
  });

  it("two cells in one layer", () => {
    expect(() => fromKerasFile(read("two_cells.weights.h5"), { cell: "gru" })).toThrow(
      /^file\["\/layers\/rnn\/cell\/cells\/gru_cell_1\/vars\/0"\]: expected one kernel in a layer, received two$/,
    );
  });
});

it("reads names that are divided among attributes", () => {
  const { config } = fromKerasFile(read("split_names.h5"), { cell: "tanh" });
  expect(config).toEqual({
    cell: "tanh",
    inputSize: 2,
    hiddenSize: 3,
    outputSize: 2,
    layers: 1,
    bidirectional: false,
  });
});
