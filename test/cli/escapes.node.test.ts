/**
 * Tests that no command sends control characters or marks of direction from a file's name, metadata or tokens
 * to the terminal. They are shown as escapes. A model's text is written unchanged if no terminal reads it.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { CharRnn, Rnn, Vocabulary } from "bptt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Place } from "./program.js";

const EVIL = "\u001b]0;owned\u0007 \u009b31m \u202egnp\u2066 \u061c \u2028 \r\b\u007f";
const UNSHOWN = /[^\P{Cc}\n]|[\p{Bidi_Control}\u2028\u2029]/u;
/** A part for file names, which a file system accepts. */
const NAME = "\u001b[31m\u202e\u0085\n";
const SHOWN_NAME = String.raw`\u001b[31m\u202e\u0085\n`;
const TEXT = `rose ${EVIL} is a rose\n`.repeat(20);
const SMALL = ["--hidden", "8", "--steps", "3"];

let place: Place;
beforeAll(() => {
  place = new Place();
  writeFileSync(place.path(`${NAME}.txt`), TEXT);
  const tokens = [...new Set(Array.from(TEXT))];
  const vocabulary = new Vocabulary(tokens, { unknown: "\u009b" });
  const model = new CharRnn({ vocabulary, hiddenSize: 8, cell: "lstm", seed: 3 });
  writeFileSync(place.path(`${NAME}.safetensors`), model.save());
});
afterAll(() => place.remove());

/** Returns the whole output of a command and checks that it contains nothing unescaped. */
async function shown(args: readonly string[], code = 0): Promise<string> {
  const { code: actual, stdout, stderr } = await place.run(args);
  expect(stdout + stderr).not.toMatch(UNSHOWN);
  expect(actual, stderr).toBe(code);
  return stdout + stderr;
}
const MODEL = `${NAME}.safetensors`;

describe("names and tokens", () => {
  it("train: lines, samples, JSON, and how to continue", async () => {
    const args = ["train", `${NAME}.txt`, "-o", `${NAME}.m`, ...SMALL, "--force"];
    expect(await shown([...args, "--sample-every", "1"])).toContain(`saved to ${SHOWN_NAME}.m`);
    const json = await shown([...args, "--json", "--sample-every", "1"]);
    const events = json.trimEnd().split("\n").map((line) => JSON.parse(line) as { file?: string }); // prettier-ignore
    expect(events[0]?.file).toBe(`${NAME}.m`); // the same value
  });

  it.skipIf(process.platform === "win32")(
    "the command that continues names the same files to a shell",
    async () => {
      const { stderr } = await place.run([
        ...["train", `${NAME}.txt`, "-o", `it's ${NAME}`, "--hidden", "8", "--steps", "1000000"],
        ...["--time-limit", "0.1s", "--quiet"],
      ]);
      const [, words = ""] = /: bptt train (.*) --resume\n/.exec(stderr) ?? [];
      expect(stderr).not.toMatch(UNSHOWN);
      const read = execFileSync("bash", ["--norc", "-c", `printf '%s\\0' ${words}`], { encoding: "utf8" });
      expect(read.split("\0")).toEqual([`${NAME}.txt`, "-o", `it's ${NAME}`, ""]);
    },
  );

  it("inspect", async () => {
    expect(await shown(["inspect", MODEL])).toContain(`file        ${SHOWN_NAME}.safetensors`);
    const { file, vocabulary } = JSON.parse(await shown(["inspect", MODEL, "--json"])) as {
      file: string;
      vocabulary: { tokens: string[] };
    };
    expect(file).toBe(MODEL);
    expect(vocabulary.tokens).toEqual(CharRnn.load(readFileSync(place.path(MODEL))).vocabulary.tokens);
  });

  it("evaluate", async () => {
    await shown(["evaluate", MODEL, `${NAME}.txt`]);
    writeFileSync(place.path("other\u202e.txt"), "rose\u2067");
    await shown(["evaluate", MODEL, "other\u202e.txt"]);
  });

  it("convert", async () => {
    for (const to of ["bptt", "pytorch", "keras", "onnx"])
      await shown(["convert", MODEL, "--to", to, "-o", `${NAME}.${to}`]);
    const said = await shown(["convert", MODEL, "--to", "tfjs", "-o", `${NAME}.json`]);
    expect(said).toContain(`${SHOWN_NAME}.json, ${SHOWN_NAME}.bin: a layers model`);
  });
});

