// Runs each example as its command does, against the built package, and checks its figure of merit: the
// example exits with code 1 if it is missed, and the output must contain it.

import { execFile, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";
import { parseSafetensors } from "../../ts/file/safetensors.js";

/**
 * Returns the output of an example. Rejects if it ends with another code than 0, or takes more than a minute.
 */
function run(file: string, ...args: string[]): Promise<string> {
  const command = ["--import", "tsx", inProject("examples", file), ...args];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, command, { cwd: inProject(), timeout: 60_000 }, (error, output, errors) => {
      if (error) reject(new Error(`${error.message}\n${output}${errors}`));
      else resolve(output);
    });
  });
}

/**
 * Returns the output of an example that is interrupted (Ctrl+C) as soon as it has printed `when`. Rejects if
 * it ends with another code than 0.
 */
function interrupted(file: string, args: readonly string[], when: RegExp): Promise<string> {
  const child = spawn(process.execPath, ["--import", "tsx", inProject("examples", file), ...args], {
    cwd: inProject(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  let told = false;
  child.stdout.setEncoding("utf8").on("data", (news: string) => {
    output += news;
    if (!told && when.test(output)) told = child.kill("SIGINT");
  });
  return new Promise((resolve, reject) => {
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${file} ended with ${String(code ?? signal)}\n${output}`));
    });
  });
}

describe("examples", () => {
  it("forecast: beats the seasonal naive forecasts on the held-out months, and draws the band", async () => {
    const output = await run("forecast/forecast.ts");
    const figure = (name: string) => Number(new RegExp(`^ *${name} +(\\S+)$`, "m").exec(output)?.[1]);
    expect(figure("the network")).toBeLessThan(figure("seasonal naive") / 2);
    expect(figure("the network")).toBeLessThan(figure("seasonal naive \\+ drift"));
    const svg = readFileSync(inProject("target", "forecast.svg"), "utf8");
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain('aria-roledescription="line mark container"');
    expect(svg).toContain('aria-roledescription="area mark container"');
    for (const name of ["measured", "forecast", "seasonal naive"]) expect(svg).toContain(`>${name}<`);
  });

  it("airline: beats the seasonal naive forecast of a year that it has not seen, and draws the band", async () => {
    const output = await run("airline/airline.ts");
    const figure = (name: string) => Number(new RegExp(`^ *${name} +(\\S+)$`, "m").exec(output)?.[1]);
    expect(figure("forecast")).toBeLessThan(figure("seasonal naive"));
    expect(figure("seasonal naive")).toBe(47.8); // (417 − 360 + …) / 12
    expect(output.match(/^ +\d+ +\d+ +\d+ +\d+ … \d+$/gm)).toHaveLength(12);
    const svg = readFileSync(inProject("target", "airline.svg"), "utf8");
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain('aria-roledescription="area mark container"');
    for (const name of ["measured", "forecast", "seasonal naive"]) expect(svg).toContain(`>${name}<`);
  });

  it.each(["7", "8"])(
    "sensor: finds the faults of a sensor that it was not made for (seed %s)",
    async (seed) => {
      const output = await run("sensor/sensor.ts", "--seed", seed);
      const figure = (name: string) => Number(new RegExp(`^${name} +(\\S+)$`, "m").exec(output)?.[1]);
      expect(figure("precision")).toBeGreaterThanOrEqual(0.9);
      expect(figure("recall")).toBeGreaterThanOrEqual(0.9);
    },
  );

  it("custom-loss: the quantiles are quantiles of what it has never seen", async () => {
    const output = await run("custom-loss/custom-loss.ts");
    expect(Number(/largest deviation: (\S+)/.exec(output)?.[1])).toBeLessThan(3);
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
    expect(figure(/^largest difference from PyTorch's logits: (\S+)$/m)).toBeLessThan(2e-5);
    expect(figure(/^after: +(\S+),/m)).toBeLessThan(figure(/^before: +(\S+) /m) - 0.3);
    const read = (folder: string) => {
      const file = readFileSync(inProject(folder, "pytorch", "names.safetensors"));
      return [...parseSafetensors(file).tensors].map(([name, { shape }]) => [name, shape]).sort();
    };
    expect(read("target")).toEqual(read("examples"));
  });

  it("names: most are new, nearly as plausible as real ones, and some are real ones that it has not seen", async () => {
    const output = await run("names/names.ts");
    const share = (row: string) => Number(new RegExp(`${row} +(\\S+) %`).exec(output)?.[1]);
    expect(share("new ones:")).toBeGreaterThan(50);
    expect(share("its new names")).toBeGreaterThan(share("held-out names") - 15);
    expect(share("shuffled letters")).toBeLessThan(20);
    expect(Number(/^found: (\d+) /m.exec(output)?.[1])).toBeGreaterThan(20);
  });

  it("charrnn: writes while it learns, is stopped, continues, and writes when it is done", async () => {
    const folder = inProject("target", "charrnn-test");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const text = join(folder, "wheel barrow.txt");
    writeFileSync(text, "so much depends upon a red wheel barrow glazed with rain water. ".repeat(10));
    const args = [text, "--folder", join(folder, "models"), "--hidden", "32", "--steps", "4000"];

    const first = await interrupted("charrnn/charrnn.ts", args, /^step \d+.*\n.+\n/m);
    expect(first).toMatch(/^learning wheel barrow.txt: 640 characters$/m);
    const at = Number(/^stopped at step (\d+)/m.exec(first)?.[1]);
    expect(at).toBeLessThan(4000);
    expect(readdirSync(join(folder, "models"))).toEqual(["wheel barrow.txt.checkpoint.safetensors"]);

    const second = await run("charrnn/charrnn.ts", ...args);
    expect(second).toMatch(/^continuing with wheel barrow.txt/m);
    expect(Number(/^step (\d+)/m.exec(second)?.[1])).toBeGreaterThan(at);
    expect(second).toMatch(/^finished after 4000 steps/m);
    expect(readdirSync(join(folder, "models"))).toEqual(["wheel barrow.txt.safetensors"]);
    expect(await run("charrnn/charrnn.ts", ...args)).toContain(
      "so much depends upon a red wheel barrow glazed",
    );
  });
});
