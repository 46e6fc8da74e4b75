/**
 * Tests the warnings of a run: targets that are far from the outputs, and a learning rate that is too high.
 */

import { CharRnn, fit, Rnn, Sgd, type RegressionBatch, type RunWarning } from "bptt";
import { describe, expect, it } from "vitest";
import { startWorker } from "../support/worker.js";

const newRnn = (cell: "tanh" | "relu" | "gru" | "lstm" = "tanh") =>
  new Rnn({ cell, inputSize: 1, hiddenSize: 4, outputSize: 1, seed: 3 });

/** Returns a batch of two rows of three steps with these targets. */
const batchOf = (target: number, more: Partial<RegressionBatch> = {}): RegressionBatch => ({
  inputs: [0, 1].map((b) => [0, 1, 2].map((t) => [(b + t) / 4])),
  targets: [0, 1].map(() => [0, 1, 2].map(() => [target])),
  loss: "meanSquaredError",
  ...more,
});
const codes = (warnings: readonly RunWarning[]) => warnings.map(({ code }) => code);

describe("targets out of scale", () => {
  it.each(["tanh", "relu", "gru", "lstm"] as const)("%s: prices near 1600", async (cell) => {
    const seen: (readonly RunWarning[])[] = [];
    const rnn = newRnn(cell);
    const outputs = rnn.forward(batchOf(0)).logits.data.map(Math.abs);
    const largest = Number(Math.max(...outputs).toPrecision(3));
    const result = await fit(rnn, [batchOf(1600)], {
      steps: 3,
      onProgress: ({ warnings }) => void seen.push(warnings),
    });
    const message = `the targets are of the magnitude 1600, the outputs of the network only reach ${largest}; subtract the mean of the targets and divide them by their standard deviation`;
    const warnings = [{ code: "TARGETS_OUT_OF_SCALE", message, parameter: "targets" }];
    expect(result.stopped).toBe("finished");
    expect(result.warnings).toEqual(warnings);
    expect(seen).toEqual([warnings, warnings, warnings]);
  });

  it("10 times the outputs is the limit", async () => {
    const warningsOf = async (target: number) =>
      codes((await fit(newRnn(), [batchOf(target)], { steps: 1 })).warnings);
    expect(await warningsOf(9.9)).toEqual([]);
    expect(await warningsOf(10.1)).toEqual(["TARGETS_OUT_OF_SCALE"]);
    expect(await warningsOf(-1600)).toEqual(["TARGETS_OUT_OF_SCALE"]);
  });

  it("steps that do not count are not looked at", async () => {
    const rows = [0, 1].map(() => [[0.5], [1600], [1600]]);
    const weights = [0, 1].map(() => [1, 0, 0]);
    for (const more of [{ sequenceLengths: [1, 1] }, { weights }]) {
      const { warnings } = await fit(newRnn(), [batchOf(0, { targets: rows, ...more })], { steps: 2 });
      expect(warnings).toEqual([]);
    }
  });

  it("a run that is resumed compares with the outputs that it starts from", async () => {
    const rnn = newRnn();
    const run = fit(rnn, [batchOf(1600)], { steps: 10 });
    run.stop();
    const checkpoint = await run.checkpoint();
    await run;
    const early = await fit(rnn, [batchOf(1600)], { steps: 2, resumeFrom: checkpoint });
    expect(codes(early.warnings)).toEqual(["TARGETS_OUT_OF_SCALE"]);
    const near = newRnn();
    near.setParameters({ b_o: [1500] });
    expect((await fit(near, [batchOf(1600)], { steps: 2 })).warnings).toEqual([]);
  });

  it("classes have no scale", async () => {
    const rnn = new Rnn({ cell: "tanh", inputSize: 3, hiddenSize: 4, outputSize: 3, seed: 3 });
    const result = await fit(rnn, [{ inputs: [[0, 1, 2]], targets: [[1, 2, 0]] }], { steps: 2 });
    expect(result.warnings).toEqual([]);
  });
});

describe("a learning rate that is too high", () => {
  const text = "the quick brown fox jumps over the lazy dog; ".repeat(8);
  const train = (learningRate: number, more: object = {}) =>
    new CharRnn({ text, hiddenSize: 8, seed: 1 }).fit(text, {
      ...{ steps: 150, batchSize: 4, sequenceLength: 8, learningRate, clipNorm: 0.5, every: 1 },
      ...more,
    });

  it("is found after 100 steps, here and in a worker", async () => {
    const first: number[] = [];
    const onProgress = ({ step, warnings }: { step: number; warnings: readonly RunWarning[] }) => {
      if (warnings.length > 0) first.push(step);
    };
    const here = await train(30, { onProgress });
    expect(codes(here.warnings)).toEqual(["LEARNING_RATE_TOO_HIGH"]);
    expect(here.warnings[0]!.parameter).toBe("learningRate");
    expect(first[0]).toBeGreaterThan(100);
    const there = await train(30, { worker: startWorker });
    expect(there.warnings).toEqual(here.warnings);
  });

  it("is not found where the loss falls, or nothing is clipped", async () => {
    expect((await train(0.01)).warnings).toEqual([]);
    expect((await train(30, { clipNorm: false })).warnings).toEqual([]);
    const rnn = newRnn();
    const plain = await fit(rnn, [batchOf(5)], { steps: 150, optimizer: new Sgd({ learningRate: 1e-4 }) });
    expect(plain.warnings).toEqual([]);
  });
});
