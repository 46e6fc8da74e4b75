// Each example is run as its command runs it, against the built package, and its figure of merit is checked: by the
// example itself, which ends with code 1 when it is missed, and by its bytes' place in the output.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inProject } from "../scripts/setup/paths.mjs";

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
});
