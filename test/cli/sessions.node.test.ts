/**
 * The sessions on the command line in the README and the site print what the pages show. How fast a run was is the machine's: lines of its progress, and its
 * time, are left out.
 */

import { afterAll, describe, expect, test } from "vitest";
import { blocksIn } from "../docs/blocks.js";
import { Folder } from "./run-cli.js";

interface Step {
  readonly command: string;
  readonly output: string;
}

/** The commands of the pages' console blocks, each with what it prints. */
function steps(): Step[] {
  return blocksIn(["console"]).flatMap(({ code: block }) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const [, command = "", output = ""] = /^((?:.*\\\n)*.*)\n([^]*)$/.exec(part) ?? [];
        return { command, output };
      }),
  );
}

function ofAnyMachine(output: string): string {
  return output
    .split("\n")
    .filter((line) => !line.startsWith("step "))
    .map((line) => line.replace(/steps in [\d:]+/, "steps in …").trimEnd())
    .join("\n")
    .trimEnd();
}

const folder = new Folder();
afterAll(() => folder.remove());

describe("sessions", () => {
  test.each(steps())("$command", ({ command, output }) => {
    const { code, stdout, stderr } = folder.shell(command.replaceAll("npx bptt", "bptt"));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(ofAnyMachine(stdout)).toBe(ofAnyMachine(output));
  });

  test("there is one with each command", () => {
    const commands = steps().map(({ command }) => /npx bptt (\w+)/.exec(command)?.[1]);
    for (const command of ["train", "generate", "evaluate", "inspect", "convert"])
      expect(commands).toContain(command);
  });
});
