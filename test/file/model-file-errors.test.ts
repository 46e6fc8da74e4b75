/**
 * Tests wrong files: each is refused with a message that gives the tensor or option, the expected and the
 * received value.
 */

import { Rnn, Vocabulary, type LoadOptions } from "bptt";
import { describe, expect, it } from "vitest";
import type { FileTensor } from "../../ts/file/dtype.js";
import { decodeModel, encodeModel, type ModelConfig } from "../../ts/file/model-file.js";
import { edited, CONFIGS, randomParameters } from "../support/models.js";
import { serializeSafetensors } from "../../ts/file/safetensors-write.js";
import { fileOf as fileOfHeader } from "../support/files.js";

type Change = (tensors: Map<string, FileTensor>, metadata: Map<string, string>) => void;

const GRU: ModelConfig = CONFIGS.find(
  ({ cell, resetAfter, layers, outputSize }) =>
    cell === "gru" && resetAfter && layers === 2 && outputSize === 5,
)!;
const tensor = (...shape: number[]): FileTensor => ({
  data: new Float32Array(shape.reduce((a, n) => a * n, 1)).fill(0.5),
  shape,
});
const fileOf = (config: ModelConfig, vocabulary?: Vocabulary) =>
  encodeModel({ config, parameters: randomParameters(config, 3), vocabulary });

/** Returns the file as PyTorch would write it: the same tensors without metadata. */
const foreign = (config: ModelConfig, change: Change = () => undefined, rename = (name: string) => name) =>
  edited(fileOf(config), (tensors, metadata) => {
    metadata.clear();
    const all = [...tensors];
    tensors.clear();
    for (const [name, value] of all) tensors.set(rename(name), value);
    change(tensors, metadata);
  });

/** Matches an error of that class with that message and any fields. */
const like = ({ name, message }: Error): Error => expect.objectContaining({ name, message }) as Error;

const expectError = (file: unknown, options: LoadOptions, error: Error) => {
  expect(() => decodeModel(file, options)).toThrow(like(error));
  expect(() => Rnn.load(file as never, options)).toThrow(like(error));
};

