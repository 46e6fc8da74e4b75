/**
 * Safetensors: the header alone, networks of PyTorch and of this library, and text models with a vocabulary,
 * an optimizer and an unfinished run. These are loaded, evaluated, resumed for a step and saved again.
 */

import { CharRnn, type TextFitOptions } from "../../../ts/index.js";
import { readFloats } from "../../../ts/file/dtype.js";
import { decodeModel, encodeModel } from "../../../ts/file/model-file.js";
import { parseSafetensors } from "../../../ts/file/safetensors.js";
import golden from "../../golden/safetensors.json" with { type: "json" };
import torch from "../../golden/torch_files.json" with { type: "json" };
import { COURSES } from "../../support/courses.js";
import { fromBase64 } from "../../support/files.js";
import { CONFIGS, randomParameters } from "../../support/models.js";
import { pick, type Format } from "../format.js";
import { mutateSafetensors } from "../mutate/safetensors.js";
import { checkTyped } from "../outcome.js";

const own = [0, 9, 13, 30].map((k) =>
  encodeModel({ config: CONFIGS[k]!, parameters: randomParameters(CONFIGS[k]!, k) }),
);
const theirs = torch.cases.map(({ base64 }) => fromBase64(base64));

export const safetensors: Format = {
  name: "safetensors",
  seeds: [...golden.good.map(({ base64 }) => fromBase64(base64)), ...own],
  mutate: mutateSafetensors,
  read: (file) => {
    const { tensors } = parseSafetensors(file);
    for (const [name, tensor] of tensors) {
      if (!/^(C64|F4|F6_|F8_)/.test(tensor.dtype)) readFloats(tensor, name);
    }
  },
};

export const stateDicts: Format = {
  name: "networks",
  seeds: [...own, ...theirs],
  mutate: mutateSafetensors,
  read: (file, random) => {
    const options = [
      {},
      { cell: "tanh" },
      { prefix: "" },
      { prefix: "rnn" },
      { head: "fc" },
      { prefix: "a", cell: "lstm" },
    ] as const;
    let refused: unknown;
    for (const given of [pick(random, options), { cell: "tanh" } as const]) {
      try {
        return decodeModel(file, given);
      } catch (error) {
        refused = error;
        if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
      }
    }
    throw refused;
  },
};

/** Returns text models at the start, in the middle and at the end of their runs. */
async function textModels(): Promise<{ bytes: Uint8Array<ArrayBuffer>; text: string | string[] }[]> {
  const models: { bytes: Uint8Array<ArrayBuffer>; text: string | string[] }[] = [];
  for (const { text, model: options, options: fit } of Object.values(COURSES)) {
    const model = new CharRnn({ text, seed: 5, ...options });
    const taken: Uint8Array<ArrayBuffer>[] = [];
    const onProgress: TextFitOptions["onProgress"] = () => void taken.push(model.save({ optimizer: true }));
    await model.fit(text, { ...fit, onProgress });
    for (const bytes of [taken[Math.floor(taken.length / 2)], model.save()]) {
      if (bytes !== undefined) models.push({ bytes, text });
    }
    model.free();
  }
  return models;
}

const texts = await textModels();

export const textModel: Format = {
  name: "text models",
  seeds: texts.map(({ bytes }) => bytes),
  mutate: mutateSafetensors,
  read: (file) => CharRnn.load(file),
  use: async (result) => {
    using model = result as CharRnn;
    for (const text of new Set(texts.map(({ text }) => text))) {
      try {
        model.evaluate(text);
        if (!model.resumable) continue;
        const run = model.resume(text, { onProgress: () => run.stop() });
        await run;
      } catch (error) {
        checkTyped(error);
      }
    }
    model.save({ optimizer: true });
  },
};
