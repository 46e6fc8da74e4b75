/** Tests the default length of a run: ten epochs, or more for at least 1000 steps. */

import { CharRnn, type TextFitOptions } from "bptt";
import { describe, expect, it } from "vitest";

const TEXT = "so much depends upon a red wheel barrow glazed with rain water ".repeat(4); // 252 characters
const LIST = Array.from({ length: 40 }, (_, i) => TEXT.slice(i, i + 5 + (i % 7)));

async function stepsOf(text: string | string[], options: TextFitOptions = {}): Promise<number> {
  const model = new CharRnn({ text, cell: "tanh", hiddenSize: 2 });
  const { steps, stopped } = await model.fit(text, options);
  expect(stopped).toBe("finished");
  model.free();
  return steps;
}

describe("the length of a run", () => {
  it("a short text: whole epochs until they come to 1000 steps", async () => {
    // 251 inputs in 3 streams of 84, two windows each: 500 epochs
    expect(await stepsOf(TEXT)).toBe(1000);
    // one stream, three windows of 84: 334 epochs
    expect(await stepsOf(TEXT, { batchSize: 1, sequenceLength: 100 })).toBe(1002);
  });

  it("a longer one: ten epochs", async () => {
    expect(await stepsOf(TEXT, { batchSize: 1, sequenceLength: 2 })).toBe(10 * 126);
  });

  it("a list", async () => {
    expect(await stepsOf(LIST)).toBe(1000); // two batches an epoch
    expect(await stepsOf(LIST, { batchSize: 1, sequenceLength: 3 })).toBeGreaterThan(10 * 40);
  });

  it("what is given is obeyed", async () => {
    expect(await stepsOf(TEXT, { epochs: 3 })).toBe(6);
    expect(await stepsOf(TEXT, { epochs: 10 })).toBe(20);
    expect(await stepsOf(TEXT, { steps: 7 })).toBe(7);
  });

  it("is the same after a resume", async () => {
    const model = new CharRnn({ text: TEXT, cell: "tanh", hiddenSize: 2 });
    const fractions: number[] = [];
    const run = model.fit(TEXT, {
      onProgress({ step, fraction }) {
        fractions.push(fraction);
        if (step === 250) run.stop();
      },
    });
    await run;
    expect(fractions.at(-1)).toBeCloseTo(0.25, 12);
    const again = CharRnn.load(model.save({ optimizer: true }));
    const { steps } = await again.resume(TEXT);
    expect(steps).toBe(1000);
    model.free();
    again.free();
  });
});
