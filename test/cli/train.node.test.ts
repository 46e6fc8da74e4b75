// Tests `bptt train` as a process: its output, its files, and that a run that is continued from its file
// gives the same bits.

import { readFileSync, writeFileSync } from "node:fs";
import { CharRnn } from "bptt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { event, Place } from "./program.js";

const TEXT =
  "she sells sea shells by the sea shore;\nthe shells she sells are sea shells, I am sure.\n".repeat(20);
const NAMES = ["anna", "hanna", "susanna", "johanna", "marianne", "hannelore", "änne"];
const SMALL = ["--hidden", "16", "--batch", "4", "--length", "16"];
const ESCAPE = "\u001b";

let place: Place;
beforeEach(() => {
  place = new Place();
  writeFileSync(place.path("text.txt"), TEXT);
  writeFileSync(place.path("names.txt"), NAMES.join("\n"));
});
afterEach(() => place.remove());

const train = (...args: string[]) => ["train", "text.txt", "-o", "m.safetensors", ...SMALL, ...args];
const bytes = (name = "m.safetensors") => new Uint8Array(readFileSync(place.path(name)));
const model = (name?: string) => CharRnn.load(bytes(name));

/** Returns the bytes that the library gives with the same options. */
async function expected(text: string | string[], steps: number, more: object = {}): Promise<Uint8Array> {
  const made = new CharRnn({ text, hiddenSize: 16, ...more });
  await made.fit(text, { steps, batchSize: 4, sequenceLength: 16, learningRate: 0.002 });
  const saved = made.save();
  made.free();
  return saved;
}

describe("a model file", () => {
  it("has the bits that the library comes to", async () => {
    const { code, stderr } = await place.run(train("--steps", "30"));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(bytes()).toEqual(await expected(TEXT, 30));
    expect(place.files).toEqual(["m.safetensors", "names.txt", "text.txt"]);
  });

  it("of options: cell, layers, dropout, seed, schedule, clip", async () => {
    const options = ["--cell", "lstm", "--layers", "2", "--dropout", "0.2", "--seed", "7", "--clip", "none"];
    const { code } = await place.run(
      train("--steps", "9", ...options, "--schedule", "warmup:2+cosine", "--learning-rate", "0.01"),
    );
    expect(code).toBe(0);
    const made = new CharRnn({ text: TEXT, hiddenSize: 16, cell: "lstm", layers: 2, dropout: 0.2, seed: 7 });
    const { cosine, warmup } = await import("bptt");
    const learningRate = warmup(2, cosine({ from: 0.01, steps: 9 }));
    await made.fit(TEXT, { steps: 9, batchSize: 4, sequenceLength: 16, learningRate, clipNorm: false });
    expect(bytes()).toEqual(made.save());
  });

  it("of shards, for any number of workers", async () => {
    const made = new CharRnn({ text: TEXT, hiddenSize: 16 });
    const options = { steps: 9, batchSize: 4, sequenceLength: 16, learningRate: 0.002, shards: 4 };
    await made.fit(TEXT, options);
    const { code } = await place.run(train("--steps", "9", "--workers", "2", "--shards", "4"));
    expect({ code, bytes: bytes() }).toEqual({ code: 0, bytes: made.save() });
    const refused = await place.run(train("--steps", "9", "--workers", "3", "--shards", "2", "--force"));
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain("--workers: expected at most 2, the number of shards, received 3");
  });

  it("of several files and of standard input: one long text", async () => {
    writeFileSync(place.path("a.txt"), TEXT.slice(0, 701));
    const { code } = await place.run(
      ["train", "a.txt", "-", "-o", "m.safetensors", ...SMALL, "--steps", "5"],
      {
        input: TEXT.slice(701),
      },
    );
    expect(code).toBe(0);
    expect(bytes()).toEqual(await expected(TEXT, 5));
  });

  it("of lines: a list of texts, the empty ones left out", async () => {
    writeFileSync(place.path("names.txt"), `\n${NAMES.join("\n\n")}\n`);
    const args = ["train", "names.txt", "-o", "m.safetensors", ...SMALL, "--steps", "5", "--lines"];
    expect((await place.run(args)).code).toBe(0);
    expect(bytes()).toEqual(await expected(NAMES, 5));
  });

  it("of words", async () => {
    expect((await place.run(train("--steps", "5", "--words"))).code).toBe(0);
    expect(bytes()).toEqual(await expected(TEXT, 5, { tokens: "words" }));
  });

  it("is the same from a text with a byte order mark and CR LF", async () => {
    writeFileSync(place.path("text.txt"), `\ufeff${TEXT.replaceAll("\n", "\r\n")}`);
    expect((await place.run(train("--steps", "5"))).code).toBe(0);
    expect(bytes()).toEqual(await expected(TEXT, 5));
  });

  it("keeps the best weights with patience", async () => {
    const { code, stdout } = await place.run(
      train("--epochs", "40", "--validation", "0.2", "--patience", "1", "--learning-rate", "0.5"),
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /the validation loss no longer falls; .* validation \d\.\d+, the weights are those of step \d+/,
    );
  });
});

