/**
 * Tests networks as files, for every cell as plain data: reading PyTorch's files, writing and reading our
 * own, golden bytes. test/golden/check_model_files.py checks the golden bytes with PyTorch.
 */

import { Rnn, Vocabulary, type Tensor } from "bptt";
import { describe, expect, it } from "vitest";
import { readFloats } from "../../ts/file/dtype.js";
import { decodeModel, encodeModel, rnnOptions, type ModelConfig } from "../../ts/file/model-file.js";
import { parseSafetensors } from "../../ts/file/safetensors.js";
import modelFiles from "../golden/model_files.json" with { type: "json" };
import torchFiles from "../golden/torch_files.json" with { type: "json" };
import { fromBase64, toBase64 } from "../support/files.js";
import { f32, type GoldenArray } from "../support/golden.js";
import { CONFIGS, edited, nameOf, parametersOf, randomParameters } from "../support/models.js";

interface TorchFile {
  readonly name: string;
  readonly cell: ModelConfig["cell"];
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly bias: boolean;
  readonly head: boolean;
  readonly I: number;
  readonly H: number;
  readonly V: number;
  readonly base64: string;
  readonly inputs: GoldenArray;
  readonly outputs: GoldenArray;
  readonly state: GoldenArray;
  readonly logits?: GoldenArray;
}

const cases = torchFiles.cases as TorchFile[];
const bytesOf = (name: string) => fromBase64(cases.find((file) => file.name === name)!.base64);

describe("reads PyTorch's files", () => {
  it("of every cell", () => {
    expect(new Set(cases.map(({ cell }) => cell))).toEqual(new Set(["tanh", "relu", "gru", "lstm"]));
    expect(cases.length).toBeGreaterThan(20);
  });

  it.each(cases)("$name", ({ cell, layers, bidirectional, bias, head, I, H, V, base64 }) => {
    const file = fromBase64(base64);
    const { config, parameters } = decodeModel(file, cell === "tanh" || cell === "relu" ? { cell } : {});
    expect(config).toEqual({
      ...{ cell, resetAfter: true, layers, bidirectional },
      ...{ inputSize: I, hiddenSize: H, outputSize: head ? V : undefined },
    });
    expect(Object.entries(parameters).map(([name, { shape }]) => [name, shape])).toEqual(
      parametersOf(config),
    );

    // truth: y = x·Wᵀ, so element (i, j) here is (j, i) there; biases as in the cells' formulas
    const theirs = new Map(
      [...parseSafetensors(file).tensors].map(([name, t]) => [name, readFloats(t, name)]),
    );
    const at = [...theirs.keys()]
      .find((name) => name.endsWith("weight_ih_l0"))!
      .slice(0, -"weight_ih_l0".length);
    const its = (name: string) =>
      theirs.get(name.startsWith("head.") ? at.replace(/rnn\.$/, name) : at + name)!;
    const expectTurned = (ours: string, name: string) => {
      const { data, shape } = parameters[ours]!;
      const [rows, columns] = shape as [number, number];
      expect(its(name).shape).toEqual([columns, rows]);
      data.forEach((x, k) => expect(x).toBe(its(name).data[(k % columns) * rows + Math.floor(k / columns)]));
    };
    for (const [ours] of parametersOf(config)) {
      const suffix = ours.slice(ours.indexOf("_l"));
      if (ours === "w_ho") expectTurned(ours, "head.weight");
      else if (ours === "b_o") expect(parameters[ours]!.data).toEqual(its("head.bias").data);
      else if (ours.startsWith("w_")) expectTurned(ours, `weight_${ours.slice(2)}`);
      else if (!bias) expect(parameters[ours]!.data.every((x) => x === 0)).toBe(true);
      else if (ours.startsWith("b_hn"))
        expect(parameters[ours]!.data).toEqual(its(`bias_hh${suffix}`).data.slice(2 * H));
      else {
        const first = its(`bias_ih${suffix}`).data;
        const second = its(`bias_hh${suffix}`).data;
        const n = cell === "gru" ? 2 * H : first.length;
        expect(parameters[ours]!.data).toEqual(first.map((x, k) => (k < n ? x + second[k]! : x)));
      }
    }
  });

  it.each(cases)("$name: the network computes what PyTorch computes", (file) => {
    const rnn = Rnn.load(fromBase64(file.base64), { cell: file.cell });
    const data = f32(file.inputs);
    const { outputs, logits, state } = rnn.forward({ inputs: { data, shape: file.inputs.shape } });
    const pairs = [
      [outputs, file.outputs],
      [logits, file.logits ?? file.outputs],
      ["h" in state ? (state as { h: Tensor }).h : state, file.state], // an lstm's is { h, c }
    ] as const;
    for (const [got, want] of pairs) {
      expect(got.shape).toEqual(want.shape);
      const values = f32(want);
      // float32 against float32: such sums of a few terms of size 1 may differ by 2e-6
      got.data.forEach((x, k) =>
        expect(Math.abs(x - values[k]!) <= 2e-6, `${x} for ${values[k]}`).toBe(true),
      );
    }
    rnn.free();
  });

  it("half precision is read exactly", () => {
    const { parameters } = decodeModel(bytesOf("half precision"));
    const { data } = readFloats(
      parseSafetensors(bytesOf("half precision")).tensors.get("head.bias")!,
      "head.bias",
    );
    expect(parameters["b_o"]!.data).toEqual(data);
  });
});

