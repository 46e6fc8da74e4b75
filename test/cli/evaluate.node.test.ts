/** Tests that `bptt evaluate` measures what the library measures. */

import { writeFileSync } from "node:fs";
import { CharRnn } from "bptt";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { Place } from "./program.js";
import { Folder } from "./run-cli.js";
import { ofNames, ofText, ofWords } from "./text-models.js";

const folder = new Folder();
let text: CharRnn;
let names: CharRnn;
let words: CharRnn;
const ESCAPE = "\u001b";
const SEEN = "so much depends\nupon a red barrow\n";

beforeAll(async () => {
  [text, names, words] = [await ofText(), await ofNames(), ofWords()];
  folder.write("text.safetensors", text.save());
  folder.write("names.safetensors", names.save());
  folder.write("words.safetensors", words.save());
  const listed = new CharRnn({ text: ["anna", "otto"], hiddenSize: 3 });
  folder.write("listed.safetensors", listed.save());
});
afterAll(() => folder.remove());

function json(model: string, data: string | Uint8Array): unknown {
  folder.write("text.txt", data);
  const { code, stdout, stderr } = folder.bptt(["evaluate", model, "text.txt", "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

it("measures a long text", () => expect(json("text.safetensors", SEEN)).toEqual(text.evaluate(SEEN)));
it("measures words", () => expect(json("words.safetensors", SEEN)).toEqual(words.evaluate(SEEN)));
it("measures lines, empty ones left out", () => {
  expect(json("names.safetensors", "anna\n\nzoë\nQ\n")).toEqual(names.evaluate(["anna", "zoë", "Q"]));
});

it("reads what other systems write: a byte order mark, CR LF", () => {
  const windows = `\ufeff${SEEN.replaceAll("\n", "\r\n")}`;
  expect(json("text.safetensors", windows)).toEqual(text.evaluate(SEEN));
});

it("reads standard input, and prints a table", () => {
  const { code, stdout, stderr } = folder.bptt(["evaluate", "text.safetensors"], SEEN);
  const { loss, bitsPerCharacter, perplexity, accuracy } = text.evaluate(SEEN);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toBe(
    `loss                ${loss.toFixed(4)} nats per token\n` +
      `bits per character  ${bitsPerCharacter.toFixed(4)}\n` +
      `perplexity          ${perplexity.toFixed(4)}\n` +
      `accuracy            ${(100 * accuracy).toFixed(2)} %\n`,
  );
});

describe("how far it is", () => {
  const place = new Place();
  afterAll(() => place.remove());
  const long = (name: string) => {
    writeFileSync(place.path("text.safetensors"), text.save());
    writeFileSync(place.path(name), SEEN.repeat(60_000)); // 2 MB: longer than half a second
    return ["evaluate", "text.safetensors", name];
  };

  it("is a line that changes in a terminal, and is gone at the end", async () => {
    const { code, shown } = await place.inTerminal(long("long.txt"));
    expect(code).toBe(0);
    const escapes = new RegExp(`${ESCAPE}\\[[\\d;]*[A-Za-z]`, "g");
    const plain = (part: string) => part.replaceAll(escapes, "").replaceAll("\r", "");
    expect(plain(shown)).toMatch(/━+─+ +\d+ % {2}[\d.]+[kM]? tokens\/s {2}\d+:\d\d left/);
    const { stdout } = await place.run(["evaluate", "text.safetensors", "long.txt"]);
    expect(plain(shown.split(`${ESCAPE}[2K`).at(-1) ?? "")).toBe(stdout);
  });

  it("leaves a JSON line alone", async () => {
    const { stdout } = await place.run([...long("long.txt"), "--json"]);
    expect(Object.keys(JSON.parse(stdout) as object)).toContain("loss");
  });
});

test.each([
  ["text.safetensors", "so muQ", `text.txt: token 6: expected a character of the vocabulary, received "Q"`],
  [
    "listed.safetensors",
    "anna\n\notQo\n",
    `text.txt: line 3, token 3: expected a character of the vocabulary, received "Q"`,
  ],
  ["text.safetensors", "s", "text.txt: expected at least 2 tokens, received 1"],
  ["text.safetensors", "", "text.txt: expected a text, received an empty file"],
  [
    "text.safetensors",
    Uint8Array.of(115, 0, 115),
    "text.txt: expected a text, received a binary file (byte 1 is 0)",
  ],
  [
    "text.safetensors",
    Uint8Array.of(115, 0xe9, 115),
    "text.txt: expected a text in UTF-8, received other bytes",
  ],
])("%s of %j", (model, data, sentence) => {
  folder.write("text.txt", data);
  const outcome = folder.bptt(["evaluate", model, "text.txt"]);
  expect(outcome).toEqual({ code: 1, stdout: "", stderr: `bptt: ${sentence}\n` });
});
