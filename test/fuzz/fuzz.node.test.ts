/**
 * Runs the fuzzer for a short time, each time with another seed, which its output contains. The long run is
 * `npm run fuzz`.
 */
import { spawn } from "node:child_process";
import { expect, it } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";

it.each([
  ["readers", 40, "damaged files are read, or refused with typed errors, within bounds of time and memory"],
  ["calls", 20, "calls succeed or are refused with typed errors, and then change nothing"],
])(
  "%s, %i seconds: %s",
  async (section, seconds) => {
    const args = [inProject("scripts", "fuzz.mjs"), "--section", section, "--seconds", String(seconds)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => (output += String(chunk)));
    const code = await new Promise((resolve) => child.on("close", resolve));
    process.stdout.write(output);
    expect(code, output).toBe(0);
  },
  300_000,
);
