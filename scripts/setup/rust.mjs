// Finds a Rust that can build for WebAssembly: the installed one first, one assembled from Debian's packages
// last.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { canInstallPackages, installPackages } from "./apt.mjs";
import { TARGET, cachedSysroot, canBuildSysroot, makeSysroot } from "./debian-rust.mjs";
import { SetupError, step } from "./log.mjs";
import { inProject, which } from "./paths.mjs";
import { ask, run } from "./run.mjs";

/**
 * @typedef {object} WasmRust
 * @property {string} version the whole answer of `rustc -vV`
 * @property {string[]} path folders to put first on PATH
 * @property {NodeJS.ProcessEnv} env environment variables for cargo
 */

/** @returns {Promise<WasmRust>} */
export async function findWasmRust() {
  await needCCompiler();
  const installed = await installedRust();
  if (installed?.hasTarget) return installed;

  const cached = await cachedSysroot();
  if (cached) return cached;

  if (installed && which("rustup") && (await addTarget())) return { ...installed };
  if (await canBuildSysroot()) return await makeSysroot();
  throw new SetupError(advice(installed !== undefined));
}

/** Returns the Rust on PATH if it is new enough for the crate. */
async function installedRust() {
  const version = which("cargo") && (await ask("rustc", ["-vV"]));
  if (!version || !isAtLeast(/^release: (\S+)/m.exec(version)?.[1] ?? "0", neededVersion())) return undefined;
  const libraries = await ask("rustc", ["--print", "target-libdir", "--target", TARGET]);
  const hasTarget =
    libraries !== undefined &&
    existsSync(libraries) &&
    readdirSync(libraries).some((name) => name.startsWith("libstd-"));
  return { version, path: [], env: {}, hasTarget };
}

/** @returns {Promise<boolean>} true if rustup added the target */
async function addTarget() {
  step(`rustup target add ${TARGET}`);
  const { code } = await run("rustup", ["target", "add", TARGET], {
    env: { RUSTUP_MAX_RETRIES: "1" },
    seconds: 300,
  });
  if (code !== 0) step("rustup cannot download it here");
  return code === 0;
}

/** Checks for a C compiler, because Cargo links procedural macros for the host with it. */
async function needCCompiler() {
  if (process.platform !== "linux" || which("cc") || which("gcc")) return;
  if (!canInstallPackages())
    throw new SetupError(
      "No C compiler is installed (Rust links with it): install gcc, then run this again.",
    );
  await installPackages(["gcc", "libc6-dev"]);
}

/** @param {boolean} hasRust */
function advice(hasRust) {
  return hasRust
    ? `The installed Rust has no ${TARGET} target: run \`rustup target add ${TARGET}\`, then run this again.`
    : `No Rust ${neededVersion()} or newer is installed: install it from https://rustup.rs, then run this again.`;
}

function neededVersion() {
  return (
    /^rust-version = "(.*)"/m.exec(readFileSync(inProject("crate", "Cargo.toml"), "utf8"))?.[1] ?? "1.88"
  );
}

/** Compares dotted versions; text after the numbers is ignored. @param {string} version @param {string} least */
export function isAtLeast(version, least) {
  const [have, need] = [version, least].map((text) =>
    text.split(/[.+-]/, 3).map((part) => Number.parseInt(part, 10) || 0),
  );
  for (let i = 0; i < 3; i++) {
    const difference = (have?.[i] ?? 0) - (need?.[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