describe("writes and reads", () => {
  it.each(CONFIGS.map((config) => [nameOf(config), config] as const))("%s", (_, config) => {
    const parameters = randomParameters(config, 5);
    parameters["b_h_l0"]!.data[1] = -0;
    const file = encodeModel({ config, parameters });
    const again = decodeModel(file);
    expect(again.config).toEqual({ ...config, dropout: 0, seed: 0 });
    expect(again.parameters).toEqual(parameters);
    expect(Object.is(again.parameters["b_h_l0"]!.data[1], -0)).toBe(true);
    expect(encodeModel(again)).toEqual(file);

    const { tensors, metadata } = parseSafetensors(file);
    expect([...metadata.keys()]).toEqual(["bptt.config", "bptt.version", "format"]);
    const own = config.resetAfter === false;
    for (const name of tensors.keys()) expect(name).toMatch(own ? /^bptt\.[wb]_/ : /^(rnn|head)\./);
    const G = { tanh: 1, relu: 1, gru: 3, lstm: 4 }[config.cell];
    if (own) {
      expect(tensors.get("bptt.w_ih_l0")!.shape).toEqual([3, 12]);
    } else {
      expect(tensors.get("rnn.weight_ih_l0")!.shape).toEqual([4 * G, 3]);
      const second = readFloats(tensors.get("rnn.bias_hh_l0")!, "").data;
      expect([...second.subarray(0, config.cell === "gru" ? 8 : 4 * G)].every((x) => Object.is(x, 0))).toBe(
        true,
      );
      if (config.cell === "gru") expect(second.slice(8)).toEqual(parameters["b_hn_l0"]!.data);
    }
  });

  it("is a pure function: neither the order of names nor how often changes a byte", () => {
    const config = CONFIGS.at(-1)!;
    const parameters = randomParameters(config, 5);
    const reversed = Object.fromEntries(Object.entries(parameters).reverse());
    const { bidirectional, layers, ...rest } = config;
    expect(encodeModel({ config: { layers, bidirectional, ...rest }, parameters: reversed })).toEqual(
      encodeModel({ config, parameters }),
    );
  });

  it("the golden bytes, which PyTorch has loaded in strict mode", () => {
    expect(modelFiles.files.length).toBe(cases.filter(({ bias }) => bias).length);
    for (const { name, base64 } of modelFiles.files) {
      const { cell, base64: theirs } = cases.find((file) => file.name === name)!;
      const { config, parameters } = decodeModel(fromBase64(theirs), { cell });
      expect(toBase64(encodeModel({ config, parameters })), name).toBe(base64);
    }
  });

  it("dropout, and with it the seed of its draws", () => {
    const config: ModelConfig = { ...CONFIGS[0]!, layers: 2, dropout: 0.25, seed: 7 };
    const parameters = randomParameters(config, 1);
    const again = decodeModel(encodeModel({ config, parameters }));
    expect(again.config).toMatchObject({ dropout: 0.25, seed: 7 });
    expect(rnnOptions(again.config)).toMatchObject({ dropout: 0.25, seed: 7 });
    const without = (seed: number) => encodeModel({ config: { ...config, dropout: 0, seed }, parameters });
    expect(without(7)).toEqual(without(8));
  });

  it("a vocabulary", () => {
    const config: ModelConfig = { ...CONFIGS[0]!, inputSize: 4, outputSize: 4 };
    const parameters = randomParameters(config, 1);
    const vocabulary = new Vocabulary(["é", "\ud800", "__proto__", '"'], { unknown: "é" });
    const again = decodeModel(encodeModel({ config, parameters, vocabulary })).vocabulary!;
    expect(again.tokens).toEqual(vocabulary.tokens);
    expect(again.unknown).toBe("é");
  });

  it("sections: any tensors and texts, beside the network's", () => {
    const config = CONFIGS[0]!;
    const parameters = randomParameters(config, 1);
    const optimizer = {
      tensors: {
        "m.w_ih_l0": { data: Float32Array.of(1, -0, 1e-40), shape: [3] },
        step: { data: BigInt64Array.of(2n ** 62n), shape: [] },
        random: { data: Uint32Array.of(2 ** 32 - 1, 0), shape: [2, 1] },
      },
      metadata: { kind: "adam", learningRate: "0.1", __proto__x: "" },
    };
    const training = { tensors: {}, metadata: {} };
    const file = encodeModel({ config, parameters, optimizer, training });
    const again = decodeModel(file);
    expect(again.optimizer).toEqual(optimizer);
    expect(again.training).toEqual(training);
    expect(again.parameters).toEqual(parameters);
    expect(encodeModel(again)).toEqual(file);
    const bare = decodeModel(encodeModel({ config, parameters }));
    expect([bare.optimizer, bare.training, bare.vocabulary]).toEqual([undefined, undefined, undefined]);
    const rnn = Rnn.load(file); // reads the network alone
    expect(rnn.parameters).toEqual(parameters);
    rnn.free();
  });
});