describe("tensors, in a file of our own and in PyTorch's", () => {
  const cases: [string, Change, string][] = [
    [
      "a bias is missing",
      (tensors) => tensors.delete("rnn.bias_hh_l1"),
      `bytes.tensors["rnn.bias_hh_l1"]: expected a tensor of shape (12), received nothing`,
    ],
    [
      "a shape is wrong",
      (tensors) => tensors.set("rnn.weight_hh_l1", tensor(12, 5)),
      `bytes.tensors["rnn.weight_hh_l1"]: expected shape (12, 4), received (12, 5)`,
    ],
    [
      "a rank is wrong",
      (tensors) => tensors.set("rnn.bias_ih_l0", tensor(12, 1)),
      `bytes.tensors["rnn.bias_ih_l0"]: expected shape (12), received (12, 1)`,
    ],
    [
      "the second layer has another input",
      (tensors) => tensors.set("rnn.weight_ih_l1", tensor(12, 3)),
      `bytes.tensors["rnn.weight_ih_l1"]: expected shape (12, 4), received (12, 3)`,
    ],
    [
      "the output layer fits another network",
      (tensors) => tensors.set("head.weight", tensor(5, 7)),
      `bytes.tensors["head.weight"]: expected shape (5, 4), received (5, 7)`,
    ],
    [
      "NaN",
      (tensors) => void (tensors.get("rnn.weight_hh_l0")!.data[3] = NaN),
      `bytes.tensors["rnn.weight_hh_l0"][3]: expected a finite number (float32), received NaN`,
    ],
    [
      "a double that no float32 can hold",
      (tensors) => tensors.set("head.bias", { data: Float64Array.of(0, 1, 2, 3, 1e300), shape: [5] }),
      `bytes.tensors["head.bias"][4]: expected a finite number (float32), received 1e+300`,
    ],
  ];

  it.each(cases)("%s", (_, change, message) => {
    expectError(edited(fileOf(GRU), change), {}, new RangeError(message));
    expectError(foreign(GRU, change), {}, new RangeError(message));
  });

  it("a layer in between is missing", () => {
    const change: Change = (tensors) => {
      for (const name of ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]) {
        tensors.set(`rnn.${name}_l2`, tensors.get(`rnn.${name}_l1`)!);
        tensors.delete(`rnn.${name}_l1`);
      }
    };
    const message = `bytes.tensors["rnn.weight_ih_l1"]: expected a tensor of shape (12, 4), received nothing`;
    expectError(foreign(GRU, change), {}, new RangeError(message));
  });

  it("superfluous ones", () => {
    const more: Change = (tensors) => tensors.set("embedding.weight", tensor(7, 3));
    const got = "bytes.tensors: expected only tensors of the network, received";
    expectError(edited(fileOf(GRU), more), {}, new RangeError(`${got} "embedding.weight"`));
    expectError(
      foreign(GRU, more),
      {},
      new RangeError(`${got} "embedding.weight"; { prefix: "" } reads only that module`),
    );
    const alone = { prefix: "" };
    const prefix = 'the prefix is ""';
    const inside: Change = (tensors) => tensors.set("rnn.gamma", tensor(2));
    expectError(foreign(GRU, inside), alone, new RangeError(`${got} "rnn.gamma"; ${prefix}`));
    const bias: Change = (tensors) => tensors.delete("rnn.bias_hh_l1");
    expectError(
      foreign(GRU, bias),
      alone,
      new RangeError(
        `bytes.tensors["rnn.bias_hh_l1"]: expected a tensor of shape (12), received nothing; the prefix is ""`,
      ),
    );
    const layer: Change = (tensors) => tensors.set("rnn.weight_ih_l1_reverse", tensor(12, 4));
    expectError(edited(fileOf(GRU), layer), {}, new RangeError(`${got} "rnn.weight_ih_l1_reverse"`));
    const many: Change = (tensors) => {
      for (let k = 0; k < 12; k++) tensors.set(`x${10 + k}`, tensor(1));
    };
    expectError(
      edited(fileOf(GRU), many),
      {},
      new RangeError(`${got} ${Array.from({ length: 10 }, (_, k) => `"x${10 + k}"`).join(", ")}, … (12)`),
    );
  });

  it("the output layer's bias is missing: of a file of our own; others made their Linear without it", () => {
    const change: Change = (tensors) => tensors.delete("head.bias");
    const message = `bytes.tensors["head.bias"]: expected a tensor of shape (5), received nothing`;
    expectError(edited(fileOf(GRU), change), {}, new RangeError(message));
    for (const options of [{}, { prefix: "" }, { head: "head" }]) {
      const { config, parameters } = decodeModel(foreign(GRU, change), options);
      expect(config).toEqual(GRU);
      expect(parameters["b_o"]).toEqual({ data: new Float32Array(5), shape: [5] });
      const { b_o: _, ...others } = randomParameters(GRU, 3);
      expect(parameters).toMatchObject(others);
    }
  });

  it("a projection is called one", () => {
    const lstm = CONFIGS.find(
      ({ cell, layers, bidirectional }) => cell === "lstm" && layers === 1 && !bidirectional,
    )!;
    const file = foreign(lstm, (tensors) => {
      tensors.set("rnn.weight_hr_l0", tensor(2, 4)).set("rnn.weight_hh_l0", tensor(16, 2));
    });
    const message = `bytes.tensors["rnn.weight_hr_l0"]: expected no projection (an LSTM with proj_size), which bptt does not compute, received one`;
    for (const options of [{}, { prefix: "" }, { prefix: "rnn" }])
      expectError(file, options, new RangeError(message));
  });

  it.each(["I8", "U8", "I32", "I64", "BOOL", "F8_E4M3"])("weights of type %s", (dtype) => {
    const name = "rnn.weight_hh_l0";
    const header = { [name]: { dtype, shape: [4, 4], data_offsets: [0, 0] } } as Record<
      string,
      { dtype: string; shape: number[]; data_offsets: number[] }
    >;
    let at = 0;
    const widths: Record<string, number> = { I32: 4, I64: 8 };
    const put = (key: string, type: string, shape: number[]) => {
      const end = at + shape.reduce((a, b) => a * b, 1) * (type === "F32" ? 4 : (widths[type] ?? 1));
      header[key] = { dtype: type, shape, data_offsets: [at, end] };
      at = end;
    };
    put(name, dtype, [4, 4]);
    put("rnn.weight_ih_l0", "F32", [4, 3]);
    const file = fileOfHeader(JSON.stringify(header), at);
    expectError(
      file,
      { cell: "tanh" },
      new RangeError(
        `bytes.tensors["${name}"].dtype: expected one of F32, F16, BF16, F64, received ${dtype}`,
      ),
    );
  });

  it("sections mean nothing in a file of others", () => {
    const more: Change = (tensors) => tensors.set("optimizer.m", tensor(1));
    expect(() => decodeModel(edited(fileOf(GRU), more))).not.toThrow();
    expectError(
      foreign(GRU, more),
      {},
      new RangeError(
        `bytes.tensors: expected only tensors of the network, received "optimizer.m"; { prefix: "" } reads only that module`,
      ),
    );
  });

  it("no recurrent module", () => {
    const linear = serializeSafetensors({ "fc.weight": tensor(2, 2), "fc.bias": tensor(2) });
    const message = `bytes.tensors: expected a tensor "weight_ih_l0", with any prefix, received`;
    expectError(linear, {}, new RangeError(`${message} "fc.bias", "fc.weight"`));
    expectError(serializeSafetensors({}), {}, new RangeError(`${message} no tensors`));
    const glued = serializeSafetensors({ my_weight_ih_l0: tensor(4, 4) });
    expectError(glued, {}, new RangeError(`${message} "my_weight_ih_l0"`));
  });

  it.each([
    [[8, 4], `expected shape (G·H, H) with 1, 3 or 4 for G, received (8, 4)`],
    [[12, 5], `expected shape (G·H, H) with 1, 3 or 4 for G, received (12, 5)`],
    [[0, 4], `expected a matrix with values, received shape (0, 4)`],
    [[12], `expected a matrix with values, received shape (12)`],
  ])("weights that fit no cell: %s", (shape, message) => {
    const file = foreign(GRU, (tensors) => tensors.set("rnn.weight_hh_l0", tensor(...shape)));
    expectError(file, {}, new RangeError(`bytes.tensors["rnn.weight_hh_l0"]: ${message}`));
  });

  it("a layer number beyond all bounds ends at once", () => {
    const file = foreign(GRU, (tensors) => tensors.set("rnn.weight_ih_l999999999", tensor(12, 4)));
    expectError(file, {}, new RangeError(`bytes.tensors["rnn.weight_ih_l2"]: expected a tensor of shape (12, 4), received nothing`)); // prettier-ignore
  });
});

