// Installs WebKit: Debian's package of WebKitGTK, whose driver starts its MiniBrowser, and an X server
// without a screen.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { canInstallPackages, installPackages } from "./apt.mjs";
import { SetupError } from "./log.mjs";
import { which } from "./paths.mjs";

const PACKAGES = ["webkit2gtk-driver", "xvfb"];
const LIBRARIES = "/usr/lib";

/**
 * @typedef {object} WebKit
 * @property {string} driver the path of WebKitWebDriver
 * @property {string} browser the path of MiniBrowser
 * @property {string} xvfb the path of Xvfb
 */

/** @returns {WebKit | undefined} */
export function findWebKit() {
  const [driver, xvfb] = [which("WebKitWebDriver"), which("Xvfb")];
  const browser = findMiniBrowser();
  return driver && xvfb && browser ? { driver, browser, xvfb } : undefined;
}

/** Installs them unless they are installed. */
export async function needWebKit() {
  if (findWebKit() !== undefined) return;
  if (!canInstallPackages())
    throw new SetupError("WebKit is a package of Debian, which only root can install");
  await installPackages(PACKAGES);
}

/**
 * Returns the path of MiniBrowser. Its folder is named after the platform and the version of WebKitGTK:
 * /usr/lib/x86_64-linux-gnu/webkit2gtk-4.1.
 */
function findMiniBrowser() {
  if (!existsSync(LIBRARIES)) return undefined;
  for (const platform of readdirSync(LIBRARIES).filter((name) => name.endsWith("-linux-gnu"))) {
    for (const name of readdirSync(join(LIBRARIES, platform)).filter((name) => /^webkit2?gtk-/.test(name))) {
      const path = join(LIBRARIES, platform, name, "MiniBrowser");
      if (existsSync(path)) return path;
    }
  }
  return undefined;
}
