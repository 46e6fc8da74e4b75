/** The built playground, served from a sub-path, in a real Chromium: what the tests of its tabs share. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { build } from "vite";
import { expect } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";
import { launchChromium } from "../support/chromium.js";
import { serve } from "../support/serve.js";

export interface Site {
  /** The folder that was built. */
  readonly folder: string;
  readonly browser: Browser;
  /**
   * Opens a link, such as `#gohome?seed=2`, in a context of its own. Whatever the page throws, logs as an error or warning, or
   * fetches from elsewhere fails the test by `close`.
   */
  open(link: string, options?: BrowserContextOptions): Promise<Visit>;
  close(): Promise<void>;
}

export interface Visit {
  readonly page: Page;
  /** Fails where the page has complained; closes it. */
  close(): Promise<void>;
}

/** Builds, serves below /some/where/, starts the browser. The caller closes it. */
export async function openSite(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), "bptt-playground-"));
  await build({
    configFile: inProject("examples", "playground", "vite.config.ts"),
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: true },
  });
  const server = await serve({ "/some/where/": { folder } });
  const browser = await launchChromium();
  return {
    folder,
    browser,
    open: (link, options) => visit(browser, `${server.url}/some/where/`, link, options),
    close: async () => {
      await browser.close();
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function visit(
  browser: Browser,
  home: string,
  link: string,
  options?: BrowserContextOptions,
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(home) && !/^(blob|data):/.test(request.url()))
      complaints.push(`fetches ${request.url()}`);
  });
  await page.goto(home + link);
  return {
    page,
    close: async () => {
      await context.close();
      expect(complaints).toEqual([]);
    },
  };
}

/** The settings in the page's address, once they have been written there: those of a tab that has `name`. */
export async function settingsOf(page: Page, name: string): Promise<URLSearchParams> {
  await page.waitForFunction((wanted) => location.hash.includes(`${wanted}=`), name);
  await page.waitForTimeout(500); // the address is written a third of a second after the last change
  return new URLSearchParams(new URL(page.url()).hash.split("?")[1]);
}
