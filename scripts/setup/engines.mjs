// Finds and installs other engines (Node 20 and 24, Bun, Firefox) for the test that the same seed gives the same bits everywhere,
// and a Node for the relaxed build.
//
// The library does not need them. Installed engines are used first; the others are installed by npm or apt within a limited time.
// When that fails, the set-up says so, and the tests in that engine are skipped by name.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { canInstallPackages, installPackages } from "./apt.mjs";
import { SetupError, step } from "./log.mjs";
import { cacheRoot, findProgram } from "./paths.mjs";
import { makeOnce } from "./place.mjs";
import { run } from "./run.mjs";

const NODE_MAJORS = [20, 24];
const BUN_RANGE = "1";
const NPM_SECONDS = 180;
const FIREFOX_COMMANDS = ["firefox-esr", "firefox"];
const FIREFOX_PLACES = [
  "/Applications/Firefox.app/Contents/MacOS/firefox",
  "C:\\Program Files\\Mozilla Firefox\\firefox.exe",
];

/** @typedef {{ name: string, package: string, range: string, binary: string }} NpmEngine an engine that comes as an npm package */
/** @typedef {{ name: string, path: string | undefined }} Engine */

const windows = process.platform === "win32";
const arch = process.arch;

/** @type {NpmEngine[]} The platform's own packages, which hold the bare binary and run no script when installed. */
const npmEngines = [
  ...NODE_MAJORS.map((major) => ({
    name: `Node ${major}`,
    package: `node-${windows ? "win" : process.platform}-${arch}`,
    range: String(major),
    binary: windows ? "bin/node.exe" : "bin/node",
  })),
  {
    name: "Bun",
    package: `@oven/bun-${windows ? "windows" : process.platform}-${arch === "arm64" ? "aarch64" : arch}`,
    range: BUN_RANGE,
    binary: windows ? "bin/bun.exe" : "bin/bun",
  },
];

/** The engines that are no browsers; the path is undefined when one is not installed. @returns {Engine[]} */
export function findRuntimes() {
  return npmEngines.map((engine) => {
    if (isThisNode(engine)) return { name: engine.name, path: process.execPath };
    const path = cachedBinary(engine);
    return { name: engine.name, path: existsSync(path) ? path : undefined };
  });
}

/** Returns whether this engine runs the relaxed build, by validating a module with its one relaxed instruction. */
export function hasRelaxedSimd() {
  return WebAssembly.validate(Uint8Array.from(RELAXED_MADD));
}

// (module (func (param v128) (result v128) local.get 0 local.get 0 local.get 0 f32x4.relaxed_madd))
const RELAXED_MADD = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 0, 32, 0, 253, 133, 2, 11],
];

/** A Node for the tests of the relaxed build: this one or Node 24. @returns {string | undefined} its path */
export function findRelaxedNode() {
  if (hasRelaxedSimd()) return process.execPath;
  return findRuntimes().find(({ name }) => name === "Node 24")?.path;
}

/** @returns {string | undefined} the path of a Firefox on this machine */
export function findFirefox() {
  return findProgram("FIREFOX_PATH", FIREFOX_COMMANDS, FIREFOX_PLACES);
}

/** Installs the missing engines. A failure does not end the set-up. */
export async function tryEngines() {
  for (const engine of npmEngines) {
    if (!isThisNode(engine)) await attempt(engine.name, () => fromNpm(engine));
  }
  if (findFirefox() === undefined && canInstallPackages()) {
    await attempt("Firefox", () => installPackages(["firefox-esr"]));
  }
}

/** @param {NpmEngine} engine */
function isThisNode({ name }) {
  return name === `Node ${process.versions.node.split(".")[0]}`;
}

/** @param {NpmEngine} engine */
function cacheFolder(engine) {
  return join(cacheRoot, "engines", engine.name.toLowerCase().replaceAll(" ", "-"));
}

/** @param {NpmEngine} engine */
function cachedBinary(engine) {
  return join(cacheFolder(engine), "node_modules", engine.package, engine.binary);
}

/** @param {NpmEngine} engine */
async function fromNpm(engine) {
  await makeOnce(cacheFolder(engine), async (temporary) => {
    const what = `${engine.package}@${engine.range}`;
    step(`npm install ${what} (for a test, into the cache)`);
    const quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"];
    const brief = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000"];
    const args = ["install", "--prefix", temporary, what, ...quiet, ...brief];
    const { code, output } = await run("npm", args, { cwd: temporary, seconds: NPM_SECONDS });
    if (code === 0 && existsSync(join(temporary, "node_modules", engine.package, engine.binary))) return;
    const reason = /^npm (?:error|ERR!) code (\S+)/m.exec(output)?.[1] ?? `exit code ${code}`;
    throw new SetupError(`npm could not install ${what} (${reason})`);
  });
}

/** @param {string} name @param {() => Promise<void>} work */
async function attempt(name, work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    step(`${error.message}; the tests in ${name} will be skipped`);
  }
}