describe("cells", () => {
  const [tanh] = CONFIGS as [ModelConfig];

  it("tanh or relu must be said where the file does not", () => {
    expectError(
      foreign(tanh),
      {},
      new RangeError(
        `cell: expected "tanh" or "relu": the file's shapes cannot tell them apart, received undefined`,
      ),
    );
    expect(decodeModel(foreign(tanh), { cell: "relu" }).config.cell).toBe("relu");
    expect(decodeModel(foreign(tanh), { cell: "tanh" }).config.cell).toBe("tanh");
  });

  it("and must agree where the file does", () => {
    expect(decodeModel(fileOf(tanh), { cell: "tanh" }).config.cell).toBe("tanh");
    expectError(
      fileOf(tanh),
      { cell: "relu" },
      new RangeError(`cell: expected "tanh", as the file says, received "relu"`),
    );
    const renamed = { cell: "relu", prefix: "rnn" } as const;
    expectError(
      fileOf(tanh),
      renamed,
      new RangeError(`cell: expected "tanh", as the file says, received "relu"`),
    );
  });

  it("must be the one that the shapes say", () => {
    const message = `cell: expected "gru", as the file's shapes say, received "lstm"`;
    expectError(foreign(GRU), { cell: "lstm" }, new RangeError(message));
    const lstm = CONFIGS.find(({ cell }) => cell === "lstm")!;
    const other = `cell: expected "lstm", as the file's shapes say, received "tanh"`;
    expectError(foreign(lstm), { cell: "tanh" }, new RangeError(other));
    const either = `cell: expected "tanh" or "relu", as the file's shapes say, received "gru"`;
    expectError(foreign(tanh), { cell: "gru" }, new RangeError(either));
  });

  it("a gru that resets before its product, with a prefix and without metadata", () => {
    const config = CONFIGS.find(({ resetAfter, outputSize }) => resetAfter === false && outputSize === 5)!;
    for (const at of ["", "encoder."]) {
      const read = decodeModel(foreign(config, undefined, (name) => at + name));
      expect(read.config).toEqual(config);
      expect(read.parameters).toEqual(randomParameters(config, 3));
    }
    const missing = foreign(config, (tensors) => tensors.delete("bptt.b_h_l0"));
    expectError(
      missing,
      {},
      new RangeError(`bytes.tensors["bptt.b_h_l0"]: expected a tensor of shape (12), received nothing`),
    );
  });
});

