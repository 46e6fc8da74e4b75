/** Tests the built library in engines that lack a global. Each program is a separate process. */

import { execFileSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";
import { inDist } from "../support/dist.js";

const urlOf = (file: string): string => JSON.stringify(pathToFileURL(inDist(file)).href);

const KERAS = inProject("test", "golden", "convert", "functional_lstm.keras");

/** Returns the output of a program. */
function print(program: string, flags: string[] = []): string {
  return execFileSync(process.execPath, [...flags, "--input-type=module", "-e", program], {
    encoding: "utf8",
  });
}

it("saves, loads and converts without TextDecoder and TextEncoder", () => {
  const output = print(`
    import { readFileSync } from "node:fs";
    delete globalThis.TextDecoder;
    delete globalThis.TextEncoder;
    const { CharRnn, Rnn } = await import(${urlOf("index.js")});
    const { fromKerasFile, toOnnx } = await import(${urlOf("convert.js")});
    const model = new CharRnn({ text: "día 日本 😀", cell: "gru", hiddenSize: 3 });
    const bytes = model.save();
    console.log(CharRnn.load(bytes).vocabulary.tokens.join(""));
    const broken = bytes.slice();
    broken[9] = 0xff;
    try { Rnn.load(broken); } catch (error) { console.log(error.message, error.cause.name); }
    console.log(toOnnx(new Rnn({ cell: "lstm", inputSize: 3, hiddenSize: 4 })).length > 100);
    console.log(fromKerasFile(readFileSync(${JSON.stringify(KERAS)})).config.cell);
  `);
  expect(output.split("\n")).toEqual([
    " adí日本😀",
    "bytes.header: expected UTF-8, received other bytes; the file is not valid safetensors TypeError",
    "true",
    "lstm",
    "",
  ]);
});

it("names the cause where there is no WebAssembly", () => {
  const output = print(
    `
    import { readFileSync } from "node:fs";
    const { init } = await import(${urlOf("slim.js")});
    const { Rnn } = await import(${urlOf("index.js")});
    const report = (error) => console.log(error.code, error.message);
    await init(readFileSync(${JSON.stringify(inDist("bptt.wasm"))})).catch(report);
    await init({}).catch((error) => console.log(error.name));
    try { new Rnn({ cell: "tanh", inputSize: 2, hiddenSize: 2 }); } catch (error) { report(error); }
  `,
    ["--jitless"],
  );
  expect(output.split("\n")).toEqual([
    expect.stringMatching(/^WASM_UNAVAILABLE bptt: this engine has no WebAssembly.*jitless/),
    "TypeError",
    expect.stringMatching(/^WASM_UNAVAILABLE bptt: this engine has no WebAssembly.*jitless/),
    "",
  ]);
});
