/** Tests that `bptt generate` writes what the library generates. */

import type { CharRnn } from "bptt";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { Folder } from "./run-cli.js";
import { ofNames, ofText } from "./text-models.js";

const folder = new Folder();
let text: CharRnn;
let names: CharRnn;

beforeAll(async () => {
  [text, names] = [await ofText(), await ofNames()];
  folder.write("text.safetensors", text.save());
  folder.write("names.safetensors", names.save());
});
afterAll(() => folder.remove());

/** Returns the output of a command that succeeds without messages. */
function output(args: readonly string[], input?: Uint8Array): string {
  const { code, stdout, stderr } = folder.bptt(["generate", ...args], input);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe("one text", () => {
  test.each([
    [["--prompt", "so much", "--length", "50"], { prompt: "so much", length: 50 }],
    [["-p", "a", "-n", "80", "-t", "0"], { prompt: "a", length: 80, temperature: 0 }],
    [["-p", "red", "--top-k", "2", "--seed", "7"], { prompt: "red", topK: 2, seed: 7 }],
    [["-p", "red", "--top-p", "0.5", "--temperature", "1.5"], { prompt: "red", topP: 0.5, temperature: 1.5 }],
    [["-p", "so much", "--stop", "barrow"], { prompt: "so much", stop: "barrow" }],
  ])("%j", (args, options) => {
    const written = options.prompt + text.generate(options);
    expect(output(["text.safetensors", ...args])).toBe(written.endsWith("\n") ? written : `${written}\n`);
  });

  it("begins on a new line where there is no prompt, and does not show it", () => {
    const written = text.generate({ prompt: "\n", length: 30 });
    expect(output(["text.safetensors", "-n", "30"])).toBe(`${written}\n`);
  });

  it("of the model on standard input", () => {
    expect(output(["-", "-p", "a", "-n", "9"], text.save())).toBe(
      `a${text.generate({ prompt: "a", length: 9 })}\n`,
    );
  });

  it("of a model of lines, which ends by itself", () => {
    expect(output(["names.safetensors", "--seed", "4"])).toBe(`${names.generate({ seed: 4 })}\n`);
  });
});

describe("several", () => {
  it("names, one a line", () => {
    const written = names.generate({ prompt: "o", count: 6, seed: 2 }).map((rest) => `o${rest}\n`);
    expect(output(["names.safetensors", "-p", "o", "--count", "6", "--seed", "2"])).toBe(written.join(""));
  });

  it("texts, a line between them", () => {
    const [first, second] = text.generate({ prompt: "so", count: 2, length: 12 });
    expect(output(["text.safetensors", "-p", "so", "-c", "2", "-n", "12"])).toBe(
      `so${first}\n----\nso${second}\n`,
    );
  });

  it("as JSON", () => {
    const written = names.generate({ prompt: "zo", count: 3 }).map((rest) => ({ prompt: "zo", text: rest }));
    const lines = output(["names.safetensors", "-p", "zo", "-c", "3", "--json"]).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(written);
  });
});

describe("a reader", () => {
  it("that goes away ends it, and nothing is said", () => {
    const line = "set -o pipefail; bptt generate text.safetensors -p so -n 100000000 | head -c 20";
    const { code, stdout, stderr } = folder.shell(line);
    const written = `so${text.generate({ prompt: "so", length: 18 })}`;
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: written, stderr: "" });
  });

  it("gets each token at once", () => {
    // more tokens than could be written in years: output that arrives in time was written before the end
    const line = "bptt generate text.safetensors -p so -n 9000000000000 | head -c 5";
    expect(folder.shell(line).stdout).toHaveLength(5);
  });

  it.skipIf(process.platform !== "linux")("that is a full disk is a failure", () => {
    const { code, stderr } = folder.shell("bptt generate text.safetensors -p so > /dev/full");
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "bptt: standard output: no space left on the disk\n",
    });
  });
});

describe("wrong usage", () => {
  test.each([
    [["-p", "soQ"], `--prompt, token 3: expected a character of the vocabulary, received "Q"`],
    [["-p", ""], /^--prompt: expected at least one token/],
    [["-t", "-1"], "--temperature: expected a finite number in 0..1e+30, received -1"],
    [["-t", "warm"], /--temperature <x>' argument 'warm' is invalid\. Expected a number$/],
    [["--top-p", "2"], /^--top-p: expected a (finite )?number/],
    [["--top-k", "0"], /--top-k <n>' argument '0' is invalid\. Expected a whole number from 1$/],
    [["--stop", ""], `--stop: expected a non-empty string, received ""`],
    [["--seed", "4294967296"], /^--seed: expected an integer/],
    [["-c", "70000"], /^--count: expected an integer/],
    [["--lenght", "3"], /unknown option '--lenght'.*Did you mean --length\?/],
  ])("%j", (args, sentence) => {
    const { code, stdout, stderr } = folder.bptt(["generate", "text.safetensors", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^bptt: .*\n$/);
    const said = stderr.slice("bptt: ".length, -1);
    if (typeof sentence === "string") expect(said).toBe(sentence);
    else expect(said).toMatch(sentence);
  });
});