describe("many modules and long names", () => {
  const matrix = { dtype: "F32", shape: [0, 0], data_offsets: [0, 0] };
  const write = (names: string[]) =>
    fileOfHeader(JSON.stringify(Object.fromEntries(names.map((name) => [name, matrix]))), 0);

  it("messages list ten names", () => {
    const file = write(Array.from({ length: 20_000 }, (_, k) => `m${k}.weight_ih_l0`));
    const choices = Array.from({ length: 10 }, (_, k) => `"m${k}."`).join(" or ");
    expectError(
      file,
      {},
      new RangeError(`prefix: expected ${choices}, … (20000), the modules of the file, received undefined`),
    );
    const others = write(Array.from({ length: 20_000 }, (_, k) => `t${k}`));
    const some = Array.from({ length: 10 }, (_, k) => `"t${k}"`).join(", ");
    expectError(
      others,
      {},
      new RangeError(
        `bytes.tensors: expected a tensor "weight_ih_l0", with any prefix, received ${some}, … (20000)`,
      ),
    );
  });

  it("a name of a megabyte", () => {
    for (const name of [
      `${"a".repeat(2 ** 20)}.weight_ih_l0`,
      `${"a.".repeat(2 ** 19)}weight_ih_l0`,
      "a".repeat(2 ** 20),
    ]) {
      expect(() => decodeModel(write([name]))).toThrow(
        expect.objectContaining({
          name: "RangeError",
          message: expect.stringMatching(/^[^]{1,400}$/) as string,
        }),
      );
    }
  });

  it.each(["weight_ih_l0", ".weight_ih_l0", "..weight_ih_l0", "a..weight_ih_l0"])("the name %s", (name) => {
    const hidden = name.replace("ih", "hh");
    const key = hidden === "weight_hh_l0" ? ".weight_hh_l0" : `["${hidden}"]`;
    const message = `bytes.tensors${key}: expected a matrix, received nothing`;
    const file = fileOfHeader(
      JSON.stringify({ [name]: { dtype: "F32", shape: [1, 1], data_offsets: [0, 4] } }),
      4,
    );
    expectError(file, { cell: "tanh" }, new RangeError(message));
  });
});

