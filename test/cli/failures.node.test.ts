/**
 * Tests failures: each gives one sentence on standard error and an exit code, 1 for a failure and 2 for wrong
 * usage. Standard output is empty, no file appears or changes, and no stack is shown.
 */

import { mkdirSync } from "node:fs";
import { CharRnn, Rnn } from "bptt";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { Folder } from "./run-cli.js";
import { ofText } from "./text-models.js";

const folder = new Folder();

beforeAll(async () => {
  const model = await ofText();
  const bytes = model.save();
  folder.write("model.safetensors", bytes);
  folder.write("short.safetensors", bytes.subarray(0, bytes.length - 100));
  folder.write("header.safetensors", bytes.subarray(0, 100));
  folder.write("empty", "");
  folder.write("text.txt", "so much depends upon a red wheel barrow, does it not\n");
  folder.write(
    "binary",
    Uint8Array.from({ length: 500 }, (_, k) => (k * 7919) % 256),
  );
  folder.write("zip", Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0));
  folder.write("hdf5", Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0));
  folder.write("pickle.pt", Buffer.from("80028a0a6cfc9c46f9206aa850192e80024d", "hex"));
  folder.write("scikit.pkl", Buffer.from("8004958c0000000000000000008c", "hex"));
  folder.write("model.onnx", Uint8Array.of(8, 7, 18, 4, 98, 112, 116, 116, 1, 1));
  folder.write("package.json", "{}");
  folder.write("broken.json", `{"modelTopology": `);
  folder.write("old.onnx", "old");
  const rnn = new Rnn({ cell: "relu", inputSize: 4, hiddenSize: 3 });
  folder.write("rnn.safetensors", rnn.save());
  mkdirSync(folder.of("folder"));
  folder.bptt(["convert", "model.safetensors", "--to", "keras", "-o", "weights.npz"]);
  folder.write("short.npz", folder.read("weights.npz").subarray(0, 900));
});
afterAll(() => folder.remove());

/** Runs a command that fails and returns its sentence. */
function sentence(args: readonly string[], code: number, input?: string): string {
  const contents = () => folder.names().map((name) => (name === "folder" ? name : [name, folder.read(name)]));
  const before = contents();
  const outcome = folder.bptt(args, input);
  expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code, stdout: "" });
  expect(outcome.stderr).toMatch(/^bptt: [^\n]+\n$/);
  expect(outcome.stderr).not.toMatch(/\bat .*:\d+|undefined|\[object/);
  expect(contents()).toEqual(before);
  return outcome.stderr.slice("bptt: ".length, -1);
}

