/** Serves the built playground from a sub-path to a real Chromium, for the tests of its tabs. */

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
  /** The folder of the build. */
  readonly folder: string;
  readonly browser: Browser;
  /**
   * Opens a link, such as `#gohome?seed=2`, in a separate context. Errors and warnings of the page, and
   * requests to other origins, make `close` fail the test.
   */
  open(link: string, options?: BrowserContextOptions): Promise<Visit>;
  close(): Promise<void>;
}

export interface Visit {
  readonly page: Page;
  /** Fails if the page has reported errors, and closes it. */
  close(): Promise<void>;
}

/** Builds the playground, serves it below /some/where/ and starts the browser. The caller closes it. */
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

/** Returns the settings in the page's address, once those of a tab that has `name` were written there. */
export async function settingsOf(page: Page, name: string): Promise<URLSearchParams> {
  await page.waitForFunction((wanted) => location.hash.includes(`${wanted}=`), name);
  await page.waitForTimeout(500); // the address is written a third of a second after the last change
  return new URLSearchParams(new URL(page.url()).hash.split("?")[1]);
}
