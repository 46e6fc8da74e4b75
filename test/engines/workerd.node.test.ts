/**
 * Tests workerd, the runtime of Cloudflare Workers, which compiles no WebAssembly at run time: `bptt/slim`
 * with the imported module works, and the default entry gives a clear error.
 */

import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { beforeAll, expect, it } from "vitest";
import { findWorkerd } from "../../scripts/setup/engines.mjs";
import { inProject } from "../../scripts/setup/paths.mjs";
import { inDist } from "../support/dist.js";
import { EXPECTED, firstProgram, titled } from "./expected.js";

const workerd = findWorkerd();
const folder = inProject("target", "workerd");
const { code, output } = firstProgram;
const body = code.replace(/^import .*$/m, "");

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const entry of ["slim", "index", "relaxed"]) {
    const entryPoints = [inDist(`${entry}.js`)];
    await build({ entryPoints, outfile: join(folder, `${entry}.js`), bundle: true, format: "esm" });
  }
  copyFileSync(inDist("bptt.wasm"), join(folder, "bptt.wasm"));
  copyFileSync(inProject("test", "engines", "program.mjs"), join(folder, "program.js"));
});

/** Runs the body of an asynchronous function in a Worker, with an entry as `library`, and returns its result. */
async function inWorker(entry: string, script: string, date = "2024-09-23"): Promise<unknown> {
  const main = `
    import wasm from "bptt.wasm";
    import * as library from "./${entry}.js";
    import { hashes } from "./program.js";
    const run = async () => { ${script} };
    export default {
      async test() {
        const result = await run().catch(({ name, code, message }) => ({ name, code, message }));
        console.log(JSON.stringify(result));
      },
    };`;
  const config = `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (services = [(name = "main", worker = .worker)]);
    const worker :Workerd.Worker = (
      compatibilityDate = "${date}",
      modules = [
        (name = "main.js", esModule = embed "main.js"),
        (name = "${entry}.js", esModule = embed "${entry}.js"),
        (name = "program.js", esModule = embed "program.js"),
        (name = "bptt.wasm", wasm = embed "bptt.wasm"),
      ],
    );`;
  writeFileSync(join(folder, "main.js"), main);
  writeFileSync(join(folder, "config.capnp"), config);
  const { stdout } = await promisify(execFile)(workerd!, ["test", "config.capnp"], { cwd: folder });
  return JSON.parse(stdout);
}

// The second date is older than FinalizationRegistry in Workers.
it.skipIf(workerd === undefined).each(["2024-09-23", "2022-03-21"])(
  titled("the hashes with the imported module (%s)", workerd),
  async (date) => {
    expect(await inWorker("slim", "await library.init(wasm); return hashes(library);", date)).toEqual(
      EXPECTED,
    );
  },
);

it.skipIf(workerd === undefined)(titled("the README's first program", workerd), async () => {
  const script = `
    await library.init(wasm);
    const { CharRnn } = library;
    const lines = [];
    const console = { log: (line) => lines.push(line) };
    ${body}
    return lines.join("\\n");`;
  expect(await inWorker("slim", script)).toBe(output);
});

const refused = {
  name: "BpttError",
  code: "WASM_UNAVAILABLE",
  message: expect.stringMatching(
    /^bptt: this runtime compiles no WebAssembly .*; import the file bptt\/bptt\.wasm as a module and pass it to `init` of bptt\/slim$/,
  ) as string,
};

it.skipIf(workerd === undefined).each([
  ["index", "new library.Rnn({ inputSize: 2, hiddenSize: 2 })"],
  ["index", "await library.init()"],
  ["relaxed", "new library.Rnn({ inputSize: 2, hiddenSize: 2 })"],
  ["slim", "await library.init(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))"],
])(titled("%s, %s: says what to import", workerd), async (entry, script) => {
  expect(await inWorker(entry, script)).toEqual(refused);
});

it.skipIf(workerd === undefined)(titled("says that there are no workers", workerd), async () => {
  const script = `
    await library.init(wasm);
    const model = new library.CharRnn({ text: "gohome", hiddenSize: 4 });
    await model.fit("gohome".repeat(9), { steps: 3, batchSize: 1, sequenceLength: 4, worker: true });`;
  expect(await inWorker("slim", script)).toEqual({
    name: "BpttError",
    code: "WORKER_FAILED",
    message:
      "worker: it could not be loaded: there are neither web workers nor node:worker_threads here; leave worker out",
  });
});

it.skipIf(workerd === undefined)(titled("a time limit", workerd), async () => {
  const script = `
    await library.init(wasm);
    const rnn = new library.Rnn({ inputSize: 2, hiddenSize: 2 });
    const endless = function* () { for (;;) yield { inputs: [[0, 1]], targets: [[1, 0]] }; };
    const { stopped, seconds } = await library.fit(rnn, endless, { timeLimitSeconds: 0.2 });
    return { stopped, enough: seconds >= 0.2 };`;
  expect(await inWorker("slim", script)).toEqual({ stopped: "timeLimit", enough: true });
});
