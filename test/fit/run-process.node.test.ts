// Tests a run in a separate process: Node ends by itself, no listener is needed, and timers are not blocked.

import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";

const folder = inProject("target", "run-process");
const SETUP = `
  import { fit, Rnn } from ${JSON.stringify(inProject("ts", "index.ts"))};
  const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 32, outputSize: 4 });
  const batches = [{ inputs: [[0, 1, 2]], targets: [[1, 2, 3]] }];
  process.on("unhandledRejection", () => console.log("unhandled"));
`;

/** Runs a program and returns its output and exit code. It is ended after a minute. */
function run(name: string, program: string): Promise<{ output: string; code: number | null }> {
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, SETUP + program);
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["--import", "tsx", file],
      { cwd: inProject(), timeout: 60_000, encoding: "utf8" },
      (_, output, errors) => resolve({ output: output + errors, code: child.exitCode }),
    );
  });
}

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
});

describe("Node ends by itself", () => {
  it("after a run that nobody listens to, which is done to its end", async () => {
    const program = `
      const run = fit(rnn, batches, { steps: 50, onProgress: ({ step }) => step === 50 && console.log("done") });
    `;
    expect(await run("unlistened", program)).toEqual({ output: "done\n", code: 0 });
  });

  it("after one that fails, without an unhandled rejection", async () => {
    const program = `fit(rnn, [{ inputs: [[9]], targets: [[0]] }]);`;
    expect(await run("failing", program)).toEqual({ output: "", code: 0 });
  });

  it("and such a rejection is seen where somebody listens and does not catch", async () => {
    const program = `
      const run = fit(rnn, [{ inputs: [[9]], targets: [[0]] }]);
      run.then(() => undefined);
    `;
    expect(await run("listened", program)).toEqual({ output: "unhandled\n", code: 0 });
  });

  it("while a run rests, or waits for a batch that never comes", async () => {
    const program = `
      fit(rnn, batches).pause();
      const other = new Rnn({ inputSize: 4, hiddenSize: 4 });
      fit(other, { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) });
      setTimeout(() => console.log("last"), 50);
    `;
    expect(await run("resting", program)).toEqual({ output: "last\n", code: 0 });
  });
});

describe("the event loop", () => {
  it("has its turn: a timer stops an endless run", async () => {
    const program = `
      const run = fit(rnn, batches, { steps: 1e9 });
      setTimeout(() => run.stop(), 50);
      const { stopped, steps } = await run;
      console.log(stopped, steps > 0);
    `;
    expect(await run("timer", program)).toEqual({ output: "stopped true\n", code: 0 });
  });
});
