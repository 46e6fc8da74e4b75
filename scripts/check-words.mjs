// Checks the words of comments, docstrings, help texts and Markdown, prints each sentence that uses a word of
// scripts/words/words.mjs, and exits with code 1 if there is one. See CONTRIBUTING.md, "Words".
//
//     node scripts/check-words.mjs [FOLDER]    checks another tree of the same layout (for tests)
//
// In ts/ and crate/ a docstring must begin with a verb in the third person ("Returns") or with the noun that it
// documents. It must not begin with What, Where, Who or Whether.

import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { inProject } from "./setup/paths.mjs";
import { textsOf } from "./words/texts.mjs";
import { DOCSTRING_START, EXCEPTIONS, WORDS } from "./words/words.mjs";

const root = resolve(process.argv[2] ?? inProject());
const FOLDERS = /^(ts|crate\/src|test|examples|scripts|bench|docs|site)\//;
const SKIPPED_FOLDERS = new Set(["node_modules", "dist", "golden", "results", "target", "api", "public"]);
const FILES = /\.(ts|tsx|mjs|rs|md)$/;

/** @type {string[]} */
const found = [];
for (const file of filesOf(root)) {
  for (const { line, text, isDocstring } of textsOf(file, readFileSync(join(root, file), "utf8"))) {
    for (const complaint of complaintsAbout(file, text, isDocstring))
      found.push(`${file}:${line}: ${complaint}`);
  }
}
for (const complaint of found) process.stdout.write(`${complaint}\n`);
process.exit(found.length === 0 ? 0 : 1);

/** Yields what is wrong with a text. @param {string} file @param {string} text @param {boolean} isDocstring */
function* complaintsAbout(file, text, isDocstring) {
  for (const { word, instead } of WORDS) {
    const [match] = word.exec(text) ?? [];
    if (match !== undefined && !isException(file, text)) yield `"${match}": ${instead}`;
  }
  const [start] = DOCSTRING_START.exec(text) ?? [];
  if (isDocstring && start !== undefined && /^(ts|crate)\//.test(file))
    yield `a docstring begins with "${start}"; begin with a verb such as "Returns", or with the noun`;
}

/** @param {string} file @param {string} text */
function isException(file, text) {
  return EXCEPTIONS.some((exception) => exception.file === file && text.includes(exception.text));
}

/** Yields the files to check, relative to the root. @param {string} folder @returns {Generator<string>} */
function* filesOf(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const name = relative(root, path).split(sep).join("/");
    if (entry.isDirectory()) {
      const isChecked = FOLDERS.test(`${name}/`) || name === "crate";
      if (isChecked && !SKIPPED_FOLDERS.has(entry.name) && !entry.name.startsWith(".")) yield* filesOf(path);
    } else if (
      FILES.test(name) &&
      !name.includes(".generated.") &&
      (FOLDERS.test(name) || !name.includes("/"))
    ) {
      yield name;
    }
  }
}
