/**
 * Tests `bptt convert --to bptt` with files that PyTorch, Keras, NumPy and TensorFlow.js wrote. The expected
 * result is what the library reads from them.
 */

import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { Rnn, type Cell, type RnnOptions } from "bptt";
import { fromKeras, fromKerasFile, fromTensorFlowJs, type NetworkDescription, type TensorFlowJsModel } from "bptt/convert"; // prettier-ignore
import { afterAll, describe, expect, it, test } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";
import tfjs from "../golden/convert/tfjs_models.json";
import torch from "../golden/torch_files.json";
import { fromBase64 } from "../support/files.js";
import { edited } from "../support/models.js";
import { Folder } from "./run-cli.js";

const folder = new Folder();
afterAll(() => folder.remove());
const golden = (name: string) => readFileSync(inProject("test", "golden", "convert", name));

/** Returns the network that a file is converted to. */
function converted(file: string, ...args: string[]): Record<string, unknown> {
  const { code, stderr } = folder.bptt(["convert", file, "--to", "bptt", "-o", "out.safetensors", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return plain(Rnn.load(folder.read("out.safetensors")));
}

function plain(rnn: Rnn): Record<string, unknown> {
  const { cell, inputSize, hiddenSize, outputSize, layers, bidirectional, parameters } = rnn;
  rnn.free();
  return { cell, inputSize, hiddenSize, outputSize, layers, bidirectional, parameters };
}

function described({ config, parameters }: NetworkDescription): Record<string, unknown> {
  const rnn = new Rnn(config as RnnOptions);
  rnn.setParameters(parameters);
  return plain(rnn);
}

describe("PyTorch", () => {
  const chosen = [
    "tanh",
    "relu, two layers",
    "gru",
    "lstm, both directions",
    "half precision",
    "behind a prefix",
  ];
  const cases = torch.cases.filter(({ name }) => chosen.includes(name));

  test.each(cases.map((one) => [one.name, one] as const))("%s", (_, { base64, cell }) => {
    const bytes = fromBase64(base64);
    folder.write("torch.safetensors", bytes);
    const isRnn = cell === "tanh" || cell === "relu";
    const want = plain(Rnn.load(bytes, isRnn ? { cell: cell as Cell } : {}));
    expect(converted("torch.safetensors", ...(isRnn ? ["--cell", cell] : []))).toEqual(want);
  });

  it("one module of several, whose output layer is called otherwise", () => {
    const file = Buffer.from(new Rnn({ cell: "gru", inputSize: 4, hiddenSize: 3, outputSize: 2 }).save());
    const renamed = file.toString("latin1").replaceAll('"head.', '"last.').replaceAll('"rnn.', '"one.');
    const bytes = Uint8Array.from(
      Buffer.from(
        renamed.replace("bptt.config", "some.config").replace("bptt.version", "some.version"),
        "latin1",
      ),
    );
    folder.write("torch.safetensors", bytes);
    const want = plain(Rnn.load(bytes, { prefix: "one", head: "last" }));
    expect(converted("torch.safetensors", "--prefix", "one", "--head", "last")).toEqual(want);
    expect(want["outputSize"]).toBe(2);
  });

  it("an output layer of another name is proposed as a flag", () => {
    const own = { cell: "gru", inputSize: 4, hiddenSize: 3, outputSize: 2 } as const;
    const bytes = edited(new Rnn(own).save(), (tensors, metadata) => {
      metadata.clear();
      for (const part of ["weight", "bias"]) {
        tensors.set(`fc.${part}`, tensors.get(`head.${part}`)!);
        tensors.delete(`head.${part}`);
      }
    });
    folder.write("torch.safetensors", bytes);
    expect(folder.bptt(["inspect", "torch.safetensors"])).toEqual({
      code: 1,
      stdout: "",
      stderr: `bptt: torch.safetensors: tensors: expected only tensors of the network, received "fc.bias", "fc.weight", of which "fc.weight" is a Linear from 3 to 2; --head "fc" reads it as the output layer\n`,
    });
    expect(folder.bptt(["inspect", "torch.safetensors", "--head", "fc"]).code).toBe(0);
  });

  it("tanh or relu is for the user to say", () => {
    folder.write("torch.safetensors", fromBase64(torch.cases[0]!.base64));
    expect(folder.bptt(["inspect", "torch.safetensors"])).toEqual({
      code: 2,
      stdout: "",
      stderr: `bptt: --cell: expected "tanh" or "relu": the file's shapes cannot tell them apart, received none (torch.safetensors)\n`,
    });
  });
});

describe("Keras", () => {
  test.each(["bidirectional_gru.keras", "functional_lstm.h5", "legacy_gru.keras", "legacy_gru.h5"])(
    "%s",
    (name) => {
      // the content decides the format
      folder.write("model.bin", golden(name));
      expect(converted("model.bin")).toEqual(described(fromKerasFile(golden(name))));
    },
  );

  test.each([
    ["bidirectional_gru.weights.h5", { cell: "gru", layers: 2, bidirectional: true }, ["--layers", "2", "--bidirectional"]], // prettier-ignore
    [
      "relu_without_bias.weights.h5",
      { cell: "relu", layers: 2, useBias: false },
      ["--layers", "2", "--no-bias"],
    ],
  ] as const)("%s", (name, options, args) => {
    folder.write("weights", golden(name));
    const want = described(fromKerasFile(golden(name), options));
    expect(converted("weights", "--cell", options.cell, ...args)).toEqual(want);
    expect(folder.bptt(["inspect", "weights"])).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "bptt: weights: it contains only weights; expected --cell, and --layers and --bidirectional if they are not 1 and no\n",
    });
  });
});

