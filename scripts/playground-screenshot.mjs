// Writes the screenshot of the playground in the README. Run `npm run playground:build` first.

import { chromium } from "playwright-core";
import { preview } from "vite";
import { findBrowser } from "./setup/browser.mjs";
import { inProject } from "./setup/paths.mjs";

const LINK = "#gohome?word=gohome&cell=tanh&output=no&hidden=5&rate=0.1&seed=1&speed=steady&step=12";
const FILE = inProject("examples", "playground", "screenshot.png");

const server = await preview({
  configFile: inProject("examples", "playground", "vite.config.ts"),
  preview: { host: "127.0.0.1", port: 0 },
});
const executablePath = findBrowser();
const browser = await chromium.launch({
  args: ["--no-sandbox"],
  ...(executablePath ? { executablePath } : {}),
});
try {
  const page = await browser.newPage({ viewport: { width: 1300, height: 1000 }, reducedMotion: "reduce" });
  await page.goto(`${server.resolvedUrls?.local[0]}${LINK}`);
  await page.locator('dd data[value="12"]').waitFor();
  await page.waitForTimeout(500);
  await page.locator("footer").evaluate((footer) => footer.remove());
  await page.screenshot({ path: FILE, fullPage: true });
} finally {
  await browser.close();
  await server.close();
}
