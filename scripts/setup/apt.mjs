// Installs Debian packages, only as root, without recommended packages, and without removing any. It can also
// unpack packages into a folder, which needs no root.

import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SetupError, step } from "./log.mjs";
import { which } from "./paths.mjs";
import { ask, run } from "./run.mjs";

const environment = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
// another set-up, or the machine's own updates, may hold dpkg's lock for a while
const patience = ["-o", "DPkg::Lock::Timeout=600"];
let listsAreFresh = false;

/** Returns true if packages can be installed: on Debian or a derivative of it, as root. */
export function canInstallPackages() {
  return existsSync("/etc/debian_version") && which("apt-get") !== undefined && process.getuid?.() === 0;
}

/** Returns true if packages can be downloaded and unpacked into a folder. */
export function canDownloadPackages() {
  return existsSync("/etc/debian_version") && which("apt-get") !== undefined && which("dpkg") !== undefined;
}

/** Returns the version of an installed package, or undefined. @param {string} name */
export async function installedVersion(name) {
  const answer = await ask("dpkg-query", ["-W", "-f=${Status} ${Version}", name]);
  return /^install ok installed (\S+)$/.exec(answer ?? "")?.[1];
}

/** Fetches the lists of packages once per run. A failure is ignored, because older lists may be enough. */
export async function refreshLists() {
  if (listsAreFresh) return;
  step("apt-get update");
  await run("apt-get", ["update", "-qq"], { env: environment });
  listsAreFresh = true;
}

/** Returns the names of packages that match a regular expression. @param {string} pattern */
export async function packagesNamed(pattern) {
  const answer = await ask("apt-cache", ["search", "--names-only", pattern], { env: environment });
  return (answer ?? "").split("\n").map((line) => line.split(" ")[0] ?? "");
}

/** @param {string[]} names */
export async function installPackages(names) {
  await refreshLists();
  step(`apt-get install ${names.join(" ")}`);
  const args = ["install", "-y", "-qq", "--no-install-recommends", "--no-remove", ...patience, ...names];
  const { code, output } = await run("apt-get", args, { env: environment });
  if (code === 0) return;
  const reason = /^E: (.*)$/m.exec(output)?.[1] ?? `exit code ${code}`;
  throw new SetupError(
    `apt-get could not install ${names.join(", ")} (${reason}): install them, then run this again.`,
  );
}

/**
 * Downloads packages and unpacks them, or only some files of them, into a folder.
 * @param {string[]} names
 * @param {string} folder
 * @param {string[]} [files] as `tar` names them: "./usr/bin/…"
 */
export async function unpackPackages(names, folder, files = []) {
  await refreshLists();
  step(`apt-get download ${names.join(" ")} (for a test, into the cache)`);
  const downloads = mkdtempSync(join(tmpdir(), "bptt-packages-"));
  try {
    const { code, output } = await run("apt-get", ["download", "-qq", ...names], {
      cwd: downloads,
      env: environment,
    });
    if (code !== 0) {
      const reason = /^E: (.*)$/m.exec(output)?.[1] ?? `exit code ${code}`;
      throw new SetupError(`apt-get could not download ${names.join(", ")} (${reason})`);
    }
    for (const file of readdirSync(downloads)) {
      const script = 'dpkg-deb --fsys-tarfile "$0" | tar --extract --directory "$@"';
      const unpacked = await run("sh", ["-c", script, join(downloads, file), folder, ...files]);
      if (unpacked.code !== 0) throw new SetupError(`${file} could not be unpacked`);
    }
  } finally {
    rmSync(downloads, { recursive: true, force: true });
  }
}
