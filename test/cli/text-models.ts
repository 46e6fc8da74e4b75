/** Small text models of each kind, as files and as objects. */

import { CharRnn } from "bptt";

const text = "so much depends upon a red wheel barrow\n".repeat(8);
const names = ["anna", "hanna", "susanna", "johanna", "otto", "zoë"];

/** Returns a model that was trained on one long text. */
export async function ofText(): Promise<CharRnn> {
  const model = new CharRnn({ text, hiddenSize: 16, seed: 1 });
  await model.fit(text, { steps: 60, sequenceLength: 20, learningRate: 0.02 });
  return model;
}

/** Returns a model that was trained on a list, with dropout; unknown characters are read as "?". */
export async function ofNames(): Promise<CharRnn> {
  const network = { cell: "lstm", hiddenSize: 8, layers: 2, dropout: 0.25, seed: 3 } as const;
  const model = new CharRnn({ text: names, unknown: "?", ...network });
  await model.fit(names, { steps: 60, learningRate: 0.02 });
  return model;
}

/** Returns an untrained model of words. */
export function ofWords(): CharRnn {
  return new CharRnn({ text, tokens: "words", cell: "tanh", hiddenSize: 5, seed: 2 });
}

/** Returns the file of an interrupted run. */
export async function cutShort(): Promise<Uint8Array> {
  const model = new CharRnn({ text, hiddenSize: 8, seed: 1 });
  const run = model.fit(text, {
    steps: 50,
    validationFraction: 0.2,
    every: 1,
    onProgress: ({ step }) => void (step === 4 && run.stop()),
  });
  await run;
  return model.save({ optimizer: true });
}

export { names, text };
