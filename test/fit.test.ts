/** `fit` over a real network: it trains as the loop that it replaces, to the bit, and ends as it says. */

import { Adam, BpttError, fit, Rnn, type Batch, type Report } from "bptt";
import { describe, expect, it } from "vitest";
import { bits } from "./support/twins.js";

const SIZES = { cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 3, seed: 7 } as const;

/** Five batches of (2, 3), each another. */
export const BATCHES: Batch[] = Array.from({ length: 5 }, (_, n) => ({
  inputs: [0, 1].map((b) => [0, 1, 2].map((t) => (n * 3 + b * 5 + t * t) % 4)),
  targets: [0, 1].map((b) => [0, 1, 2].map((t) => (n + b * 2 + t) % 3)),
}));

function bitsOf(rnn: Rnn): Record<string, number[]> {
  return Object.fromEntries(Object.entries(rnn.parameters).map(([name, { data }]) => [name, bits(data)]));
}

describe("the same bits as a loop over trainStep", () => {
  it("epochs, with the default optimizer and clipping", async () => {
    const rnn = new Rnn(SIZES);
    const result = await fit(rnn, BATCHES, { epochs: 3 });
    const twin = new Rnn(SIZES);
    const adam = new Adam({ learningRate: 2e-3, epsilonMode: "torch" });
    let loss = NaN;
    for (let epoch = 0; epoch < 3; epoch++)
      for (const batch of BATCHES) ({ loss } = twin.trainStep(batch, adam, { clipNorm: 1 }));
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
    expect(result).toMatchObject({ steps: 15, epochs: 3, keptStep: 15, stopped: "finished", loss });
    expect(result.validationLoss).toBeUndefined();
  });
});
void ({} as BpttError | Report);
