/** Tests that `bptt inspect` shows the content of a file. */

import { CharRnn, Rnn, Sgd } from "bptt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Folder } from "./run-cli.js";
import { cutShort, ofNames } from "./text-models.js";

const folder = new Folder();
let names: CharRnn;

beforeAll(async () => {
  names = await ofNames();
  folder.write("names.safetensors", names.save());
  folder.write("cut.safetensors", await cutShort());
});
afterAll(() => folder.remove());

function output(...args: string[]): string {
  const { code, stdout, stderr } = folder.bptt(["inspect", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}
const facts = (...args: string[]) => JSON.parse(output(...args, "--json")) as Record<string, unknown>;

describe("as JSON", () => {
  it("a text model", () => {
    const { parameters, inputSize } = names.rnn;
    expect(facts("names.safetensors")).toEqual({
      file: "names.safetensors",
      format: "bptt",
      bytes: names.save().length,
      cell: "lstm",
      resetAfter: null,
      inputSize,
      hiddenSize: 8,
      outputSize: inputSize,
      layers: 2,
      bidirectional: false,
      dropout: 0.25,
      parameters: Object.values(parameters).reduce((sum, { data }) => sum + data.length, 0),
      shapes: Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, shape])),
      vocabulary: { tokens: names.vocabulary.tokens, unknown: "?" },
      text: { kind: "list", tokens: "characters", end: "<end>" },
      series: null,
      trained: names.lastRun,
      run: null,
      optimizer: null,
    });
  });

  it("how it was trained", async () => {
    const text = ["anna", "otto", "hanna"];
    const model = new CharRnn({ text, hiddenSize: 4 });
    await model.fit(text, { epochs: 2, learningRate: 0.01 });
    folder.write("trained.safetensors", model.save());
    expect(facts("trained.safetensors")).toMatchObject({ trained: model.lastRun, run: null });
    expect(output("trained.safetensors")).toMatch(
      /\ntrained {5}2 steps, 2 epochs, loss \d\.\d{3}, batches of 32×64, adam at 0\.01, clip 1, seed 0\n$/,
    );
    await model.fit(text, { steps: 40, validationFraction: 0.4, patience: 0, clipNorm: false });
    folder.write("trained.safetensors", model.save());
    expect(output("trained.safetensors")).toMatch(
      /validation \d\.\d{3} at step \d+, batches of 32×64, adam, no clipping, 0\.4 for validation, seed 0\n$/,
    );
  });

  it("a run that was cut short", () => {
    const { run, optimizer } = facts("cut.safetensors") as {
      run: { settings: object; state: { step: number; validation: object } };
      optimizer: unknown;
    };
    expect(run.settings).toEqual({ epochs: null, steps: 50, batchSize: 32, sequenceLength: 64, validationFraction: 0.2 }); // prettier-ignore
    expect(run.state.step).toBe(4);
    expect(optimizer).toEqual({ kind: "adam", steps: 4, learningRate: 0.002 });
  });

  it("a network with its optimizer", () => {
    const rnn = new Rnn({ cell: "gru", resetAfter: false, inputSize: 3, hiddenSize: 4, bidirectional: true });
    const sgd = new Sgd({ learningRate: 0.5 });
    rnn.trainStep({ inputs: [[0, 1]], targets: [[1, 2]] }, sgd);
    folder.write("rnn.safetensors", rnn.save({ optimizer: sgd }));
    expect(facts("rnn.safetensors")).toMatchObject({
      format: "bptt",
      resetAfter: false,
      bidirectional: true,
      outputSize: null,
      vocabulary: null,
      text: null,
      run: null,
      optimizer: { kind: "sgd", steps: 1, learningRate: 0.5 },
    });
  });
});

describe("for people", () => {
  it("a text model", () => {
    expect(output("names.safetensors")).toMatch(
      new RegExp(
        [
          "^file        names\\.safetensors, [\\d.]+ kB",
          "format      bptt, a text model",
          "network     lstm, 2 layers of 8, 12 in, 12 out, dropout 0\\.25",
          "parameters  1 \\d+",
          "( {12}\\w+ +[\\d×]+\\n)+vocabulary  12 tokens: .*<end>; others are read as \\?",
          "text        texts that begin and end at <end>, by characters",
          "trained     60 steps, 59 epochs, loss 1\\.095, batches of 32×64, adam at 0\\.02, clip 1, seed 3\n$",
        ].join("\n"),
      ),
    );
  });

  it("a run that was cut short", () => {
    expect(output("cut.safetensors")).toMatch(
      /training {4}interrupted at step 4 of 50, epoch \d+, loss \d\.\d{3}, validation \d\.\d{3}, batches of 32×64, adam; bptt train --resume continues it\n$/,
    );
  });
});
