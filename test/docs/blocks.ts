/** The code blocks of the README and of the site's pages. */

import { readFileSync, readdirSync } from "node:fs";
import { inProject } from "../../scripts/setup/paths.mjs";

export interface Block {
  /** The page and the number of the block in it, such as `docs/guides/workers.md 1`. */
  readonly name: string;
  /** The first word after the fence: a language. */
  readonly language: string;
  /** The other words after the fence. */
  readonly marks: readonly string[];
  readonly code: string;
  /** The `text` block that follows directly: the output of the program. */
  readonly output: string | undefined;
}

/** The pages, as paths in the project. The API reference, which is made of the docstrings, is not among them. */
export const pages: readonly string[] = [
  "README.md",
  "README.ko.md",
  ...readdirSync(inProject("docs"), { recursive: true, encoding: "utf8" })
    .map((file) => `docs/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".md") && !file.startsWith("docs/reference/api/"))
    .sort(),
];

function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  const text = readFileSync(inProject(page), "utf8");
  const fences = text.matchAll(/^```(\S+)([^\n]*)\n([^]*?)^```$(?:\s*^```text\n([^]*?)^```$)?/gm);
  for (const [, language = "", marks = "", code = "", output] of fences) {
    const name = `${page} ${blocks.length + 1}`;
    blocks.push({ name, language, marks: marks.split(/\s+/).filter(Boolean), code, output });
  }
  return blocks;
}

export const blocks: readonly Block[] = pages.flatMap(blocksOf);

/** The blocks of a language that have a mark, or that have none. */
export function blocksIn(languages: readonly string[], mark?: string): Block[] {
  return blocks.filter(
    ({ language, marks }) =>
      languages.includes(language) && (mark === undefined ? marks.length === 0 : marks.includes(mark)),
  );
}
