// Finds a Chromium for the tests in a browser: CHROME_PATH, then an installed one, then Debian's package.

import { existsSync } from "node:fs";
import { canInstallPackages, installPackages } from "./apt.mjs";
import { SetupError } from "./log.mjs";
import { findProgram } from "./paths.mjs";

const COMMANDS = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
];

/** @returns {string | undefined} the path of a Chrome or Chromium on this machine */
export function findBrowser() {
  return findProgram("CHROME_PATH", COMMANDS, PLACES);
}

export async function needBrowser() {
  const found = findBrowser();
  if (found !== undefined) {
    if (existsSync(found)) return;
    throw new SetupError(
      `CHROME_PATH names ${found}, which does not exist: set it to a Chrome or Chromium, then run this again.`,
    );
  }
  const advice =
    "The tests need Chrome or Chromium: install one or set CHROME_PATH to it, then run this again.";
  if (!canInstallPackages()) throw new SetupError(advice);
  await installPackages(["chromium"]);
  if (findBrowser() === undefined) throw new SetupError(advice);
}
