/**
 * Tests `bptt convert`: other libraries compute the same from its files, and a model that is converted back
 * has the same bytes. The expected results come from the f64 oracle of the conversions, onnxruntime, and the
 * library's own reader.
 */

import { CharRnn, Rnn, Vocabulary, type RnnOptions } from "bptt";
import { fromKeras, fromTensorFlowJs, type NetworkDescription, type TensorFlowJsModel } from "bptt/convert";
import { unzipSync } from "fflate";
import * as ort from "onnxruntime-web";
import { PbfReader } from "pbf";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { CONFIGS, nameOf, randomNetwork } from "../convert/networks.js";
import { forward } from "../convert/forward.js";
import { expectClose } from "../support/compare.js";
import { integers, seeded } from "../support/random.js";
import { STATE } from "../support/tolerance.js";
import { Folder } from "./run-cli.js";
import { cutShort, ofNames, ofText, ofWords } from "./text-models.js";

const folder = new Folder();
const models = new Map<string, CharRnn>();

beforeAll(async () => {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  models
    .set("text", await ofText())
    .set("names", await ofNames())
    .set("words", ofWords());
  for (const [name, model] of models) folder.write(`${name}.safetensors`, model.save());
});
afterAll(() => folder.remove());

/** Converts a file and returns the output of the command. */
function convert(from: string, to: string, output: string, ...args: string[]): string {
  const { code, stdout, stderr } = folder.bptt(["convert", from, "--to", to, "-o", output, ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

/** Returns the arrays of an .npz with a separate reader, which takes the shape from NumPy's header. */
function arraysOf(file: Uint8Array): { data: Float32Array; shape: number[] }[] {
  const entries = unzipSync(file);
  const count = Object.keys(entries).filter((name) => name.endsWith(".npy")).length;
  return Array.from({ length: count }, (_, k) => {
    const npy = Buffer.from(entries[`arr_${k}.npy`]!);
    const end = 10 + npy.readUInt16LE(8);
    expect(npy.subarray(0, 8).toString("latin1")).toBe("\x93NUMPY\x01\x00");
    expect(end % 64).toBe(0); // NumPy maps the values into memory
    const header = npy.subarray(10, end).toString("latin1");
    expect(header).toMatch(/^\{'descr': '<f4', 'fortran_order': False, 'shape': \(.*\), \} *\n$/);
    const shape = header.match(/\((.*)\)/)![1]!.split(",").filter((n) => n.trim() !== "").map(Number); // prettier-ignore
    const data = Float32Array.from({ length: (npy.length - end) / 4 }, (__, i) =>
      npy.readFloatLE(end + i * 4),
    );
    return { data, shape };
  });
}

function tensorFlowJs(name: string): TensorFlowJsModel & { userDefinedMetadata: Record<string, string> } {
  const json = JSON.parse(folder.read(`${name}.json`).toString()) as TensorFlowJsModel & {
    userDefinedMetadata: Record<string, string>;
    weightsManifest: { paths: string[] }[];
  };
  expect(json.weightsManifest[0]!.paths).toEqual([`${name}.bin`]);
  return { ...json, weightData: folder.read(`${name}.bin`) };
}

/** Returns ModelProto.metadata_props (14) of a model: StringStringEntryProto, key 1, value 2 (onnx.proto). */
function onnxTexts(bytes: Uint8Array): Map<string, string> {
  const texts = new Map<string, string>();
  new PbfReader(bytes).readFields((tag, _, pbf) => {
    if (tag !== 14) return;
    const entry = pbf.readMessage(
      (field, pair, inner) => void (pair[field] = inner.readString()),
      {} as Record<number, string>,
    );
    texts.set(entry[1]!, entry[2]!);
  }, undefined);
  return texts;
}

async function expectOnnx(file: string, network: NetworkDescription, initialState = false): Promise<void> {
  const { inputSize, layers = 1, hiddenSize: H, bidirectional = false, cell } = network.config;
  const [B, T] = [2, 6];
  const ids = integers(seeded(5), B * T, inputSize);
  const D = bidirectional ? 2 : 1;
  const session = await ort.InferenceSession.create(new Uint8Array(folder.read(file)));
  const feeds: Record<string, ort.Tensor> = {
    inputs: new ort.Tensor("int64", BigInt64Array.from(Array.from(ids, BigInt)), [B, T]),
  };
  const zeros = new ort.Tensor("float32", new Float32Array(layers * D * B * H), [layers * D, B, H]);
  if (initialState) feeds["initial_h"] = zeros;
  if (initialState && cell === "lstm") feeds["initial_c"] = zeros;
  const { logits } = await session.run(feeds);
  const want = forward(network, { B, T, ids });
  // as in test/convert/onnx.node.test.ts: float32 in another order of summation
  expectClose("logits", Array.from(logits!.data as Float32Array), want.logits, { ...STATE, relative: 2e-6 });
  await session.release();
}

/** Every third of all cells and forms: each cell, one and two layers, one and two directions, with and without head. */
const some = CONFIGS.filter((_, k) => k % 3 === 0);

describe("networks without text", () => {
  test.each(some.map((config) => [nameOf(config), config] as const))("%s", async (_, config) => {
    const network = randomNetwork(config, 4);
    using rnn = new Rnn(config as RnnOptions);
    rnn.setParameters(network.parameters);
    const bytes = folder.write("rnn.safetensors", rnn.save());
    const same = (parameters: unknown) => expect(parameters).toEqual(rnn.parameters);

    convert(bytes, "keras", "rnn.npz");
    const { cell, layers = 1, bidirectional = false } = config;
    same(fromKeras(arraysOf(folder.read("rnn.npz")), { cell, layers, bidirectional }).parameters);
    convert("rnn.npz", "bptt", "again.safetensors");
    expect(folder.read("again.safetensors").equals(rnn.save())).toBe(true);

    convert(bytes, "onnx", "rnn.onnx");
    await expectOnnx("rnn.onnx", network);

    if (cell !== "gru" || config.resetAfter === false) {
      convert(bytes, "tfjs", "rnn.json");
      same(fromTensorFlowJs(tensorFlowJs("rnn")).parameters);
      convert("rnn.json", "bptt", "again.safetensors");
      expect(folder.read("again.safetensors").equals(rnn.save())).toBe(true);
    }
    if (cell !== "gru" || config.resetAfter !== false) {
      convert(bytes, "pytorch", "torch.safetensors");
      expect(folder.read("torch.safetensors").equals(rnn.save())).toBe(true);
    }
  });
});

describe("converts text models and their vocabulary to another format and back without a changed byte", () => {
  test.each(["text", "names", "words"])("%s", async (name) => {
    const model = models.get(name)!;
    const from = `${name}.safetensors`;
    const targets = name === "text" ? ["pytorch", "keras"] : ["pytorch", "keras", "tfjs"]; // its gru resets after the product
    for (const to of targets) {
      const there = to === "tfjs" ? "there.json" : `there.${name}.${to}`;
      expect(convert(from, to, there)).toContain("with the vocabulary");
      convert(there, "bptt", "back.safetensors");
      expect(folder.read("back.safetensors").equals(model.save()), to).toBe(true);
    }
    convert(from, "onnx", "there.onnx", "--state");
    const { cell, inputSize, hiddenSize, outputSize, layers, parameters } = model.rnn;
    const config = { cell, inputSize, hiddenSize, outputSize, layers };
    await expectOnnx("there.onnx", { config, parameters }, true);
    const { tokens, unknown } = model.vocabulary;
    const texts = onnxTexts(folder.read("there.onnx"));
    expect(JSON.parse(texts.get("bptt.vocabulary")!)).toEqual(
      unknown === undefined ? { tokens } : { tokens, unknown },
    );
  });

  it("omits an unfinished run, and PyTorch gets exactly its state_dict", async () => {
    folder.write("cut.safetensors", await cutShort());
    expect(convert("cut.safetensors", "pytorch", "torch.safetensors")).toContain(
      "without the training that was in the file",
    );
    const file = folder.read("torch.safetensors");
    const header = JSON.parse(file.subarray(8, 8 + file.readUInt32LE(0)).toString()) as object;
    expect(Object.keys(header).sort()).toEqual([
      "__metadata__",
      "head.bias",
      "head.weight",
      "rnn.bias_hh_l0",
      "rnn.bias_ih_l0",
      "rnn.weight_hh_l0",
      "rnn.weight_ih_l0",
    ]);
  });
});

describe("a vocabulary for a network that has none", () => {
  const tokens = ["a", "b", "\n", "é"];
  using bare = new Rnn({ cell: "gru", inputSize: 4, hiddenSize: 3, outputSize: 4, seed: 1 });
  const bytes = bare.save();
  const want = CharRnn.load(bytes, { vocabulary: new Vocabulary(tokens) }).save();

  test.each([
    ["an array", JSON.stringify(tokens)],
    ["ids by token", JSON.stringify({ b: 1, a: 0, é: 3, "\n": 2 })],
    ["an object of tokens", JSON.stringify({ tokens })],
    ["a model's", want],
  ])("%s", (_, data) => {
    folder.write("bare.safetensors", bytes);
    folder.write("vocabulary", data);
    convert("bare.safetensors", "bptt", "whole.safetensors", "--vocabulary", "vocabulary");
    expect(folder.read("whole.safetensors").equals(want)).toBe(true);
    const [line] = folder
      .bptt(["generate", "whole.safetensors", "-p", "a", "-n", "4", "--json"])
      .stdout.split("\n");
    const text = CharRnn.load(want).generate({ prompt: "a", length: 4 });
    expect(JSON.parse(line!)).toEqual({ prompt: "a", text });
  });

  it("without one it says so", () => {
    folder.write("bare.safetensors", bytes);
    expect(convert("bare.safetensors", "bptt", "whole.safetensors")).toContain("add one with --vocabulary");
  });

  test.each([
    [`["a","b"]`, /expected a network in one direction from 2 tokens/],
    [`["a","b","b","c"]`, /vocabulary, as a vocabulary: /],
    [`{"a":0,"b":2,"c":1,"d":1}`, /as a vocabulary: d: expected each id from 0 to 3 once, received 1$/m],
    [`["a",`, /vocabulary, as a vocabulary: expected JSON, received /],
    [`nothing`, /vocabulary, as a vocabulary: .*safetensors/],
  ])("%s is a failure", (data, sentence) => {
    folder.write("bare.safetensors", bytes);
    folder.write("vocabulary", data);
    const args = ["convert", "bare.safetensors", "--to", "bptt", "-o", "none", "--vocabulary", "vocabulary"];
    const { code, stderr } = folder.bptt(args);
    expect({ code, there: folder.names().includes("none") }).toEqual({ code: 1, there: false });
    expect(stderr).toMatch(sentence);
  });
});
