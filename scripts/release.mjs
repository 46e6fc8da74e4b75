// `npm run release -- 0.2.0` makes a release: checks, the changelog's section, the version, the tarball, a commit and a tag.
// It publishes nothing: pushing the tag starts .github/workflows/release.yml. With `--pack` it only makes the tarball.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { pack } from "./pack.mjs";
import { SetupError } from "./setup/log.mjs";
import { inProject } from "./setup/paths.mjs";
import { ask, runVisibly } from "./setup/run.mjs";
import { orExit } from "./setup/steps.mjs";

const VERSION = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

/**
 * Returns the sentences that say why there can be no release.
 * @param {{ version: string, manifest: Record<string, unknown>, changelog: string, status: string, branch: string }} facts
 */
export function obstacles({ version, manifest, changelog, status, branch }) {
  const missing = ["repository", "homepage", "bugs"].filter((field) => manifest[field] === undefined);
  return [
    ...(VERSION.test(version) ? [] : [`expected a version such as 0.2.0, received ${version || "nothing"}`]),
    ...(missing.length > 0 ? [`package.json lacks ${missing.join(", ")}`] : []),
    ...(/^## Unreleased\n+### /m.test(changelog) ? [] : ["CHANGELOG.md has no entry under Unreleased"]),
    ...(changelog.includes(`## ${version} `) ? [`CHANGELOG.md already has ${version}`] : []),
    ...(status === "" ? [] : ["the work tree has changes"]),
    ...(branch === "main" ? [] : [`releases are made on main, not on ${branch}`]),
  ];
}

/** The changelog with the unreleased entries under a version. @param {string} changelog @param {string} version @param {string} date */
export function released(changelog, version, date) {
  return changelog.replace("## Unreleased\n", `## Unreleased\n\n## ${version} (${date})\n`);
}

/** @param {string} command @param {string[]} args */
async function need(command, ...args) {
  if ((await runVisibly(command, args)) !== 0)
    throw new SetupError(`${command} ${args.join(" ")} failed: no release`);
}

/** @param {string} version */
async function release(version) {
  const read = (/** @type {string} */ name) => readFileSync(inProject(name), "utf8");
  const changelog = read("CHANGELOG.md");
  const found = obstacles({
    version,
    changelog,
    manifest: JSON.parse(read("package.json")),
    status: (await ask("git", ["status", "--porcelain"])) ?? "not a git repository",
    branch: (await ask("git", ["branch", "--show-current"])) ?? "",
  });
  if (found.length > 0)
    throw new SetupError(`No release:\n${found.map((sentence) => `- ${sentence}`).join("\n")}`);

  await need("npm", "test");
  await need("npm", "run", "check");
  writeFileSync(
    inProject("CHANGELOG.md"),
    released(changelog, version, new Date().toISOString().slice(0, 10)),
  );
  await need("npm", "version", version, "--no-git-tag-version", "--allow-same-version");
  await makeTarball();
  await need("git", "commit", "--all", "--message", `Release ${version}`);
  await need("git", "tag", "--annotate", `v${version}`, "--message", `bptt ${version}`);
  process.stdout.write(`Tagged v${version}. Publish it with: git push --follow-tags\n`);
}

async function makeTarball() {
  const folder = inProject("target", "release");
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`${await pack(folder)}\n`);
}

if (process.argv[1] === inProject("scripts", "release.mjs")) {
  const [argument = ""] = process.argv.slice(2);
  await orExit(() => (argument === "--pack" ? makeTarball() : release(argument)));
}