describe("prefixes", () => {
  const two = (...at: [string, string]) => {
    const both = new Map<string, FileTensor>();
    const [one, other] = at.map((prefix) => (name: string) => prefix + name);
    const rename = (change: (name: string) => string) =>
      foreign(GRU, (tensors) => tensors.forEach((value, name) => both.set(change(name), value)));
    rename(one!);
    rename(other!);
    return both;
  };
  const write = (tensors: Map<string, FileTensor>) => serializeSafetensors(Object.fromEntries(tensors));

  it("choose among several modules", () => {
    const file = write(two("encoder.", "decoder."));
    const choices = `"decoder." or "encoder.", the modules of the file`;
    expectError(file, {}, new RangeError(`prefix: expected ${choices}, received undefined`));
    expectError(file, { prefix: "coder" }, new RangeError(`prefix: expected ${choices}, received "coder."`));
    expectError(file, { prefix: "" }, new RangeError(`prefix: expected ${choices}, received ""`));
    for (const prefix of ["encoder", "encoder.", "decoder"]) {
      expect(decodeModel(file, { prefix }).config).toEqual(GRU);
    }
    const alone = decodeModel(file, { prefix: "encoder.rnn" }).config;
    expect(alone).toEqual({ ...GRU, outputSize: undefined });
  });

  it("one within the other", () => {
    const file = write(two("", "inner."));
    expect(decodeModel(file, { prefix: "" }).config).toEqual(GRU);
    expect(decodeModel(file, { prefix: "inner" }).config).toEqual(GRU);
    expectError(
      file,
      {},
      new RangeError(`prefix: expected "inner." or "", the modules of the file, received undefined`),
    );
  });

  it("leave the rest of the file alone", () => {
    const file = foreign(GRU, (tensors) => tensors.set("embedding.weight", tensor(7, 3)));
    expect(decodeModel(file, { prefix: "" }).config).toEqual(GRU);
    expect(decodeModel(file, { prefix: "rnn" }).config.outputSize).toBeUndefined();
  });

  it("wrong for a file of one module", () => {
    const message = `prefix: expected "", the module of the file, received "encoder."`;
    expectError(foreign(GRU), { prefix: "encoder" }, new RangeError(message));
    expectError(fileOf(GRU), { prefix: "encoder" }, new RangeError(message));
  });

  it("a field of another name beside its output layer", () => {
    const file = foreign(GRU, undefined, (name) => name.replace("rnn.", "memory.").replace("head.", "fc."));
    expectError(
      file,
      {},
      new RangeError(
        `bytes.tensors: expected only tensors of the network, received "fc.bias", "fc.weight", of which "fc.weight" is a Linear from 4 to 5; { head: "fc" } reads it as the output layer`,
      ),
    );
    const more = edited(file, (tensors) => tensors.set("emb.weight", tensor(7, 4)));
    expectError(
      more,
      {},
      new RangeError(
        `bytes.tensors: expected only tensors of the network, received "emb.weight", "fc.bias", "fc.weight", of which "fc.weight" is a Linear from 4 to 5; { prefix: "memory.", head: "fc" } reads it as the output layer`,
      ),
    );
    expect(decodeModel(more, { prefix: "memory", head: "fc" }).config).toEqual(GRU);
    expect(decodeModel(file, { head: "fc" }).config).toEqual(GRU);
    expect(decodeModel(file, { prefix: "memory", head: "fc." }).config).toEqual(GRU);
    expect(decodeModel(file, { prefix: "memory" }).config.outputSize).toBeUndefined();
    const message = `head: expected the part of a name before the weight of an output layer, received "out"`;
    expectError(file, { head: "out" }, new RangeError(message));
  });

  it.each([
    [{ prefix: 5 }, "prefix: expected a string, received 5"],
    [{ head: null }, "head: expected a string, received null"],
    [{ cell: 1 }, `cell: expected one of "tanh", "relu", "gru", "lstm", received 1`],
    [{ perfix: "" }, `options: expected known options only, received "perfix"; known are cell, prefix, head`],
    [null, "options: expected an object, received null"],
  ])("options %j", (options, message) => {
    expectError(fileOf(GRU), options as never, new TypeError(message));
  });

  it("a cell there is none of", () => {
    const message = `cell: expected one of "tanh", "relu", "gru", "lstm", received "elman"`;
    expectError(fileOf(GRU), { cell: "elman" as never }, new RangeError(message));
  });
});

