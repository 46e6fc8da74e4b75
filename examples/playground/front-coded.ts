/**
 * Compresses a sorted list of words to two thirds of the size of its compressed JSON: for each word the
 * number of letters that it shares with the previous one (at most 9), then the other letters.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

const require = createRequire(import.meta.url);

/** Replaces a JSON list of words without digits by such a module with the same name. */
export function frontCoded(name: string): Plugin {
  const id = `\0front-coded ${name.replace(".json", "")}`; // another name, because the file would be read as JSON otherwise
  return {
    name: "front-coded",
    enforce: "pre",
    resolveId: (wanted) => (wanted === name ? id : undefined),
    load: (wanted) => (wanted === id ? moduleOf(readFileSync(require.resolve(name), "utf8")) : undefined),
  };
}

function moduleOf(json: string): string {
  let before = "";
  const code = (JSON.parse(json) as string[]).map((word) => {
    let shared = 0;
    while (shared < 9 && shared < before.length && before[shared] === word[shared]) shared++;
    before = word;
    return `${shared}${word.slice(shared)}`;
  });
  return `let before = "";
    export default ${JSON.stringify(code.join(""))}
      .match(/\\d\\D*/g)
      .map((part) => (before = before.slice(0, part[0]) + part.slice(1)));`;
}
