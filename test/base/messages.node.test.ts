/** Tests the lint rules that forbid code to read or edit a message, on samples and on all sources. */

import { readFileSync } from "node:fs";
import { Linter } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, it, test } from "vitest";
import { NO_BARE_ERRORS, NO_READ_MESSAGES } from "../../scripts/message-rules.mjs";
import { inProject } from "../../scripts/setup/paths.mjs";
import { filesUnder } from "../../scripts/setup/stamp.mjs";

const linter = new Linter();

/** Returns the lines of `code` that break the rules. */
function broken(code: string, rules: readonly object[]): number[] {
  const found = linter.verify(code, {
    languageOptions: { parser: tseslint.parser as Linter.Parser },
    linterOptions: { reportUnusedDisableDirectives: "off" },
    rules: { "no-restricted-syntax": ["error", ...rules] },
  });
  expect(found.filter(({ fatal }) => fatal)).toEqual([]);
  return found.filter(({ ruleId }) => ruleId === "no-restricted-syntax").map(({ line }) => line);
}

describe("no code decides on a message or edits it", () => {
  test.each([
    `if (error.message.startsWith("text")) throw error;`,
    `if ((error as Error).message.includes("a vocabulary")) throw error;`,
    `const { message } = error; if (message.includes("a vocabulary")) throw error;`,
    `throw new Error(error.message.replace(/^text/, "line"));`,
    `throw new Error(error?.message.slice(4));`,
    `const [, name] = /^(\\w+):/.exec(error.message) ?? [];`,
    `if (/^bytes/.test((error as Error).message)) throw error;`,
    `if (error.message === "weights alone") throw error;`,
    `if ("weights alone" === error.message) throw error;`,
    `switch (error.message) { default: throw error; }`,
  ])("%s", (code) => {
    expect(broken(code, NO_READ_MESSAGES)).toEqual([1]);
  });

  test.each([
    "throw new Error(`${name}: ${error.message}`, { cause: error });",
    `if (error.message === "") return;`,
    `worker.postMessage(message); if (message.kind === "done") return;`,
  ])("but %s", (code) => {
    expect(broken(code, NO_READ_MESSAGES)).toEqual([]);
  });
});

test.each([`throw new TypeError("n: expected a number");`, `throw RangeError("n: expected more");`])(
  "no error without fields: %s",
  (code) => {
    expect(broken(code, NO_BARE_ERRORS)).toEqual([1]);
  },
);

it("the sources keep the rules", () => {
  const sources = filesUnder(inProject("ts")).filter((path) => path.endsWith(".ts"));
  expect(sources.length).toBeGreaterThan(100);
  const offences = sources.flatMap((path) => {
    const rules = path.endsWith("errors.ts") ? NO_READ_MESSAGES : [...NO_READ_MESSAGES, ...NO_BARE_ERRORS];
    return broken(readFileSync(path, "utf8"), rules).map((line) => `${path}:${line}`);
  });
  expect(offences).toEqual([]);
});