describe("metadata", () => {
  const config = { cell: "gru", inputSize: 3, hiddenSize: 4, outputSize: 5, layers: 2, bidirectional: false };
  const withConfig = (change: object) => JSON.stringify({ ...config, ...change });

  it.each<[string, string, string | undefined, string]>([
    ["a later version", "bptt.version", "2", `bytes.metadata["bptt.version"]: expected "1", all that this version of bptt reads, received "2"`],
    ["no version", "bptt.version", undefined, `bytes.metadata["bptt.version"]: expected "1", all that this version of bptt reads, received undefined`],
    ["no configuration", "bptt.config", undefined, 'bytes.metadata["bptt.config"]: expected JSON, received nothing'],
    ["no JSON", "bptt.config", "{", `bytes.metadata["bptt.config"]: expected JSON, received "{"`],
    ["no object", "bptt.config", "[]", 'bytes.metadata["bptt.config"]: expected an object, received an array of length 0'],
    ["an unknown key", "bptt.config", withConfig({ attention: true }), `bytes.metadata["bptt.config"]: expected known options only, received "attention"; known are cell, resetAfter, inputSize, hiddenSize, outputSize, layers, bidirectional, dropout, seed`],
    ["an unknown cell", "bptt.config", withConfig({ cell: "sru" }), `bytes.metadata["bptt.config"].cell: expected one of "tanh", "relu", "gru", "lstm", received "sru"`],
    ["a text for a size", "bptt.config", withConfig({ hiddenSize: "4" }), `bytes.metadata["bptt.config"].hiddenSize: expected an integer, received "4"`],
    ["a size of 0", "bptt.config", withConfig({ hiddenSize: 0 }), 'bytes.metadata["bptt.config"].hiddenSize: expected an integer >= 1, received 0'],
    ["another size than the tensors'", "bptt.config", withConfig({ hiddenSize: 5 }), `bytes.tensors["rnn.weight_ih_l0"]: expected shape (15, 3), received (12, 3)`],
    ["another cell than the tensors'", "bptt.config", withConfig({ cell: "lstm" }), `bytes.tensors["rnn.weight_ih_l0"]: expected shape (16, 3), received (12, 3)`],
    ["more layers than there are", "bptt.config", withConfig({ layers: 2 ** 31 - 1 }), `bytes.tensors["rnn.weight_ih_l2"]: expected a tensor of shape (12, 4), received nothing`],
    ["fewer layers than there are", "bptt.config", withConfig({ layers: 1 }), `bytes.tensors: expected only tensors of the network, received "rnn.bias_hh_l1", "rnn.bias_ih_l1", "rnn.weight_hh_l1", "rnn.weight_ih_l1"`],
    ["no output layer", "bptt.config", withConfig({ outputSize: undefined }), `bytes.tensors: expected only tensors of the network, received "head.bias", "head.weight"`],
    ["sizes past all bounds", "bptt.config", withConfig({ hiddenSize: 2 ** 31 - 1 }), `bytes.tensors["rnn.weight_ih_l0"]: expected shape (6442450941, 3), received (12, 3)`],
  ])("%s", (_, key, text, message) => {
    const file = edited(fileOf(GRU), (_, metadata) => {
      if (text === undefined) metadata.delete(key);
      else metadata.set(key, text);
    });
    expectError(file, {}, new RangeError(message.replace("expected an integer, received", "expected an integer >= 1, received")));
  }); // prettier-ignore

  it("a vocabulary of another size than the weights", () => {
    const square: ModelConfig = { ...GRU, inputSize: 3, outputSize: 3 };
    const file = fileOf(square, new Vocabulary(["a", "b"]));
    const message = `bytes.metadata["bptt.vocabulary"].tokens: expected 3 tokens as the weights' inputSize, received 2`;
    expectError(file, {}, new RangeError(message));
    const wide = fileOf({ ...GRU, inputSize: 3, outputSize: 5 }, new Vocabulary(["a", "b", "c"]));
    const other = `bytes.metadata["bptt.vocabulary"].tokens: expected 5 tokens as the weights' outputSize, received 3`;
    expectError(wide, {}, new RangeError(other));
  });

  it.each([
    ["{", `: expected JSON, received "{"`],
    [`{"tokens":"abc"}`, `.tokens: expected an array of strings, received "abc"`],
    [`{"tokens":["a",1,"c"]}`, `.tokens[1]: expected a non-empty string, received 1`],
    [`{"tokens":["a","a","c"]}`, `.tokens[1]: expected each token once, received "a" as in tokens[0]`],
    [`{"tokens":["a","b"],"unknown":5}`, `.unknown: expected a non-empty string, received 5`],
    [`{"words":[]}`, `: expected known options only, received "words"; known are tokens, unknown`],
  ])("vocabulary %s", (text, message) => {
    const square: ModelConfig = { ...GRU, inputSize: 3, outputSize: 3 };
    const file = edited(fileOf(square), (_, metadata) => void metadata.set("bptt.vocabulary", text));
    expectError(file, {}, new RangeError(`bytes.metadata["bptt.vocabulary"]${message}`));
  });
});

it("a network that is not whole is not written", () => {
  const parameters = randomParameters(GRU, 1);
  delete parameters["b_hn_l1"];
  expect(() => encodeModel({ config: GRU, parameters })).toThrow(
    expect.objectContaining({
      name: "RangeError",
      message: "parameters.b_hn_l1: expected a tensor, received nothing",
    }),
  );
});
