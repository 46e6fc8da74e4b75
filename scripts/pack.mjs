// Packs the library as it is published. The README of the tarball has no link to a file that is not in the tarball; once
// package.json names the repository, npm's page resolves such links and the README is packed as it is.

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { SetupError } from "./setup/log.mjs";
import { inProject } from "./setup/paths.mjs";
import { run } from "./setup/run.mjs";

/**
 * Packs into a folder.
 * @param {string} destination
 * @returns {Promise<string>} the path of the tarball
 */
export async function pack(destination) {
  const listing = JSON.parse(await npm(inProject(), "pack", "--dry-run", "--json", "--silent"));
  /** @type {{ path: string }[]} */
  const files = listing[0].files;
  const stage = mkdtempSync(join(tmpdir(), "bptt-pack-"));
  try {
    for (const { path } of files) {
      mkdirSync(dirname(join(stage, path)), { recursive: true });
      copyFileSync(inProject(path), join(stage, path));
    }
    const { repository } = JSON.parse(readFileSync(inProject("package.json"), "utf8"));
    if (repository === undefined) {
      const readme = readFileSync(inProject("README.md"), "utf8");
      writeFileSync(join(stage, "README.md"), withoutRelativeLinks(readme));
    }
    mkdirSync(destination, { recursive: true });
    const packed = await npm(stage, "pack", "--ignore-scripts", "--json", "--pack-destination", destination);
    return join(destination, JSON.parse(packed)[0].filename);
  } finally {
    rmSync(stage, { recursive: true });
  }
}

/** A text whose relative links are plain text, without images of relative addresses. @param {string} markdown */
export function withoutRelativeLinks(markdown) {
  return markdown
    .replace(/^!\[[^\]]*\]\((?!https?:)[^)]*\)\n\n?/gm, "")
    .replace(/\[([^\]]*)\]\((?!https?:|#)[^)]*\)/g, "$1");
}

/** @param {string} cwd @param {string[]} args */
async function npm(cwd, ...args) {
  const { code, output } = await run("npm", args, { cwd });
  if (code !== 0) throw new SetupError(`npm ${args[0]} failed:\n${output}`);
  return output.slice(output.search(/^\[$/m)); // after what scripts print
}
