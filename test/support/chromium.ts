/** A headless Chromium, driven over its debugging protocol: the one the set-up found. Node only. */

import { chromium, type Browser } from "playwright-core";
import { findBrowser } from "../../scripts/setup/browser.mjs";

/** Starts it; the caller closes it. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error("no Chromium: run `node scripts/setup.mjs --browser`");
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
  return chromium.launch({ executablePath, args });
}

/**
 * Opens a page, waits until it has set `globalThis.result`, and returns that. An error on the page is an error here, except
 * one in its console that matches `expected`.
 */
export async function resultOf(browser: Browser, url: string, expected?: RegExp): Promise<unknown> {
  const page = await browser.newPage();
  try {
    const complaints: string[] = [];
    page.on("console", (message) => {
      const text = message.text();
      if (["error", "warning"].includes(message.type()) && !expected?.test(text)) complaints.push(text);
    });
    const failure = new Promise<never>((_, reject) => page.on("pageerror", reject));
    await page.goto(url);
    const done = page.waitForFunction(() => (globalThis as { result?: unknown }).result, undefined, {
      timeout: 20_000,
    });
    const handle = await Promise.race([done, failure]);
    const result: unknown = await handle.jsonValue();
    if (complaints.length > 0) throw new Error(`the page's console says: ${complaints.join("; ")}`);
    return result;
  } finally {
    await page.close();
  }
}
