/**
 * Tests that no command loses a user's file, by the guard of every command that writes. The expected file is
 * the one that the operating system would open, which the tests identify by its device and inode; they
 * compare the bytes of every file afterwards.
 */

import { existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { CharRnn, Rnn } from "bptt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { event, Place } from "./program.js";
import { cutShort } from "./text-models.js";

const TEXT = "a rose is a rose is a rose\n".repeat(20);
const SMALL = ["--hidden", "8", "--steps", "3", "--quiet"];
const WAYS_OUT = "use another name, or add --force to replace it";

let place: Place;
beforeEach(() => {
  place = new Place();
  writeFileSync(place.path("text.txt"), TEXT);
});
afterEach(() => place.remove());

const write = (name: string, bytes: string | Uint8Array) => writeFileSync(place.path(name), bytes);
const read = (name: string) => readFileSync(place.path(name));
const train = (output: string, ...more: string[]) => ["train", "text.txt", "-o", output, ...SMALL, ...more];
const convert = (to: string, output: string, ...more: string[]) => [
  ...["convert", "m.safetensors", "--to", to, "-o", output],
  ...more,
];
const textModel = () => new CharRnn({ text: TEXT, hiddenSize: 4, cell: "lstm" }).save();

/** Runs a command that must be refused without a change to any file, and returns its sentence. */
async function refused(args: readonly string[], input?: string): Promise<string> {
  const all = () => place.files.map((name) => [name, existsSync(place.path(name)) && statOf(name)]);
  const before = all();
  const { code, stdout, stderr } = await place.run(args, { input: input ?? "" });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(all()).toEqual(before);
  expect(stderr).toMatch(/^bptt: .*\n$/);
  return stderr.slice("bptt: ".length, -1);
}
const statOf = (name: string) => {
  try {
    return read(name).toString("base64");
  } catch {
    return "a folder";
  }
};
async function done(args: readonly string[]): Promise<void> {
  const { code, stderr } = await place.run(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
}

describe("an output path is what the operating system would open", () => {
  it("with '..' after a folder that is not there", async () => {
    expect(await refused(train("typo/../text.txt"))).toBe("typo/../text.txt: no such file or folder");
    write("m.safetensors", textModel());
    expect(await refused(convert("onnx", "typo/../text.txt"))).toBe(
      "typo/../text.txt: no such file or folder",
    );
    expect(await refused(convert("tfjs", "typo/../m.json"))).toBe("typo/../m.json: no such file or folder");
  });

  it("with '..' after a symbolic link", async () => {
    mkdirSync(place.path("a/b"), { recursive: true });
    symlinkSync("a/b", place.path("link"));
    await done(train("link/../m.safetensors"));
    expect(place.files).toEqual(["a", "link", "text.txt"]);
    write("m.safetensors", textModel());
    await done(["convert", "link/../m.safetensors", "--to", "onnx", "-o", "link/../m.onnx"]);
    expect(existsSync(place.path("a/m.onnx"))).toBe(true);
    write("a/text.txt", TEXT);
    expect(await refused(["train", "a/text.txt", "-o", "link/../text.txt", ...SMALL])).toContain("an input");
  });

  it("a weight file beside a model that is read through a link", async () => {
    mkdirSync(place.path("a/b"), { recursive: true });
    symlinkSync("a/b", place.path("link"));
    write("m.safetensors", textModel());
    await done(convert("tfjs", "a/m.json"));
    await done(["convert", "link/../m.json", "--to", "keras", "-o", "m.npz"]);
  });
});

describe("an input is not replaced", () => {
  it.each(["text.txt", "./text.txt", "hard", "soft", "folder/../text.txt"])("%s", async (output) => {
    linkSync(place.path("text.txt"), place.path("hard"));
    symlinkSync("text.txt", place.path("soft"));
    mkdirSync(place.path("folder"));
    const sentence = `${output}: it is an input of this command; ${WAYS_OUT}`;
    expect(await refused(train(output))).toBe(sentence);
    expect(await refused(["train", "-", "text.txt", "-o", output, ...SMALL], "more")).toBe(sentence);
  });

  it("one that comes from standard input", async () => {
    const { child, ended } = place.start(["train", "-", "-o", "text.txt", ...SMALL], "exec < text.txt");
    child.stdin.end();
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `bptt: text.txt: it is an input of this command; ${WAYS_OUT}\n`,
    });
    expect(read("text.txt").toString()).toBe(TEXT);
  });

  it("of convert: the model, its weights, the vocabulary", async () => {
    write("m.safetensors", textModel());
    for (const to of ["onnx", "keras", "pytorch", "bptt"])
      expect(await refused(convert(to, "m.safetensors"))).toContain("it is an input of this command");
    await done(convert("tfjs", "m.json"));
    expect(await refused(["convert", "m.json", "--to", "tfjs", "-o", "m.json"])).toContain(
      "m.json: it is an input",
    );
    expect(await refused(["convert", "m.json", "--to", "onnx", "-o", "m.bin"])).toContain(
      "m.bin: it is an input",
    );
    const bare = new Rnn({ cell: "gru", inputSize: 2, hiddenSize: 3, outputSize: 2 });
    write("bare.safetensors", bare.save());
    write("vocabulary.json", `["a","b"]`);
    const args = ["convert", "bare.safetensors", "--to", "bptt", "--vocabulary", "vocabulary.json"];
    expect(await refused([...args, "-o", "vocabulary.json"])).toContain("vocabulary.json: it is an input");
  });

  it("unless --force says so: it is read before it is replaced", async () => {
    write("m.safetensors", textModel());
    await done(convert("keras", "m.safetensors", "--force"));
    expect(read("m.safetensors").subarray(0, 2).toString()).toBe("PK");
  });
});

