// Remembers the inputs of a product as a hash of their contents, and makes the product again when the hash changes.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { buildRoot, projectRoot } from "./paths.mjs";
import { replaceFile } from "./place.mjs";

/**
 * @typedef {object} Product
 * @property {string} name of the stamp
 * @property {string[]} inputs files and folders, absolute
 * @property {(path: string) => boolean} [ignore] returns true for paths, relative to the project, that do not
 * count
 * @property {string[]} facts other things that affect the result: versions, flags
 * @property {string[]} outputs files that must exist
 */

/**
 * Makes a product if its inputs changed since the last time, or an output is missing.
 * @param {Product} product
 * @param {() => Promise<void>} make
 */
export async function makeIfChanged(product, make) {
  const file = join(buildRoot, `${product.name}.stamp`);
  const now = fingerprint(product);
  const made = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (made === now && product.outputs.every((output) => existsSync(output))) return;
  rmSync(file, { force: true }); // until the end the product counts as missing
  await make();
  replaceFile(file, now);
}

/** @param {Product} product */
function fingerprint({ inputs, ignore = () => false, facts }) {
  const hash = createHash("sha256");
  for (const fact of facts) hash.update(`${fact}\0`);
  for (const file of inputs.flatMap(filesUnder)) {
    const path = relative(projectRoot, file).replaceAll("\\", "/");
    if (ignore(path)) continue;
    const content = readFileSync(file);
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** Returns all files under a path, sorted by name. @param {string} path @returns {string[]} */
export function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesUnder(join(path, name)));
}