describe("failures", () => {
  it.each([
    [["inspect", `${NAME}.no`], 1],
    [["generate", `${NAME}.no`], 1],
    [["generate", MODEL, "--stop", "", "--prompt", EVIL], 2],
    [["evaluate", MODEL, `${NAME}.no`], 1],
    [["train", `${NAME}.txt`, "-o", MODEL], 1],
    [["train", `${NAME}.txt`, "-o", `${NAME}.txt`], 1],
    [["train", `${NAME}.no`, "-o", "x"], 1],
    [["train", `${NAME}.txt`, "-o", "x", "--schedule", NAME], 2],
    [["train", `${NAME}.txt`, "-o", "x", "--hidden", NAME], 2],
    [["convert", MODEL, "--to", NAME, "-o", "x"], 2],
    [["convert", MODEL, "--to", "onnx", "-o", `${NAME}/x`], 1],
    [["convert", MODEL, "--to", "tfjs", "-o", NAME], 2],
    [[NAME], 2],
    [["train", `--${NAME}`], 2],
  ] as [string[], number][])("%j", async (args, code) => {
    await shown(args, code);
  });

  it("about names within files", async () => {
    const json = JSON.stringify({ [`${NAME}.weight`]: { dtype: "F32", shape: [1], data_offsets: [0, 4] } });
    const header = Buffer.from(json.padEnd(Math.ceil(Buffer.byteLength(json) / 8) * 8));
    const file = Buffer.concat([Buffer.alloc(8), header, Buffer.alloc(4)]);
    file.writeUInt32LE(header.length, 0);
    writeFileSync(place.path("evil.safetensors"), file);
    await shown(["inspect", "evil.safetensors"], 1);
    writeFileSync(place.path("evil.json"), JSON.stringify({ modelTopology: {}, weightsManifest: [{ paths: [`${NAME}${EVIL}`] }] })); // prettier-ignore
    await shown(["inspect", "evil.json"], 1);
    writeFileSync(place.path("evil.vocabulary"), JSON.stringify({ [EVIL]: 7 }));
    const bare = new Rnn({ cell: "gru", inputSize: 2, hiddenSize: 3, outputSize: 2 });
    writeFileSync(place.path("bare.safetensors"), bare.save());
    await shown(
      ["convert", "bare.safetensors", "--to", "bptt", "-o", "w", "--vocabulary", "evil.vocabulary"],
      1,
    );
  });
});

describe("a model's text", () => {
  it("is written as it is to a pipe", async () => {
    const model = CharRnn.load(readFileSync(place.path(MODEL)));
    const { stdout } = await place.run(["generate", MODEL, "-p", "\u001b", "-n", "60"]);
    expect(stdout.trimEnd()).toBe(`\u001b${model.generate({ prompt: "\u001b", length: 60 })}`.trimEnd());
  });

  it("is escaped in a terminal, but for line ends", async () => {
    for (const more of [[], ["--count", "2"], ["--json"]]) {
      const { shown: text, code } = await place.inTerminal([
        "generate",
        MODEL,
        "-p",
        "\u001b",
        "-n",
        "60",
        ...more,
      ]);
      expect(code).toBe(0);
      expect(text.replaceAll("\r\n", "")).not.toMatch(UNSHOWN);
      expect(text).toContain(String.raw`\u001b`);
    }
  });

  it("is escaped in the samples of a terminal", async () => {
    mkdirSync(place.path("t"));
    const { shown: text } = await place.inTerminal(
      ["train", `${NAME}.txt`, "-o", "t/m", ...SMALL, "--sample-every", "1"],
      {
        env: { TERM: "dumb" },
      },
    );
    expect(text.replaceAll("\r\n", "")).not.toMatch(UNSHOWN);
  });
});