describe("an existing file that is not a model of the kind is not replaced", () => {
  const others: [string, () => string | Uint8Array | Promise<Uint8Array>][] = [
    ["a text", () => "dear diary"],
    ["JSON", () => `{"weightsManifest":1}`],
    ["a zip", () => Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0)],
    ["bytes that begin as ONNX does", () => Uint8Array.of(8, 7, 18, 4, 98, 112, 116, 116)],
    ["a header of safetensors", () => textModel().subarray(0, 100)],
    [
      "a safetensors file without a recurrent network",
      () => {
        const json = JSON.stringify({ w: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }).padEnd(64);
        const file = new Uint8Array(8 + 64 + 4);
        file[0] = 64;
        file.set(new TextEncoder().encode(json), 8);
        return file;
      },
    ],
    ["an unfinished run", cutShort],
  ];

  it.each(others)("%s", async (name, content) => {
    write("m.safetensors", textModel());
    write("other", await content());
    if (name !== "an unfinished run") {
      expect(await refused(train("other"))).toBe(
        `other: it exists and does not hold a model that bptt train makes; ${WAYS_OUT}`,
      );
    }
    for (const to of ["bptt", "pytorch", "keras", "onnx"])
      expect(await refused(convert(to, "other")), to).toMatch(
        /^other: it .*; use another name, or add --force to replace it$/,
      );
    write("other.json", await content());
    expect(await refused(convert("tfjs", "other.json"))).toMatch(/^other\.json: it exists and does not hold/);
    await done(convert("onnx", "other", "--force"));
    await done(train("other", "--force"));
  });

  it("the weights beside a TensorFlow.js model, when they are not its weights", async () => {
    write("m.safetensors", textModel());
    write("m.bin", "precious");
    expect(await refused(convert("tfjs", "m.json"))).toBe(
      `m.bin: it exists and is not a part of a model in m.json; ${WAYS_OUT}`,
    );
  });

  it("a model of the same kind is replaced", async () => {
    write("m.safetensors", textModel());
    for (const [to, output] of [
      ["bptt", "b"],
      ["pytorch", "p"],
      ["keras", "k"],
      ["onnx", "o"],
      ["tfjs", "t.json"],
    ] as const) {
      await done(convert(to, output));
      await done(convert(to, output));
    }
  });

  it("an empty file has nothing to lose, a device neither", async () => {
    write("empty", "");
    await done(train("empty"));
    await done(train("/dev/null"));
  });
});