describe("NumPy", () => {
  const shapes = [[2, 3], [3, 3], [3], [3, 2], [2]]; // prettier-ignore
  let count = 0;
  const arrays = shapes.map((shape) => {
    const length = shape.reduce((product, n) => product * n, 1);
    return { shape, data: Float32Array.from({ length }, () => count++ / 16 - 0.75) };
  });

  test.each(["numpy_weights.npz", "numpy_compressed.npz"])("%s", (name) => {
    folder.write("weights.npz", golden(name));
    expect(converted("weights.npz", "--cell", "tanh")).toEqual(
      described(fromKeras(arrays, { cell: "tanh" })),
    );
  });
});

describe("TensorFlow.js", () => {
  const models = Object.entries(
    tfjs.models as unknown as Record<string, TensorFlowJsModel & { weightData: string }>,
  );

  test.each(models)("%s", (_, { modelTopology, weightSpecs = [], weightData }) => {
    const bytes = fromBase64(weightData);
    const weightsManifest = [{ paths: ["shard1", "shard2"], weights: weightSpecs }];
    folder.write("shard1", bytes.subarray(0, 13));
    folder.write("shard2", bytes.subarray(13));
    folder.write("model.json", JSON.stringify({ modelTopology, weightsManifest }));
    const want = described(fromTensorFlowJs({ modelTopology, weightSpecs, weightData: bytes }));
    expect(converted("model.json")).toEqual(want);
    expect(converted(folder.of("model.json"))).toEqual(want);
  });

  test("a pipe, a link to elsewhere, standard input, the same file twice: none is read", () => {
    const [, { modelTopology, weightSpecs = [] }] = models[0]!;
    execFileSync("mkfifo", [folder.of("pipe")]);
    symlinkSync("/etc/hostname", folder.of("link"));
    folder.write("-name", "");
    for (const [paths, sentence] of [
      [["pipe"], /pipe: expected a regular file/],
      [["link"], /expected weight files beside it, received a link from "link" elsewhere/],
      [["-"], /-: no such file or folder/],
      [["shard1", "./shard1"], /expected each weight file once, received "\.\/shard1" again/],
    ] as const) {
      folder.write(
        "model.json",
        JSON.stringify({ modelTopology, weightsManifest: [{ paths, weights: weightSpecs }] }),
      );
      const { code, stderr } = folder.bptt(["inspect", "model.json"]);
      expect(code).toBe(1);
      expect(stderr).toMatch(sentence);
    }
  });

  test.each([
    [["../shard1"], /expected weight files beside it, received the path "\.\.\/shard1"/],
    [["/etc/hostname"], /expected weight files beside it, received the path "\/etc\/hostname"/],
    [["nowhere"], /nowhere: no such file or folder/],
    [
      ["shard1"],
      /model\.json: weightData\["[^"]+"\]: expected \d+ bytes at byte \d+, received \d+ bytes of data/,
    ],
  ])("weight files %j", (paths, sentence) => {
    const [, { modelTopology, weightSpecs = [] }] = models[0]!;
    folder.write(
      "model.json",
      JSON.stringify({ modelTopology, weightsManifest: [{ paths, weights: weightSpecs }] }),
    );
    const { code, stderr } = folder.bptt(["inspect", "model.json"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
  });
});
