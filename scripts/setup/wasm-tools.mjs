// Finds wasm-pack and the wasm-bindgen command, which must have the version in Cargo.lock. Suitable commands
// on PATH are used; otherwise cargo builds them into the cache.

import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SetupError, showOutput, step } from "./log.mjs";
import { cacheRoot, inProject, searchPath, which } from "./paths.mjs";
import { makeOnce } from "./place.mjs";
import { ask, run } from "./run.mjs";
import { isAtLeast } from "./rust.mjs";

const WASM_PACK = "0.15.1"; // the version to build if none is installed
const WASM_PACK_LEAST = "0.13.1"; // the first that knows omit-default-module-path

/** @typedef {import("./rust.mjs").WasmRust} WasmRust */
/** @typedef {{ path: string[], versions: string[] }} WasmTools */

/** @param {WasmRust} rust @returns {Promise<WasmTools>} */
export async function findWasmTools(rust) {
  const bindgenVersion = await lockedVersion("wasm-bindgen", rust);
  const pack = await versionOnPath("wasm-pack");
  const bindgen = await versionOnPath("wasm-bindgen");
  const packFits = pack !== undefined && isAtLeast(pack, WASM_PACK_LEAST);
  const path = [
    ...(bindgen === bindgenVersion ? [] : [await cargoInstall("wasm-bindgen-cli", bindgenVersion, rust)]),
    ...(packFits ? [] : [await cargoInstall("wasm-pack", WASM_PACK, rust)]),
  ];
  return { path, versions: [`wasm-bindgen ${bindgenVersion}`, `wasm-pack ${packFits ? pack : WASM_PACK}`] };
}

/** @param {string} command */
async function versionOnPath(command) {
  return which(command) && /^\S+ (\S+)/.exec((await ask(command, ["--version"])) ?? "")?.[1];
}

/** @param {string} crate @param {WasmRust} rust */
async function lockedVersion(crate, rust) {
  const file = inProject("Cargo.lock");
  if (!existsSync(file)) {
    step("cargo generate-lockfile");
    const { code, output } = await run("cargo", ["generate-lockfile"], {
      env: rust.env,
      path: searchPath(rust.path),
    });
    if (code !== 0) {
      showOutput(output);
      throw new SetupError(
        "cargo could not write Cargo.lock: make the crate registry reachable, then run this again.",
      );
    }
  }
  const version = new RegExp(`^name = "${crate}"\\r?\\nversion = "(.*)"`, "m").exec(
    readFileSync(file, "utf8"),
  )?.[1];
  if (version === undefined)
    throw new SetupError(`Cargo.lock names no ${crate}: delete it, then run this again.`);
  return version;
}

/**
 * @param {string} crate
 * @param {string} version
 * @param {WasmRust} rust
 * @returns {Promise<string>} the folder with the command
 */
async function cargoInstall(crate, version, rust) {
  const folder = join(cacheRoot, `${crate}-${version}`);
  await makeOnce(folder, async (temporary) => {
    step(`cargo install ${crate} ${version} (a few minutes, once)`);
    const target = join(temporary, "target");
    const args = ["install", crate, "--version", `=${version}`, "--root", temporary, "--no-track"];
    const env = {
      ...rust.env,
      CARGO_TARGET_DIR: target,
      // a command that runs for a second does not have to be optimized for minutes
      CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
      CARGO_PROFILE_RELEASE_LTO: "off",
      CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
      RUSTFLAGS: undefined,
    };
    // First with the newest dependencies, because a mirror of the registry may lack those in the crate's lock
    // file.
    let result = await run("cargo", args, { env, path: searchPath(rust.path) });
    if (result.code !== 0)
      result = await run("cargo", [...args, "--locked"], { env, path: searchPath(rust.path) });
    if (result.code !== 0) {
      showOutput(result.output.split("\n").slice(-20).join("\n"));
      throw new SetupError(
        `cargo could not install ${crate}: run \`cargo install ${crate} --version ${version}\`, then run this again.`,
      );
    }
    rmSync(target, { recursive: true });
  });
  return join(folder, "bin");
}