describe("rnn.save and Rnn.load", () => {
  const options = { cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 3, seed: 9 } as const;

  it("bring back the same network", () => {
    const rnn = new Rnn(options);
    const file = rnn.save();
    const again = Rnn.load(file);
    expect(again.save()).toEqual(file);
    expect(again.parameters).toEqual(rnn.parameters);
    expect(rnnOptions(again)).toEqual(rnnOptions(rnn));
    expect(again.forward({ inputs: [[0, 1, 3]] })).toEqual(rnn.forward({ inputs: [[0, 1, 3]] }));
    rnn.free();
    again.free();
    expect(() => rnn.save()).toThrow("rnn.save: this network has been freed");
  });

  it.each(CONFIGS.map((config) => [nameOf(config), config] as const))("%s", (_, config) => {
    const rnn = new Rnn({ ...rnnOptions(config), seed: 3 });
    const file = rnn.save();
    const again = Rnn.load(file);
    expect(again.save()).toEqual(file);
    expect(again.forward({ inputs: [[0, 1, 2]] })).toEqual(rnn.forward({ inputs: [[0, 1, 2]] }));
    rnn.free();
    again.free();
  });

  it("have nothing in common with the file afterwards", () => {
    const file = new Rnn(options).save();
    const copy = file.slice();
    const rnn = Rnn.load(file);
    file.fill(0);
    expect(rnn.save()).toEqual(copy);
    rnn.free();
  });

  it("bring back a module of PyTorch's, and hand it on under the names it has there", () => {
    const rnn = Rnn.load(bytesOf("tanh"), { cell: "tanh" });
    const names = [...parseSafetensors(rnn.save()).tensors.keys()].sort();
    expect(names).toEqual([...parseSafetensors(bytesOf("tanh")).tensors.keys()].sort());
    rnn.free();
  });

  it("tell of biases whose sum is too large", () => {
    const file = edited(bytesOf("tanh"), (tensors) => {
      for (const name of ["rnn.bias_ih_l0", "rnn.bias_hh_l0"]) tensors.get(name)!.data[2] = 3e38;
    });
    expect(() => Rnn.load(file, { cell: "tanh" })).toThrow(
      expect.objectContaining({
        name: "RangeError",
        message: "parameters.b_h_l0[2]: expected a finite number (float32), received Infinity",
      }),
    );
  });
});
