/** A model.json of TensorFlow.js with its weights: u32 length of the JSON, the JSON, the weights. */

import { parseJson } from "../../../ts/base/json.js";
import { fromTensorFlowJs } from "../../../ts/convert/tensorflowjs.js";
import type { TensorFlowJsModel } from "../../../ts/convert/tensorflowjs-weights.js";
import golden from "../../golden/convert/tfjs_models.json" with { type: "json" };
import { fromBase64 } from "../../support/files.js";
import { below, type Format } from "../format.js";
import { mutateBytes, write } from "../mutate/bytes.js";
import { mutateJson } from "../mutate/json.js";

function joined(text: string, weights: Uint8Array): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(text);
  const file = new Uint8Array(4 + json.length + weights.length);
  write(file, 0, json.length, 4);
  file.set(json, 4);
  file.set(weights, 4 + json.length);
  return file;
}

function split(file: Uint8Array): { text: string; weights: Uint8Array } {
  const length = new DataView(file.buffer, file.byteOffset).getUint32(0, true);
  return {
    text: new TextDecoder().decode(file.subarray(4, 4 + length)),
    weights: file.subarray(4 + length),
  };
}

const models = Object.values(
  golden.models as unknown as Record<string, TensorFlowJsModel & { weightData: string }>,
);

export const tensorFlowJs: Format = {
  name: "tfjs",
  seeds: models.map(({ modelTopology, weightSpecs, weightData }) =>
    joined(JSON.stringify({ modelTopology, weightSpecs }), fromBase64(weightData)),
  ),
  mutate: (file, random) => {
    const { text, weights } = split(file);
    return below(random, 10) === 0
      ? joined(text, mutateBytes(weights, random))
      : joined(mutateJson(text, random), weights);
  },
  read: (file) => {
    const { text, weights } = split(file);
    return fromTensorFlowJs({ ...(parseJson(text, "model.json") as object), weightData: weights });
  },
};
