/** Tests TensorFlow.js models in both directions, against its answers (test/golden/convert/make_tfjs.ts). */
import {
  fromTensorFlowJs,
  toTensorFlowJs,
  type NetworkDescription,
  type TensorFlowJsModel,
} from "bptt/convert";
import { describe, expect, it, test } from "vitest";
import golden from "../golden/convert/tfjs_models.json";
import { expectClose } from "../support/compare.js";
import { fromBase64, toBase64 } from "../support/files.js";
import type { GoldenArray } from "../support/golden.js";
import { forward } from "./forward.js";
import { CONFIGS, nameOf, randomNetwork } from "./networks.js";

interface Saved {
  readonly weightData: string;
  readonly inputs: GoldenArray;
  readonly outputs: GoldenArray;
}

// TensorFlow.js computes in float32, and rounds its sums otherwise; states are below 1, logits and relu's states a few units.
const CLOSE = { absolute: 2e-6, relative: 2e-6 };

function expectAnswer(network: NetworkDescription, { inputs, outputs }: Saved): void {
  const [B, T] = inputs.shape as [number, number];
  const data = Array.from(inputs.data, Math.fround);
  const { logits } = forward(network, {
    B,
    T,
    ...(inputs.shape.length === 2 ? { ids: data } : { features: data }),
  });
  expectClose("logits", logits, outputs.data, CLOSE);
}

describe("models that TensorFlow.js saved", () => {
  const models = Object.entries(golden.models as unknown as Record<string, Saved & TensorFlowJsModel>);

  test.each(models)("%s", (_, saved) => {
    const { modelTopology, weightSpecs = [] } = saved;
    const bytes = fromBase64(saved.weightData);
    const network = fromTensorFlowJs({ modelTopology, weightSpecs, weightData: bytes.buffer });
    expectAnswer(network, saved);

    // as model.json with two weight files, of which the second begins in the middle of a float
    const weightsManifest = [{ paths: ["a", "b"], weights: weightSpecs }];
    const parts = [bytes.subarray(0, 13), bytes.subarray(13)];
    expect(
      fromTensorFlowJs({ modelTopology, weightsManifest, weightData: parts } as TensorFlowJsModel),
    ).toEqual(network);
    // as Python's converter writes the topology
    const wrapped = { model_config: modelTopology, keras_version: "2.15.0", backend: "tensorflow" };
    expect(fromTensorFlowJs({ modelTopology: wrapped, weightSpecs, weightData: bytes })).toEqual(network);
  });

  it("its default gates are refused by name, written down or not", () => {
    const { modelTopology, weightSpecs } = golden.defaults;
    const load = (topology: unknown) =>
      fromTensorFlowJs({
        modelTopology: topology,
        weightSpecs,
        weightData: fromBase64(golden.defaults.weightData),
      });
    const message =
      /layers\[0\]\.config\.recurrent_activation: expected "sigmoid" in LSTM "lstm_LSTM\d", received "hard_sigmoid"$/;
    expect(() => load(modelTopology)).toThrow(message);
    expect(() =>
      load(JSON.parse(JSON.stringify(modelTopology).replace('"recurrent_activation":"hard_sigmoid",', ""))),
    ).toThrow(message);
    expect(() =>
      load(JSON.parse(JSON.stringify(modelTopology).replace('"hard_sigmoid"', '"sigmoid"'))),
    ).not.toThrow();
  });
});

describe("models that TensorFlow.js has loaded and run", () => {
  type Exported = Record<string, Saved & { json: object }>;
  const exported = golden.exported as unknown as Exported;
  const rows = CONFIGS.filter(({ cell, resetAfter }) => cell !== "gru" || resetAfter === false).flatMap(
    (config) =>
      (["ids", "features"] as const).map((form) => [`${nameOf(config)}, ${form}`, config, form] as const),
  );

  it("are these", () => expect(Object.keys(exported)).toEqual(rows.map(([name]) => name)));

  test.each(rows)("%s", (name, config, form) => {
    const network = randomNetwork(config);
    const { weightData, ...json } = toTensorFlowJs(network, { inputs: form });
    const seen = exported[name]!;
    expect(json).toEqual(seen.json);
    expect(toBase64(new Uint8Array(weightData))).toBe(seen.weightData);
    expectAnswer(network, seen);
    expect(fromTensorFlowJs({ ...json, weightData })).toEqual(network);
  });

  it("what it has no form for is refused", () => {
    const network = randomNetwork({ cell: "gru", inputSize: 2, hiddenSize: 3 });
    expect(() => toTensorFlowJs(network)).toThrow(
      expect.objectContaining({
        name: "RangeError",
        message:
          "network: expected a gru with resetAfter false, received resetAfter true; TensorFlow.js has no GRU with reset_after",
      }),
    );
  });
});
