// Each example is run as its command runs it, against the built package, and its figure of merit is checked: by the
// example itself, which ends with code 1 when it is missed, and by its bytes' place in the output.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inProject } from "../scripts/setup/paths.mjs";
import { parseSafetensors } from "../ts/safetensors.js";

/** What an example prints; rejects when it ends with another code than 0, or after a minute. */
function run(file: string, ...args: string[]): Promise<string> {
  const command = ["--import", "tsx", inProject("examples", file), ...args];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, command, { cwd: inProject(), timeout: 60_000 }, (error, output, errors) => {
      if (error) reject(new Error(`${error.message}\n${output}${errors}`));
      else resolve(output);
    });
  });
}

describe("examples", () => {
  it("forecast: beats the seasonal-naive baseline on the held-out months, and draws both", async () => {
    const output = await run("forecast/forecast.ts");
    const figure = (name: string) => Number(new RegExp(`^ *${name} +(\\S+)$`, "m").exec(output)?.[1]);
    expect(figure("the network")).toBeLessThan(figure("seasonal naive") / 2);
    const svg = readFileSync(inProject("target", "forecast.svg"), "utf8");
    expect(svg).toMatch(/^<svg /);
    expect(svg.match(/<path aria-label="line|aria-roledescription="line mark container"/g)).not.toBeNull();
    for (const name of ["measured", "network", "seasonal naive"]) expect(svg).toContain(`>${name}<`);
  });

  it("custom-loss: the quantiles are quantiles of what it has never seen", async () => {
    const output = await run("custom-loss/custom-loss.ts");
    expect(Number(/farthest off: (\S+)/.exec(output)?.[1])).toBeLessThan(3);
  });

  it("classifier: tells names that it has never seen better than their last letter does", async () => {
    const output = await run("classifier/classifier.ts");
    const figure = (name: string) => Number(new RegExp(`^ *${name} +(\\S+) %$`, "m").exec(output)?.[1]);
    expect(figure("the network")).toBeGreaterThan(80);
    expect(figure("by the last letter")).toBeLessThan(figure("the network"));
    expect(figure("always female")).toBeLessThan(60);
  });

  it("adding: tanh forgets, gru and lstm remember", async () => {
    const output = await run("adding/adding.ts");
    const errors = (row: string) =>
      new RegExp(`^${row} +(\\S.*\\S) *$`, "m").exec(output)![1]!.split(/ +/).map(Number);
    expect(errors("gru")).toHaveLength(2);
    for (const error of errors("always 1")) expect(error).toBeCloseTo(1 / 6, 2);
    for (const error of errors("tanh")) expect(error).toBeGreaterThan(0.1);
    for (const error of [...errors("gru"), ...errors("lstm")]) expect(error).toBeLessThan(0.01);
  });

  it("pytorch: a network of PyTorch's answers as there, learns on, and goes back as it came", async () => {
    const output = await run("pytorch/pytorch.ts");
    const figure = (pattern: RegExp) => Number(pattern.exec(output)?.[1]);
    expect(figure(/^farthest from PyTorch's logits: (\S+)$/m)).toBeLessThan(2e-5);
    expect(figure(/^after: +(\S+),/m)).toBeLessThan(figure(/^before: +(\S+) /m) - 0.3);
    const read = (folder: string) => {
      const file = readFileSync(inProject(folder, "pytorch", "names.safetensors"));
      return [...parseSafetensors(file).tensors].map(([name, { shape }]) => [name, shape]).sort();
    };
    expect(read("target")).toEqual(read("examples"));
  });
});