describe("what it says", () => {
  it("in a pipe: plain lines, with a plot of the loss", async () => {
    const { stdout, stderr } = await place.run(train("--epochs", "2", "--validation", "0.1"));
    expect(stderr).toBe("");
    expect(stdout).not.toContain(ESCAPE);
    expect(stdout).toMatch(/^1 740 characters, \d+ different characters; gru 16, [\d ]+ parameters\n/);
    expect(stdout).toMatch(
      /\nstep \d+ {2}epoch 2\/2 {2}loss \d\.\d{3} {2}validation \d\.\d{3} {2}[\d.]+[kM]? characters\/s {2}0:00 left\n/,
    );
    expect(stdout).toMatch(/┼.*\n(.*┤.*\n)+done; \d+ steps in 0:\d\d, loss .*; saved to m\.safetensors\n$/);
  });

  it("with --quiet: nothing", async () => {
    expect(await place.run(train("--steps", "3", "--quiet"))).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("with --sample-every: what the model writes, which changes nothing", async () => {
    const { stdout } = await place.run(train("--steps", "20", "--sample-every", "10"));
    expect(stdout.match(/--- a sample at step (10|20)\n/g)).toHaveLength(2);
    expect(bytes()).toEqual(await expected(TEXT, 20));
  });

  it("with --json: lines with the documented fields", async () => {
    const args = [
      "--steps",
      "12",
      "--json",
      "--checkpoint-every",
      "5",
      "--sample-every",
      "6",
      "--validation",
      "0.1",
    ];
    const { code, stdout, stderr } = await place.run(train(...args));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const names = (name: string) => Object.keys(events.find((each) => each["event"] === name) ?? {});
    expect(names("begin").sort()).toEqual([
      ...["cell", "characters", "epochs", "event", "file", "hiddenSize", "layers"],
      ...["parameters", "steps", "texts", "unit", "vocabulary"],
    ]);
    expect(names("progress").sort()).toEqual([
      ...["epoch", "etaSeconds", "event", "fraction", "gradientNorm", "learningRate", "loss", "step"],
      ...["tokensPerSecond", "validationLoss", "warnings"],
    ]);
    expect(events.filter((each) => each["event"] === "checkpoint")).toEqual(
      [5, 10].map((step) => ({ event: "checkpoint", step, file: "m.safetensors" })),
    );
    expect(events.filter((each) => each["event"] === "sample").map(({ step }) => step)).toEqual([6, 12]);
    const last = events.at(-1);
    expect(last).toMatchObject({
      event: "end",
      stopped: "finished",
      steps: 12,
      keptStep: 12,
      divergence: null,
    });
    expect(Object.keys(last ?? {}).sort()).toEqual([
      ...["divergence", "epochs", "event", "file", "keptStep", "loss", "seconds"],
      ...["steps", "stopped", "validationLoss", "warnings"],
    ]);
    expect(events.at(-2)).toMatchObject({ event: "progress", step: 12, fraction: 1 });
  });

  it("at the end of its time: how to go on", async () => {
    const { code, stderr } = await place.run(train("--steps", "1000000", "--time-limit", "0.3s"));
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^bptt: stopped after step \d+ and saved to m\.safetensors; to continue: bptt train text\.txt -o m\.safetensors --resume\n$/,
    );
    expect(model().resumable).toBe(true);
  });

  it("of a run that diverges: at which step, and what is kept", async () => {
    const { code, stderr } = await place.run(
      train("--steps", "50", "--cell", "relu", "--learning-rate", "1e30", "--clip", "none"),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^bptt: the run diverged at step \d+: .*; m\.safetensors has the weights of step \d+\n$/,
    );
  });
});

describe("a run that is continued reports in the words of the first", () => {
  const words = (stdout: string) => {
    const lines = stdout.split("\n");
    const progress = lines.filter((line) => line.startsWith("step ")).at(-1) ?? "";
    return [lines[0], progress.replace(/\d+(?=[\s/]|$)|[\d.]+[kM]?(?= )|\d+:\d+/g, "n")];
  };

  it.each([
    [["--steps", "1000000"]],
    [["--epochs", "100000"]],
    [["--words", "--steps", "1000000", "--validation", "0.2"]],
    [["--lines", "--epochs", "100000"]],
  ])("%j", async (options) => {
    const first = await place.run(train(...options, "--time-limit", "0.4s"));
    const second = await place.run([
      ...["train", "text.txt", "-o", "m.safetensors", "--resume"],
      ...["--time-limit", "0.4s"],
    ]);
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(words(second.stdout)).toEqual(words(first.stdout));
    const json = (
      await place.run([
        ...["train", "text.txt", "-o", "m.safetensors", "--resume", "--json"],
        ...["--time-limit", "0.1s"],
      ])
    ).stdout;
    const { unit, epochs, steps } = JSON.parse(json.split("\n")[0]!) as Record<string, unknown>;
    expect(unit).toBe(options.includes("--words") ? "word" : "character");
    expect([epochs, steps]).toEqual(options.includes("--steps") ? [null, 1_000_000] : [100_000, null]);
  });
});

describe("a run that is ended", () => {
  const whole = () => expected(TEXT, 400, { hiddenSize: 48, seed: 3 });
  const long = (...args: string[]) => [
    "train",
    "text.txt",
    "-o",
    "m.safetensors",
    "--hidden",
    "48",
    "--batch",
    "4",
    "--length",
    "16",
    "--seed",
    "3",
    "--steps",
    "400",
    ...args,
  ];
  const resume = ["train", "text.txt", "-o", "m.safetensors", "--resume"];

  it.skipIf(process.platform === "win32").each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "by %s: saves, says how to go on, exits with %i; and comes to the same bits",
    async (signal, exit) => {
      const { child, ended } = place.start(long("--json"));
      await event(child, (each) => each["event"] === "progress");
      child.kill(signal);
      const { code, stderr, stdout } = await ended;
      expect(code).toBe(exit);
      expect(stderr).toMatch(/^bptt: stopped after step (\d+) and saved .*--resume\n$/);
      expect(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
        event: "end",
        stopped: "stopped",
      });
      expect(model().resumable).toBe(true);
      const refused = await place.run(long());
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(
        /^bptt: m\.safetensors: it holds an unfinished run; continue it with --resume, .*\n$/,
      );
      expect((await place.run([...resume, "--quiet"])).code).toBe(0);
      expect(bytes()).toEqual(await whole());
      expect(place.files).toEqual(["m.safetensors", "names.txt", "text.txt"]);
    },
  );

  it.skipIf(process.platform === "win32")(
    "by SIGKILL, again and again: its last checkpoint goes on to the same bits",
    async () => {
      let args = long("--json", "--checkpoint-every", "7");
      for (let kills = 0; kills < 3; kills++) {
        const { child, ended } = place.start(args);
        let seen = 0;
        await event(child, (each) => each["event"] === "checkpoint" && ++seen === kills + 2);
        child.kill("SIGKILL");
        expect((await ended).code).toBeNull();
        expect(model().resumable).toBe(true);
        args = [...resume, "--json", "--checkpoint-every", "7"];
      }
      expect((await place.run([...resume, "--quiet"])).code).toBe(0);
      expect(bytes()).toEqual(await whole());
    },
  );

  it.skipIf(process.platform === "win32")(
    "by SIGINT twice: ends at once, with the last checkpoint intact and nothing beside it",
    async () => {
      // steps of seconds: both signals arrive during the second one
      const shape = ["--hidden", "1024", "--batch", "64", "--length", "64", "--steps", "1000"];
      writeFileSync(place.path("text.txt"), "so much depends upon a red wheel barrow\n".repeat(500));
      const args = [
        "train",
        "text.txt",
        "-o",
        "m.safetensors",
        ...shape,
        "--json",
        "--checkpoint-every",
        "1",
      ];
      const { child, ended } = place.start(args);
      await event(child, (each) => each["event"] === "checkpoint" && each["step"] === 1);
      child.kill("SIGINT");
      setTimeout(() => child.kill("SIGINT"), 100);
      const { code, stdout, stderr } = await ended;
      expect(code).toBe(130);
      expect(stderr).toBe("");
      expect(stdout).not.toContain('"step":2,'); // the worker's last step was not awaited
      expect(model().resumable).toBe(true);
      expect(place.files).toEqual(["m.safetensors", "names.txt", "text.txt"]);
    },
  );

  it("by a worker that dies: one sentence, and a run resumed from the last checkpoint gives the same bits", async () => {
    writeFileSync(
      place.path("dying.cjs"),
      `const threads = require("node:worker_threads");
      threads.Worker = class extends threads.Worker {
        constructor(...given) {
          super(...given);
          setInterval(() => require("node:fs").existsSync("m.safetensors") && this.terminate(), 10).unref();
        }
      };
      require("node:module").syncBuiltinESMExports();`,
    );
    const { ended } = place.start(
      long("--json", "--checkpoint-every", "5"),
      "export NODE_OPTIONS='--require ./dying.cjs'",
    );
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^bptt: worker: it ended, with code 1, before the run did; the checkpoint of step \d+ is in m\.safetensors; to continue: .*--resume\n$/,
    );
    expect((await place.run([...resume, "--quiet"])).code).toBe(0);
    expect(bytes()).toEqual(await whole());
  });

  it("by a reader that goes away: saves and says so", async () => {
    const { child, ended } = place.start(long("--json", "--checkpoint-every", "5"));
    await event(child, (each) => each["event"] === "progress");
    child.stdout.destroy();
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^bptt: standard output: it was closed before everything was written; step \d+ is saved to m\.safetensors; to continue: .*\n$/,
    );
    expect((await place.run([...resume, "--quiet"])).code).toBe(0);
    expect(bytes()).toEqual(await whole());
  });
});
