/**
 * Compares files that Keras 3 and tf_keras wrote (test/golden/convert/make_keras.py) with the answers of
 * their models.
 */
import { readFileSync } from "node:fs";
import { fromKerasFile, toKeras, type FromKerasOptions, type NetworkDescription } from "bptt/convert";
import { describe, expect, it, test } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";
import { expectClose } from "../support/compare.js";
import type { GoldenArray } from "../support/golden.js";
import { integers, seeded } from "../support/random.js";
import { forward } from "./forward.js";

interface Golden {
  readonly files: readonly string[];
  readonly softmax: boolean;
  readonly inputs: GoldenArray;
  readonly outputs: GoldenArray;
  readonly get_weights: readonly GoldenArray[];
}
const folder = (name: string) => inProject("test", "golden", "convert", name);
const golden = (name: string) => JSON.parse(readFileSync(folder(name), "utf8")) as Record<string, Golden>;
const CASES = Object.entries({ ...golden("keras_files.json"), ...golden("tf_keras_files.json") });
const FILES = CASES.flatMap(([name, one]) => one.files.map((file) => ({ file, name, one })));
const OPTIONS: Record<string, FromKerasOptions> = {
  "bidirectional_gru.weights.h5": { cell: "gru", layers: 2, bidirectional: true },
  "relu_without_bias.weights.h5": { cell: "relu", layers: 2, useBias: false },
  "legacy_gru.weights.h5": { cell: "gru", bidirectional: true },
};

function answer(network: NetworkDescription, { inputs, softmax }: Golden): number[] {
  const [B, T] = inputs.shape as [number, number];
  const data = Array.from(inputs.data, Math.fround);
  const { logits } = forward(network, {
    B,
    T,
    ...(inputs.shape.length === 2 ? { ids: data } : { features: data }),
  });
  if (!softmax) return logits;
  const V = network.config.outputSize!;
  return logits.map((x, k) => {
    const row = logits.slice(k - (k % V), k - (k % V) + V);
    return Math.exp(x) / row.reduce((sum, y) => sum + Math.exp(y), 0);
  });
}

describe("the network in a file answers as the model did", () => {
  test.each(FILES)("$file", ({ file, one }) => {
    const network = fromKerasFile(readFileSync(folder(file)), OPTIONS[file]);
    // Keras computes in float32: 2e-6 as for states elsewhere (test/support/tolerance.ts), logits of a few units
    expectClose(file, answer(network, one), one.outputs.data, { absolute: 2e-6, relative: 2e-6 });
  });

  it("covers all that is there", () => {
    expect(FILES.map(({ file }) => file)).toHaveLength(13);
  });

  it("an ArrayBuffer will do, at any offset of a larger buffer too", () => {
    const bytes = readFileSync(folder("legacy_gru.keras"));
    const exact = new Uint8Array(bytes).buffer;
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(fromKerasFile(exact)).toEqual(fromKerasFile(shifted.subarray(3)));
  });
});

it("toKeras gives the weights of the model again where nothing was folded", () => {
  const { get_weights } = CASES.find(([name]) => name === "legacy_gru")![1];
  const weights = toKeras(fromKerasFile(readFileSync(folder("legacy_gru.keras"))));
  expect(weights).toEqual(get_weights.map(({ shape, data }) => ({ shape, data: Float32Array.from(data) })));
});

describe("wrong files", () => {
  const keras = readFileSync(folder("bidirectional_gru.keras"));
  const h5 = readFileSync(folder("bidirectional_gru.h5"));
  const alone = readFileSync(folder("bidirectional_gru.weights.h5"));

  it("say what is wrong", () => {
    expect(() => fromKerasFile("model.keras" as never)).toThrow(
      expect.objectContaining({
        name: "TypeError",
        message:
          'bytes: expected the bytes of a file (a Uint8Array or an ArrayBuffer), received "model.keras"',
      }),
    );
    expect(() => fromKerasFile(new Uint8Array(0))).toThrow(
      /^file: expected an HDF5 file or a .keras archive/,
    );
    expect(() => fromKerasFile(Uint8Array.of(1, 2, 3, 4))).toThrow(
      "file: expected an HDF5 file or a .keras archive, received neither",
    );
    expect(() => fromKerasFile(keras.subarray(0, 30000))).toThrow(
      "file: expected the end of a zip archive, received none in 30000 bytes",
    );
    expect(() => fromKerasFile(h5.subarray(0, 100))).toThrow(/^file: expected \d+ bytes .*, received /);
    expect(() => fromKerasFile(alone)).toThrow(
      "options: expected options with the cell, since the file contains only weights, received undefined",
    );
    expect(() => fromKerasFile(alone, { cell: "gru", bidirectional: true })).toThrow(
      /^file: expected 6 arrays/,
    );
    expect(() => fromKerasFile(alone, { cell: "lstm", layers: 2, bidirectional: true })).toThrow(
      expect.objectContaining({
        path: ["file", "/layers/bidirectional/forward_layer/cell/vars/0"],
        expected: "shape (4, 12) (inputs, 4·U)",
        received: "(4, 9)",
      }),
    );
    expect(() => fromKerasFile(keras, { cell: "gru" })).toThrow(
      "options: expected no options, since the file contains a whole model, received an object",
    );
  });

  // A damaged file is refused, or its numbers have changed. There is no other kind of error, and reading
  // ends.
  it.each([
    ["archive", keras, undefined],
    ["model", h5, undefined],
    ["weights", alone, OPTIONS["bidirectional_gru.weights.h5"]],
  ] as const)("damaged in a few bytes: %s", (_, bytes, options) => {
    const random = seeded(5);
    let refused = 0;
    for (let round = 0; round < 150; round++) {
      const damaged = new Uint8Array(bytes);
      for (const place of integers(random, 1 + Math.floor(random() * 6), damaged.length)) {
        damaged[place] = random() < 0.5 ? 255 : Math.floor(random() * 256);
      }
      try {
        fromKerasFile(damaged, options);
      } catch (error) {
        refused++;
        if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
        expect((error as Error).message).toMatch(/^[\w."[\]/ ]+.*: /);
      }
    }
    expect(refused).toBeGreaterThan(20);
  });
});
