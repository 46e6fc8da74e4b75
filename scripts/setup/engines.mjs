// Finds and installs other engines for the test that the same seed gives the same bits everywhere (Node 20
// and 24, Node on arm64, Bun, Deno, workerd, Firefox and WebKit), and a Node for the relaxed build.
//
// The library does not need them. Installed engines are used first; the others are installed by npm or apt within a limited time.
// When that fails, the set-up says so, and the tests in that engine are skipped by name.

import { canInstallPackages, installPackages } from "./apt.mjs";
import { needArm64 } from "./arm64.mjs";
import { SetupError, step } from "./log.mjs";
import { cachedBinary, fromNpm } from "./npm-engine.mjs";
import { findProgram } from "./paths.mjs";
import { needWebKit } from "./webkit.mjs";

const NODE_MAJORS = [20, 24];
const FIREFOX_COMMANDS = ["firefox-esr", "firefox"];
const FIREFOX_PLACES = [
  "/Applications/Firefox.app/Contents/MacOS/firefox",
  "C:\\Program Files\\Mozilla Firefox\\firefox.exe",
];

/**
 * @typedef {object} Engine an engine that runs a script
 * @property {string} name
 * @property {string | undefined} path undefined when it is not installed
 * @property {string[]} args the arguments before the script
 */

/** @typedef {import("./npm-engine.mjs").NpmEngine} NpmEngine */

const windows = process.platform === "win32";
const { platform, arch } = process;

/**
 * @type {(NpmEngine & { args?: string[] })[]} The platform's own packages, which contain the bare binary and
 * run no script when they are installed.
 */
const runtimes = [
  ...NODE_MAJORS.map((major) => ({
    name: `Node ${major}`,
    package: `node-${windows ? "win" : platform}-${arch}`,
    range: String(major),
    binary: windows ? "bin/node.exe" : "bin/node",
  })),
  {
    name: "Bun",
    package: `@oven/bun-${windows ? "windows" : platform}-${arch === "arm64" ? "aarch64" : arch}`,
    range: "1",
    binary: windows ? "bin/bun.exe" : "bin/bun",
  },
  {
    name: "Deno",
    package: `@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}`,
    range: "2",
    binary: windows ? "deno.exe" : "deno",
    args: ["run", "--allow-all"],
  },
];

/** @type {NpmEngine} The runtime of Cloudflare Workers. */
const workerd = {
  name: "workerd",
  package: `@cloudflare/workerd-${windows ? "windows" : platform}-${arch === "x64" ? "64" : arch}`,
  range: "1",
  binary: windows ? "bin/workerd.exe" : "bin/workerd",
};

/** Returns the engines of this processor that run a script. @returns {Engine[]} */
export function findRuntimes() {
  return runtimes.map((engine) => ({
    name: engine.name,
    path: isThisNode(engine) ? process.execPath : cachedBinary(engine),
    args: engine.args ?? [],
  }));
}

/** @returns {string | undefined} the path of workerd */
export function findWorkerd() {
  return cachedBinary(workerd);
}

/**
 * Returns true if this engine runs the relaxed build, by validating a module with its one relaxed
 * instruction.
 */
export function hasRelaxedSimd() {
  return WebAssembly.validate(Uint8Array.from(RELAXED_MADD));
}

// (module (func (param v128) (result v128) local.get 0 local.get 0 local.get 0 f32x4.relaxed_madd))
const RELAXED_MADD = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 0, 32, 0, 253, 133, 2, 11],
];

/**
 * Returns a Node for the tests of the relaxed build: this one or Node 24. @returns {string | undefined} its
 * path
 */
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
  for (const engine of [...runtimes, workerd]) {
    if (!isThisNode(engine)) await attempt(engine.name, () => fromNpm(engine));
  }
  await attempt("Node on arm64", needArm64);
  await attempt("WebKit", needWebKit);
  if (findFirefox() === undefined && canInstallPackages()) {
    await attempt("Firefox", () => installPackages(["firefox-esr"]));
  }
}

/** @param {NpmEngine} engine */
function isThisNode({ name }) {
  return name === `Node ${process.versions.node.split(".")[0]}`;
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
