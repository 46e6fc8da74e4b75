/** The layer rule: it accepts the tree as it is, and refuses imports that point upwards. */

import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";

const folder = mkdtempSync(join(tmpdir(), "bptt-layers-"));

/** What the script prints about the copy of the tree. */
function complaints(): string[] {
  try {
    return execFileSync(process.execPath, [inProject("scripts", "check-layers.mjs"), folder], {
      encoding: "utf8",
    })
      .split("\n")
      .filter(Boolean);
  } catch (error) {
    return (error as { stdout: string }).stdout.split("\n").filter(Boolean);
  }
}

describe("check-layers", () => {
  beforeEach(() => {
    cpSync(inProject("ts"), join(folder, "ts"), { recursive: true });
    cpSync(inProject("crate", "src"), join(folder, "crate", "src"), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("accepts the tree as it is", () => {
    expect(complaints()).toEqual([]);
  });

  it.each([
    ["ts/base/show.ts", "../data/state.js", "base may not import data"],
    ["ts/data/batch.ts", "../rnn/network.js", "data may not import rnn"],
    ["ts/optim/adam.ts", "../file/section.js", "optim may not import file"],
    ["ts/fit/engine.ts", "../worker/task.js", "fit may not import worker"],
    ["ts/worker/protocol.ts", "../models/text/codec.js", "worker may not import models"],
    ["ts/spawn-worker.ts", "./models/text/codec.js", "worker may not import models"],
    ["ts/convert/keras.ts", "../rnn/rnn.js", "convert may not import rnn"],
    ["ts/cli/values.ts", "../data/state.js", "cli may not import data"],
    ["ts/models/text/codec.ts", "../../public.js", "models may not import entry points"],
  ])("refuses an import of %s from %s, of types too", (file, specifier, complaint) => {
    appendFileSync(join(folder, file), `\nexport type { Anything } from "${specifier}";\n`);
    expect(complaints().join("\n")).toContain(complaint);
  });

  it.each([
    ["ts/cli/values.ts", "export const typeError = 1;", "exports typeError, which ts/base/errors.ts exports"],
    ["ts/fit/plan.ts", "export interface Tensor {}", "exports Tensor, which ts/base/tensor.ts exports"],
    ["ts/fit/plan.ts", "export async function* open() {}", "exports open, which ts/base/source.ts exports"],
  ])("refuses that %s exports a name of another file: %s", (file, code, complaint) => {
    appendFileSync(join(folder, file), `\n${code}\n`);
    expect(complaints().join("\n")).toContain(complaint);
  });

  it("accepts a name that is exported again", () => {
    appendFileSync(
      join(folder, "ts", "fit", "plan.ts"),
      '\nexport { typeError } from "../base/errors.js";\n',
    );
    expect(complaints()).toEqual([]);
  });

  it("refuses a folder that is no layer", () => {
    cpSync(join(folder, "ts", "fit"), join(folder, "ts", "runs"), { recursive: true });
    expect(complaints().join("\n")).toContain("ts/runs, which is no layer");
    rmSync(join(folder, "ts", "runs"), { recursive: true });
  });

  it("refuses more files beside the folders than entry points", () => {
    for (let i = 0; i < 10; i++) writeFileSync(join(folder, "ts", `loose-${i}.ts`), "export {};\n");
    expect(complaints().join("\n")).toContain("at most 14");
  });

  it("refuses a Rust module that uses one below it in lib.rs", () => {
    appendFileSync(join(folder, "crate", "src", "buffer.rs"), "\nuse crate::network::Network;\n");
    expect(complaints().join("\n")).toContain("uses crate::network");
  });
});
