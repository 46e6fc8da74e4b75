// Tests the failures of `bptt train`: one sentence on standard error, exit code 1 (2 for wrong usage), no
// stack, and no incomplete file.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { CharRnn, Rnn } from "bptt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Place } from "./program.js";

const TEXT = "a rose is a rose is a rose\n".repeat(20);
const SMALL = ["--hidden", "8", "--steps", "3"];

let place: Place;
let before: string[];
beforeEach(() => {
  place = new Place();
  writeFileSync(place.path("text.txt"), TEXT);
  mkdirSync(place.path("folder"));
  before = place.files;
});
afterEach(() => place.remove());

/**
 * Runs a command that must fail and returns its sentence. Standard output must be empty and the folder
 * unchanged.
 */
async function failure(
  args: readonly string[],
  code: number,
  options?: Parameters<Place["run"]>[1],
): Promise<string> {
  const { code: actual, stdout, stderr } = await place.run(args, options);
  expect(stderr).toMatch(/^bptt: .*[^.]\n$/); // one line
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+|Error:|undefined/);
  expect({ code: actual, stdout }).toEqual({ code, stdout: "" });
  expect(place.files).toEqual(before);
  return stderr.slice("bptt: ".length, -1);
}
const write = (name: string, content: string | Uint8Array) => {
  writeFileSync(place.path(name), content);
  before = place.files;
};
const onText = (name: string, ...more: string[]) => ["train", name, "-o", "m.safetensors", ...SMALL, ...more];

describe("a text", () => {
  it("that is not there", async () => {
    expect(await failure(onText("no.txt"), 1)).toBe("no.txt: no such file or folder");
  });

  it("that is a folder", async () => {
    expect(await failure(onText("folder"), 1)).toBe("folder: expected a file, received a folder");
  });

  it.each([
    ["empty", "", "x.txt: expected a text, received an empty file"],
    ["of a byte order mark alone", "\ufeff", "x.txt: expected a text, received an empty file"],
    ["of one character", "a", "x.txt: expected at least 2 tokens, received 1"],
    ["with a 0 byte", "ab\0c", "x.txt: expected a text, received a binary file (byte 2 is 0)"],
    ["in Latin-1", Uint8Array.of(0x61, 0xe4, 0x62), "x.txt: expected a text in UTF-8, received other bytes"],
    [
      "cut in a character",
      Uint8Array.of(0x61, 0xc3),
      "x.txt: expected a text in UTF-8, received other bytes",
    ],
    [
      "in UTF-16",
      Uint8Array.of(0xff, 0xfe, 0x61, 0),
      "x.txt: expected a text in UTF-8, received one in UTF-16",
    ],
  ])("%s", async (_, content, sentence) => {
    write("x.txt", content);
    expect(await failure(onText("x.txt"), 1)).toBe(sentence);
  });

  it("without a line in it", async () => {
    write("x.txt", "\n\r\n\n");
    const sentence = "x.txt: expected at least one line that is not empty";
    expect(await failure(onText("x.txt", "--lines"), 1)).toBe(sentence);
  });

  it("from standard input that is empty", async () => {
    expect(await failure(onText("-"), 1)).toBe("standard input: expected a text, received an empty file");
  });
});

describe("the model file", () => {
  const to = (name: string) => ["train", "text.txt", "-o", name, ...SMALL];

  it("in a folder that is not there", async () => {
    expect(await failure(to("no/m.safetensors"), 1)).toBe("no/m.safetensors: no such file or folder");
  });

  it("that is a folder", async () => {
    expect(await failure(to("folder"), 1)).toBe("folder: expected a file, received a folder");
  });

  it("that is the text", async () => {
    const sentence =
      "text.txt: it is an input of this command; use another name, or add --force to replace it";
    expect(await failure(to("text.txt"), 1)).toBe(sentence);
    expect(readFileSync(place.path("text.txt"), "utf8")).toBe(TEXT);
  });

  it("that is standard output", async () => {
    expect(await failure(to("-"), 2)).toBe("--output: expected a file, received standard output");
  });

  it.skipIf(!existsSync("/dev/full"))("on a disk that is full", async () => {
    const { code, stderr } = await place.run([...to("/dev/full"), "--quiet"]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "bptt: /dev/full: no space left on the disk\n" });
    expect(place.files).toEqual(before);
  });

  it.skipIf(process.platform === "win32")(
    "with space for a part of it: the checkpoint before stays whole",
    async () => {
      const { code } = await place.run([
        "train",
        "text.txt",
        "-o",
        "m.safetensors",
        "--hidden",
        "8",
        "--steps",
        "200",
        "--time-limit",
        "0.01s",
        "--quiet",
      ]);
      expect(code).toBe(0);
      const whole = readFileSync(place.path("m.safetensors"));
      before = place.files;
      const args = [
        "train",
        "text.txt",
        "-o",
        "m.safetensors",
        "--resume",
        "--quiet",
        "--checkpoint-every",
        "1",
      ];
      // in units of 512 or 1024 bytes, depending on the shell: less than the file in either case
      expect(await failure(args, 1, { shell: `ulimit -f ${Math.floor(whole.length / 2048)}` })).toBe(
        "m.safetensors: too large for this file system",
      );
      expect(readFileSync(place.path("m.safetensors"))).toEqual(whole);
    },
  );
});

