// Tests `bptt train` in a terminal: the bar, colors, typed keys, and a restored terminal at the end.

import { readFileSync, writeFileSync } from "node:fs";
import { CharRnn } from "bptt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Place } from "./program.js";

const TEXT = "the quick brown fox jumps over the lazy dog\n".repeat(40);
const ESCAPE = "\u001b";
const COLOUR = new RegExp(`${ESCAPE}\\[\\d+(;\\d+)*m`);
const CTRL_C = "\u0003";

let place: Place;
beforeEach(() => {
  place = new Place();
  writeFileSync(place.path("text.txt"), TEXT);
});
afterEach(() => place.remove());

const train = (...args: string[]) => [
  "train",
  "text.txt",
  "-o",
  "m.safetensors",
  "--hidden",
  "16",
  "--batch",
  "4",
  "--length",
  "16",
  ...args,
];
/** The settings that are changed while the bar is shown, in pairs: cursor, line wrapping. */
const restored = (shown: string) =>
  ["?25", "?7"].map(
    (mode) => shown.lastIndexOf(`${ESCAPE}[${mode}h`) > shown.lastIndexOf(`${ESCAPE}[${mode}l`),
  );
const plain = (shown: string) => shown.replaceAll(new RegExp(`${ESCAPE}(\\[[?\\d;]*[A-Za-z]|\\d)`, "g"), "");

describe("in a terminal", () => {
  it("a bar with loss, speed and the time left; a plot; colours", async () => {
    const { code, shown } = await place.inTerminal(train("--epochs", "8", "--validation", "0.1"));
    expect(code).toBe(0);
    expect(shown).toMatch(COLOUR);
    expect(plain(shown)).toMatch(
      /━+─* *\d+ % {2}step \d+ {2}epoch \d\/8 {2}loss \d\.\d{3} {2}validation \d\.\d{3} {2}[\d.]+k? characters\/s {2}0:\d\d left/,
    );
    expect(plain(shown)).toMatch(/┼(.*\r\n)+done; .*; saved to m\.safetensors\r\n$/);
    expect(restored(shown)).toEqual([true, true]);
    expect(shown).not.toContain("\n\n"); // the bar takes one line and leaves none
  });

  it("samples stand above the bar", async () => {
    const { shown } = await place.inTerminal(train("--steps", "20", "--sample-every", "10"));
    expect(plain(shown)).toMatch(/── a sample at step 10\r\n(.*\r\n)+──\r\n/);
  });

  it.each<{ env: Record<string, string> }>([
    { env: { NO_COLOR: "1" } },
    { env: { NO_COLOR: "1", FORCE_COLOR: "3" } },
  ])("$env: the bar without a colour", async ({ env }) => {
    const { code, shown } = await place.inTerminal(train("--steps", "20"), { env });
    expect(code).toBe(0);
    expect(shown).toContain("━");
    expect(shown).not.toMatch(COLOUR);
  });

  it("TERM=dumb: plain lines", async () => {
    const { shown } = await place.inTerminal(train("--steps", "20"), { env: { TERM: "dumb" } });
    expect(shown).not.toContain(ESCAPE);
    expect(shown).toContain("step 20/20");
  });

  it("--json and --quiet say no more than in a pipe", async () => {
    const { shown } = await place.inTerminal(train("--steps", "5", "--quiet"));
    expect(shown).toBe("");
    const { shown: lines } = await place.inTerminal(train("--steps", "5", "--json", "--force"));
    expect(() =>
      lines
        .trim()
        .split("\r\n")
        .map((line) => JSON.parse(line) as unknown),
    ).not.toThrow();
  });

  it("Ctrl-C: saves, prints how to resume, and restores the terminal; the resumed run gives the same bits", async () => {
    let typed = false;
    const { code, shown } = await place.inTerminal(train("--steps", "600"), {
      onData(all, type) {
        if (typed || !all.includes("step ")) return;
        typed = true;
        type(CTRL_C);
      },
    });
    expect(code).toBe(130);
    expect(plain(shown)).toMatch(
      /\r\nbptt: stopped after step \d+ and saved to m\.safetensors; to continue: bptt train text\.txt -o m\.safetensors --resume\r\n$/,
    );
    expect(restored(shown)).toEqual([true, true]);
    expect((await place.inTerminal(["train", "text.txt", "-o", "m.safetensors", "--resume"])).code).toBe(0);
    const whole = new CharRnn({ text: TEXT, hiddenSize: 16 });
    await whole.fit(TEXT, { steps: 600, batchSize: 4, sequenceLength: 16, learningRate: 0.002 });
    expect(new Uint8Array(readFileSync(place.path("m.safetensors")))).toEqual(whole.save());
  });

  it("Ctrl-C twice: at once, and the terminal is as it was", async () => {
    writeFileSync(place.path("text.txt"), TEXT.repeat(20));
    const shape = ["--hidden", "1024", "--batch", "64", "--steps", "1000"]; // steps of seconds
    const args = ["train", "text.txt", "-o", "m.safetensors", ...shape, "--checkpoint-every", "1"];
    let typed = false;
    const { code, shown } = await place.inTerminal(args, {
      onData(all, type) {
        if (typed || !all.includes("step 2/")) return;
        typed = true;
        type(CTRL_C);
        setTimeout(() => type(CTRL_C), 100);
      },
    });
    expect(code).toBe(130);
    expect(shown).not.toContain("--resume");
    expect(shown).not.toContain("step 3/"); // the worker's last step was not awaited
    expect(restored(shown)).toEqual([true, true]);
    expect(CharRnn.load(readFileSync(place.path("m.safetensors"))).resumable).toBe(true);
    expect(place.files).toEqual(["m.safetensors", "text.txt"]);
  });
});