describe("a model that is none", () => {
  const cases: [string, RegExp][] = [
    ["nowhere", /^nowhere: no such file or folder$/],
    ["folder", /^folder: expected a file, received a folder$/],
    ["empty", /^empty: expected a model, received an empty file$/],
    ["binary", /^binary: expected a model, received neither safetensors nor /],
    ["text.txt", /^text\.txt: expected a model, received neither safetensors nor /],
    ["short.safetensors", /^short\.safetensors: /],
    [
      "header.safetensors",
      /^header\.safetensors: header: expected the \d+ bytes that .*; the file is not valid safetensors$/,
    ],
    ["zip", /^zip: /],
    ["hdf5", /^hdf5: /],
    [
      "scikit.pkl",
      /^scikit\.pkl: expected a model, received a pickle, which only the Python program that wrote it can read$/,
    ],
    ["pickle.pt", /^pickle\.pt: a file of torch\.save, which only Python can read; /],
    ["model.onnx", /^model\.onnx: ONNX is written, not read; /],
    ["text.txt/model", /^text\.txt\/model: a part of the path is not a folder$/],
  ];
  const others: [string, RegExp][] = [
    [
      "package.json",
      /^package\.json: expected a model\.json of TensorFlow\.js, received JSON without weight files$/,
    ],
    ["broken.json", /^broken\.json: expected JSON, received "/],
    ["short.npz", /^short\.npz: the archive is damaged or cut short$/],
  ];
  const commands: string[][] = [
    ["generate", "-p", "so"],
    ["evaluate", "text.txt"],
    ["inspect"],
    ["convert", "--to", "onnx", "-o", "out.onnx"],
  ];
  test.each(commands.flatMap(([name, ...rest]) => cases.map((one) => [name!, rest, ...one] as const)))(
    "%s %j of %s",
    (name, rest, file, what) => expect(sentence([name, file, ...rest], 1)).toMatch(what),
  );
  test.each(others)("%s", (file, what) => {
    expect(sentence(["convert", file, "--to", "bptt", "-o", "out"], 1)).toMatch(what);
    expect(sentence(["generate", file], 1)).toMatch(
      /expected a model of bptt, which bptt convert --to bptt --vocabulary makes of it$|damaged/,
    );
  });

  it("an empty standard input", () => {
    expect(sentence(["inspect", "-"], 1, "")).toBe(
      "standard input: expected a model, received an empty file",
    );
  });

  test.each([["generate"], ["evaluate", "text.txt"]])("%s of a network without text", (name, ...rest) => {
    expect(sentence([name, "rnn.safetensors", ...rest], 1)).toBe(
      "rnn.safetensors: expected a text model, received a network without a vocabulary; add one with bptt convert --to bptt --vocabulary",
    );
  });
});

describe("a model whose texts are damaged", () => {
  /** Returns the model with another text. The header is JSON after its length. */
  function damaged(key: string, value: string): string {
    const file = folder.read("model.safetensors");
    const end = 8 + file.readUInt32LE(0);
    const header = JSON.parse(file.subarray(8, end).toString()) as { __metadata__: Record<string, string> };
    header.__metadata__[key] = value;
    const json = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeUInt32LE(json.length);
    return folder.write("damaged.safetensors", Buffer.concat([length, json, file.subarray(end)]));
  }

  test.each([
    ["bptt.text.state", "null", /: text: expected an object, received null$/],
    ["bptt.text.state", `{"kind":"poem"}`, /: text\.kind: expected one of "text", "list", received "poem"$/],
    ["bptt.vocabulary", `{"tokens":"abc"}`, /: metadata\["bptt\.vocabulary"\]\.tokens: /],
    ["bptt.vocabulary", `{"tokens":["a"]}`, /: metadata\["bptt\.vocabulary"\]\.tokens: expected \d+ tokens/],
    ["bptt.config", "[]", /: metadata\["bptt\.config"\]: /],
    [
      "bptt.version",
      "9",
      /: metadata\["bptt\.version"\]: expected "1", all that this version of bptt reads, received "9"$/,
    ],
  ])("%s %s", (key, value, what) => {
    const file = damaged(key, value);
    expect(sentence(["inspect", file], 1)).toMatch(what);
    expect(sentence(["convert", file, "--to", "bptt", "-o", "out"], 1)).toMatch(what);
    expect(sentence(["generate", file], 1)).toMatch(what);
  });

  test("bptt.training.state without its optimizer", () => {
    expect(sentence(["inspect", damaged("bptt.training.state", "nope")], 1)).toMatch(
      /: bptt\.training\.state: expected JSON, received "nope"$/,
    );
  });

  it("texts that fall into tokens by a function of a program", () => {
    const own = new CharRnn({ text: "abc", tokens: (text) => Array.from(text), hiddenSize: 3 });
    folder.write("own.safetensors", own.save());
    expect(sentence(["generate", "own.safetensors"], 1)).toBe(
      "own.safetensors: it splits texts by a function of the program that made it, which the command line does not have",
    );
    const { code, stdout } = folder.bptt(["inspect", "own.safetensors"]);
    expect({ code, last: stdout.trimEnd().split("\n").at(-2) }).toEqual({
      code: 0,
      last: "text        one long text by a function of its program",
    });
  });
});

describe("where nothing can be written", () => {
  const convert = (output: string, to = "onnx") => ["convert", "model.safetensors", "--to", to, "-o", output];

  it("a folder", () =>
    expect(sentence(convert("folder"), 1)).toBe("folder: expected a file, received a folder"));
  it("no folder", () => expect(sentence(convert("no/out"), 1)).toBe("no/out: no such file or folder"));
  it("a network that the format has not", () => {
    expect(sentence(convert("out.json", "tfjs"), 1)).toBe(
      "model.safetensors: expected a GRU that resets before the product, as TensorFlow.js has it, received one that resets after it",
    );
  });
  it.skipIf(process.platform !== "linux")("a full disk", () => {
    expect(sentence(convert("/dev/full"), 1)).toBe("/dev/full: no space left on the disk");
  });
  it("two files of which one cannot be written: neither is", () => {
    mkdirSync(folder.of("folder/rnn.bin"), { recursive: true });
    const args = ["convert", "rnn.safetensors", "--to", "tfjs", "-o", "folder/rnn.json"];
    expect(sentence(args, 1)).toBe("folder/rnn.bin: expected a file, received a folder");
    expect(folder.shell("ls -A folder").stdout).toBe("rnn.bin\n");
  });
});

describe("wrong usage", () => {
  it("no command: the help, and the sentence", () => {
    const { code, stdout, stderr } = folder.bptt([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^Usage: bptt [^]*\nbptt: expected a command; `bptt --help` lists them\n$/);
  });

  test.each([
    [["generate"], "missing required argument 'model'"],
    [["convert", "model.safetensors", "-o", "x"], "required option '--to <format>' not specified"],
    [["convert", "model.safetensors", "--to", "onnx"], "required option '-o, --output <file>' not specified"],
    [["convert", "model.safetensors", "--to", "caffe", "-o", "x"], /argument 'caffe' is invalid\. Allowed choices are bptt, pytorch, keras, onnx, tfjs$/],
    [["convert", "model.safetensors", "--to", "tfjs", "-o", "x.bin"], "--output: expected a name that ends in .json, received x.bin"],
    [["convert", "model.safetensors", "--to", "onnx", "-o", "-"], "--output: expected a file, received standard output"],
    [["convert", "model.safetensors", "--to", "keras", "-o", "x", "--state"], "--state: it requires --to onnx"],
    [["convert", "-", "--to", "bptt", "-o", "x", "--vocabulary", "-"], "expected standard input once, received it as model and as vocabulary"],
    [["evaluate", "-", "-"], "expected standard input once, received it as model and as text"],
    [["inspect", "model.safetensors", "--layers", "2"], "--layers: the shapes in the file decide that"],
    [["inspect", "model.safetensors", "--no-bias"], "--no-bias: the shapes in the file decide that"],
    [["inspect", "model.safetensors", "--cell", "lstm"], `--cell: expected "gru", as the file says, received "lstm" (model.safetensors)`],
    [["inspect", "weights.npz", "--cell", "lstm"], "--cell: the file decides that"],
    [["inspect", "weights.npz", "--prefix", "a"], "--prefix: it is for files of PyTorch"],
    [["inspect", "model.safetensors", "--cell", "mlp"], /argument 'mlp' is invalid\. Allowed choices are tanh, relu, gru, lstm$/],
    [["inspect", "one", "two"], /^too many arguments for 'inspect'\. Expected 1 argument but got 2/],
    [["inspct", "one"], /^unknown command 'inspct' \(Did you mean inspect\?\)$/],
  ] as [string[], string | RegExp][])("%j", (args, what) => {
    const said = sentence(args, 2);
    if (typeof what === "string") expect(said).toBe(what);
    else expect(said).toMatch(what);
  });
}); // prettier-ignore
