// Checks the Markdown files of the repository: lines of at most 100 characters outside of tables, addresses and code, links and
// anchors that lead somewhere, and translations of the current text.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { inProject, projectRoot } from "./setup/paths.mjs";

export const LONGEST_LINE = 100;

/** Written by commands, or data. */
const NOT_WRITTEN_BY_HAND = [
  "CHANGELOG.md", // its entries are still written in longer lines
  "docs/cli.md",
  "bench/results/latest.md",
  "examples/moby-dick/results.md",
  "test/soak/results/latest.md",
];

/** The anchor of a heading, as code hosts make it. @param {string} heading */
export function anchorOf(heading) {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
    .replaceAll(" ", "-");
}

/** The lines of a text, with those of code blocks empty. @param {string} text */
function proseOf(text) {
  let fence = "";
  return text.split("\n").map((line) => {
    const [, mark = ""] = /^\s*(`{3,}|~{3,})/.exec(line) ?? [];
    if (fence === "" && mark === "") return line;
    if (fence === "") fence = mark;
    else if (mark.startsWith(fence)) fence = "";
    return "";
  });
}

/** Returns a sentence for each line that is too long. @param {string} text */
export function longLines(text) {
  return proseOf(text).flatMap((line, i) => {
    const isExcepted =
      /^\s*\||^ {4}|^\s*details: |^\s*tagline: |https?:\/\/\S{40}|^\s*!?\[[^\]]*\]\([^)]*\)\.?$/.test(line);
    return !isExcepted && [...line].length > LONGEST_LINE
      ? [`line ${i + 1} has ${[...line].length} characters`]
      : [];
  });
}

/** Returns a sentence for each link that leads nowhere. @param {string} text @param {string} file its path in the project */
export function deadLinks(text, file) {
  const prose = proseOf(text)
    .join("\n")
    .replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].flatMap(([, href = ""]) => {
    if (/^[a-z]+:/i.test(href) || href.startsWith("/")) return [];
    const [path = "", anchor] = href.split("#");
    const target = path === "" ? file : posix.join(posix.dirname(file), decodeURI(path));
    if (target.startsWith("docs/reference/api/")) return []; // made by the build of the site, which checks these links
    const place = inProject(target);
    if (!existsSync(place)) return [`${href} does not exist`];
    if (anchor === undefined || !target.endsWith(".md") || !statSync(place).isFile()) return [];
    const headings = proseOf(readFileSync(place, "utf8")).flatMap(
      (line) => /^#+ (.*)$/.exec(line)?.[1] ?? [],
    );
    return headings.map(anchorOf).includes(decodeURIComponent(anchor)) ? [] : [`${href} has no such anchor`];
  });
}

/** The hash of an English page that its translation names; line breaks do not count. @param {string} text */
export function hashOf(text) {
  return createHash("sha256").update(text.replace(/\s+/g, " ")).digest("hex").slice(0, 16);
}

const TRANSLATION = /^(?:---\n(?:.*\n)*?)?(?:<!-- )?translation: (\S+) (\w+)/;

/** Returns a sentence when a translation is older than its source. @param {string} text @param {string} file */
export function staleTranslation(text, file) {
  if (!/^docs\/ko\/|\.ko\.md$/.test(file)) return [];
  const [, source = "", hash] = TRANSLATION.exec(text) ?? [];
  if (source === "") return ["expected the line `translation: SOURCE HASH` at the top"];
  const current = hashOf(readFileSync(inProject(source), "utf8"));
  return hash === current
    ? []
    : [
        `${source} has changed: update the translation, then run node scripts/check-markdown.mjs --translated ${file}`,
      ];
}

/** Notes that a translation is current. @param {string} file */
function noteTranslated(file) {
  const text = readFileSync(inProject(file), "utf8");
  const [line = "", source = ""] = TRANSLATION.exec(text) ?? [];
  const hash = hashOf(readFileSync(inProject(source), "utf8"));
  writeFileSync(inProject(file), text.replace(line, line.replace(/\w+$/, hash)));
}

if (process.argv[1] === inProject("scripts", "check-markdown.mjs")) {
  if (process.argv[2] === "--translated") process.argv.slice(3).forEach(noteTranslated);
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
    cwd: projectRoot,
    encoding: "utf8",
  })
    .split("\n")
    .filter((file) => file !== "" && existsSync(inProject(file)));
  const findings = files.flatMap((file) => {
    const text = readFileSync(inProject(file), "utf8");
    const lengths = NOT_WRITTEN_BY_HAND.includes(file) ? [] : longLines(text);
    return [...lengths, ...deadLinks(text, file), ...staleTranslation(text, file)].map(
      (found) => `${file}: ${found}`,
    );
  });
  process.stdout.write(findings.map((finding) => `${finding}\n`).join(""));
  process.exit(findings.length === 0 ? 0 : 1);
}