describe("train", () => {
  it("does not replace a finished model, and names the ways out", async () => {
    await done(train("m.safetensors"));
    expect(await refused(train("m.safetensors"))).toBe(
      `m.safetensors: it holds a finished model; ${WAYS_OUT} (--resume continues an unfinished run only)`,
    );
    expect(await refused(train("m.safetensors", "--steps", "9"))).toContain("a finished model");
    const before = read("m.safetensors");
    await done(train("m.safetensors", "--seed", "9", "--force"));
    expect(read("m.safetensors").equals(before)).toBe(false);
  });

  it("does not replace an unfinished run, and names the ways out", async () => {
    write("m.safetensors", await cutShort());
    expect(await refused(train("m.safetensors"))).toBe(
      "m.safetensors: it holds an unfinished run; continue it with --resume, use another name, or add --force to replace it",
    );
    await done(train("m.safetensors", "--force"));
  });

  it("--force with --resume is wrong usage", async () => {
    const { code, stderr } = await place.run(["train", "text.txt", "-o", "m", "--resume", "--force"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/'--force' cannot be used with option '--resume'/);
  });
});

describe.skipIf(process.platform === "win32")("two commands on one output", () => {
  const long = ["train", "text.txt", "-o", "m.safetensors", "--hidden", "64", "--steps", "1000000", "--json"];

  it("the second one refuses, by any path; when the first is killed, the next one can write", async () => {
    symlinkSync(".", place.path("here"));
    const { child, ended } = place.start([...long, "--checkpoint-every", "20"]);
    await event(child, (each) => each["event"] === "checkpoint");
    const sentence = new RegExp(`is writing it; wait for its end, or name another file$`);
    for (const output of ["m.safetensors", "here/m.safetensors"]) {
      for (const args of [
        train(output),
        train(output, "--force"),
        ["train", "text.txt", "-o", output, "--resume"],
      ]) {
        const { code, stderr } = await place.run(args);
        expect(code).toBe(1);
        expect(stderr.trimEnd()).toMatch(sentence);
        expect(stderr).toContain(`process ${child.pid} `);
      }
    }
    write("n.safetensors", textModel());
    const other = await place.run([
      "convert",
      "n.safetensors",
      "--to",
      "bptt",
      "-o",
      "m.safetensors",
      "--force",
    ]);
    expect(other.stderr.trimEnd()).toMatch(sentence);
    child.kill("SIGKILL");
    await ended;
    const resumed = await place.run([
      "train",
      "text.txt",
      "-o",
      "m.safetensors",
      "--resume",
      "--time-limit",
      "0.1s",
    ]);
    expect(resumed.code).toBe(0);
    expect(place.files).toEqual(["here", "m.safetensors", "n.safetensors", "text.txt"]);
  });

  it("both begin at once: one of them trains at most, and nothing is left", async () => {
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => place.run(train("m.safetensors"))));
    for (const { code, stderr } of outcomes)
      expect([code, stderr]).toEqual(
        code === 0 ? [0, ""] : [1, expect.stringMatching(/is writing it|a finished model/)],
      );
    expect(place.files.filter((name) => name.startsWith("."))).toEqual([]);
  });
});

describe("when the disk fails at the third checkpoint", () => {
  const failing = (more: string) => `
    const files = require("node:fs/promises");
    const { rename } = files;
    let count = 0;
    files.rename = async (from, to) => {
      if (++count <= 2) return rename(from, to);
      ${more}
      throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
    };
    require("node:module").syncBuiltinESMExports();`;
  const run = async (more: string) => {
    write("failing.cjs", failing(more));
    const args = ["train", "text.txt", "-o", "m.safetensors", "--hidden", "8", "--steps", "1000"];
    const { ended } = place.start(
      [...args, "--checkpoint-every", "5", "--quiet"],
      "export NODE_OPTIONS='--require ./failing.cjs'",
    );
    return ended;
  };

  it("the one before is called intact", async () => {
    expect(await run("")).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "bptt: m.safetensors: no space left on the disk; the checkpoint of step 10 is intact; " +
        "to continue: bptt train text.txt -o m.safetensors --resume\n",
    });
    await done(["train", "text.txt", "-o", "m.safetensors", "--resume", "--quiet"]);
  });

  it("but not without looking", async () => {
    const { code, stderr } = await run(`require("node:fs").writeFileSync(to, "gone");`);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "bptt: m.safetensors: no space left on the disk\n" });
  });
});
