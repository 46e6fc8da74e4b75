// Writes tfjs_models.json: models that TensorFlow.js saved, and models of this library that it loaded, with
// their outputs. Run it in the project's root, after the benchmark's peers were installed (npm run bench --
// --quick):
//
//     npx tsx test/golden/convert/make_tfjs.ts
//
// Last run with @tensorflow/tfjs 4.22.0, its cpu backend, Node 20.20.2.

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { toTensorFlowJs } from "../../../ts/convert.js";
import { CONFIGS, nameOf, randomNetwork } from "../../convert/networks.js";
import { toBase64 } from "../../support/files.js";
import { integers, seeded, uniform } from "../../support/random.js";

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- its types belong to the benchmark's packages
const tf: any = createRequire(new URL("../../../bench/package.json", import.meta.url))("@tensorflow/tfjs");
const random = seeded(11);
const flat = (shape: number[], data: ArrayLike<number>) => ({
  shape,
  data: Array.from(data, (x) => Number(x.toPrecision(9))),
});

/* eslint-disable @typescript-eslint/no-explicit-any */
async function saved(model: any, inputs: any): Promise<object> {
  model.setWeights(
    model.getWeights().map((w: any) => tf.tensor(Float32Array.from(uniform(random, w.size, 0.7)), w.shape)),
  );
  let artifacts: any;
  const info = { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
  await model.save(tf.io.withSaveHandler((given: any) => Promise.resolve(((artifacts = given), info))));
  const { modelTopology, weightSpecs, weightData } = artifacts;
  const outputs = model.predict(inputs);
  return {
    modelTopology,
    weightSpecs,
    weightData: toBase64(new Uint8Array(weightData)),
    inputs: flat(inputs.shape, inputs.dataSync()),
    outputs: flat(outputs.shape, outputs.dataSync()),
  };
}

const features = tf.tensor(Float32Array.from(uniform(random, 2 * 5 * 4)), [2, 5, 4]);
const ids = tf.tensor(Float32Array.from(integers(random, 2 * 5, 6)), [2, 5]);
const whole = { returnSequences: true, recurrentActivation: "sigmoid" };
const L = tf.layers;

const lstm = tf.sequential({
  layers: [
    L.bidirectional({ layer: L.lstm({ units: 3, ...whole }), mergeMode: "concat", inputShape: [null, 4] }),
    L.bidirectional({ layer: L.lstm({ units: 3, ...whole }), mergeMode: "concat" }),
    L.dense({ units: 5 }),
  ],
});
const given = tf.input({ shape: [null] });
const gru = L.gru({ units: 3, ...whole }).apply(L.embedding({ inputDim: 6, outputDim: 4 }).apply(given));
const relu = tf.sequential({
  layers: [
    L.simpleRNN({
      units: 3,
      activation: "relu",
      useBias: false,
      returnSequences: true,
      inputShape: [null, 4],
    }),
    L.dropout({ rate: 0.5 }),
    L.simpleRNN({ units: 3, activation: "relu", useBias: false, returnSequences: true }),
  ],
});
const models = {
  "Sequential, two Bidirectional LSTM layers, Dense": await saved(lstm, features),
  "functional, Embedding, GRU, TimeDistributed Dense": await saved(
    tf.model({ inputs: given, outputs: L.timeDistributed({ layer: L.dense({ units: 2 }) }).apply(gru) }),
    ids,
  ),
  "Sequential, two SimpleRNN layers of relu without bias": await saved(relu, features),
};
const defaults = await saved(
  tf.sequential({ layers: [L.lstm({ units: 2, returnSequences: true, inputShape: [null, 4] })] }),
  features,
);

const exported: Record<string, object> = {};
for (const config of CONFIGS.filter(({ cell, resetAfter }) => cell !== "gru" || resetAfter === false)) {
  for (const form of ["ids", "features"] as const) {
    const artifacts = toTensorFlowJs(randomNetwork(config), { inputs: form });
    const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    const inputs =
      form === "features" ? features : tf.tensor(Float32Array.from(integers(random, 10, 4)), [2, 5]);
    const outputs = model.predict(inputs);
    const { weightData, ...json } = artifacts;
    exported[`${nameOf(config)}, ${form}`] = {
      json,
      weightData: toBase64(new Uint8Array(weightData)),
      inputs: flat(inputs.shape, inputs.dataSync()),
      outputs: flat(outputs.shape, outputs.dataSync()),
    };
  }
}
const content = {
  library: `@tensorflow/tfjs ${tf.version.tfjs}, ${tf.getBackend()} backend`,
  models,
  defaults,
  exported,
};
writeFileSync(new URL("tfjs_models.json", import.meta.url), `${JSON.stringify(content)}\n`);