describe("--resume", () => {
  const resume = ["train", "text.txt", "-o", "m.safetensors", "--resume"];
  async function unfinished(): Promise<Uint8Array> {
    const model = new CharRnn({ text: TEXT, hiddenSize: 8 });
    const run = model.fit(TEXT, { steps: 50, onProgress: ({ step }) => step === 3 && run.stop() });
    await run;
    return model.save({ optimizer: true });
  }

  it("without a file", async () => {
    expect(await failure(resume, 1)).toBe("m.safetensors: no such file or folder");
  });

  it("of a finished model", async () => {
    write("m.safetensors", new CharRnn({ text: TEXT, hiddenSize: 8 }).save());
    expect(await failure(resume, 1)).toBe(
      "m.safetensors: expected an unfinished run, received a finished model",
    );
  });

  it("of a model of another kind", async () => {
    write("m.safetensors", new Rnn({ inputSize: 3, hiddenSize: 4 }).save());
    expect(await failure(resume, 1)).toMatch(
      /^m\.safetensors: expected a text model, received a network without a vocabulary/,
    );
  });

  it("of a file that is no model, is empty, or is cut short", async () => {
    write("m.safetensors", "no model at all");
    expect(await failure(resume, 1)).toMatch(/^m\.safetensors: expected a model, received neither /);
    write("m.safetensors", "");
    expect(await failure(resume, 1)).toBe("m.safetensors: expected a model, received an empty file");
    const whole = await unfinished();
    for (const length of [5, 100, whole.length - 1]) {
      write("m.safetensors", whole.subarray(0, length));
      expect(await failure(resume, 1)).toMatch(
        /^m\.safetensors: (.*; the file is not valid safetensors$|expected a model, received neither )/,
      );
    }
  });

  it("with another text", async () => {
    write("m.safetensors", await unfinished());
    write("text.txt", `${TEXT}a rose`);
    expect(await failure(resume, 1)).toBe(
      "text.txt: expected the text with which the run in m.safetensors began",
    );
    write("text.txt", "something else");
    expect(await failure(resume, 1)).toBe(
      "text.txt: expected the text with which the run in m.safetensors began",
    );
  });

  it("with an option that is the run's", async () => {
    write("m.safetensors", await unfinished());
    expect(await failure([...resume, "--learning-rate", "0.1"], 2)).toBe(
      "--learning-rate: expected none with --resume, which continues with the options of its run",
    );
  });
});

describe("wrong usage", () => {
  it.each([
    [["train"], /^required option '-o, --output <model>' not specified$/],
    [["train", "-o", "m.safetensors"], /^missing required argument 'file'$/],
    [["train", "text.txt"], /^required option '-o, --output <model>' not specified$/],
    [onText("text.txt", "--hiden", "3"), /^unknown option '--hiden' \(Did you mean --hidden\?\)$/],
    [
      onText("text.txt", "--cell", "elman"),
      /^option '--cell <kind>' argument 'elman' is invalid\. Allowed choices are tanh, relu, gru, lstm$/,
    ],
    [
      onText("text.txt", "--hidden", "x"),
      /^option '--hidden <n>' argument 'x' is invalid\. Expected a number$/,
    ],
    [
      onText("text.txt", "--hidden", "0"),
      /^option '--hidden <n>' argument '0' is invalid\. Expected a whole number from 1$/,
    ],
    [onText("text.txt", "--time-limit", "soon"), /Expected a time such as 90s, 10m or 2h$/],
    [onText("text.txt", "--epochs", "2"), /^option '--steps <n>' cannot be used with option '--epochs <n>'$/],
    [onText("text.txt", "--json", "--quiet"), /^option '--json' cannot be used with option '--quiet'$/],
    [onText("text.txt", "--dropout", "0.5"), /^--dropout: expected 0 with one layer/],
    [onText("text.txt", "--dropout", "2", "--layers", "2"), /^--dropout: expected .*, received 2$/],
    [onText("text.txt", "--patience", "2"), /^--patience: expected a --validation above 0 with it$/],
    [
      onText("text.txt", "--validation", "1"),
      /^--validation: expected a finite number >= 0 and < 1, received 1$/,
    ],
    [onText("text.txt", "--learning-rate", "-1"), /^--learning-rate: expected .*, received -1$/],
    [onText("text.txt", "--clip", "0"), /^--clip: expected .*, received 0$/],
    [
      onText("text.txt", "--seed", "4294967296"),
      /^--seed: expected an integer in 0\.\.4294967295, received 4294967296$/,
    ],
    [onText("text.txt", "--schedule", "sine"), /^--schedule: expected .*, received "sine"$/],
    [
      onText("text.txt", "--schedule", "linear:0"),
      /^--schedule linear:0: steps: expected an integer >= 1, received 0$/,
    ],
    [["train", "-", "-", "-o", "m.safetensors"], /^expected standard input once, received -, -$/],
  ])("%j", async (args, sentence) => {
    expect(await failure(args, 2)).toMatch(sentence);
  });
});
