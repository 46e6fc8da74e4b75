/** A browser and a web server for the time of a piece of work. */

import type { Browser } from "playwright-core";
import { inProject } from "../../scripts/setup/paths.mjs";
import { launchChromium } from "../support/chromium.js";
import { serve, type Routes } from "../support/serve.js";

/** Serves the routes, and this folder below /soak/. */
export async function withChromium<T>(
  routes: Routes,
  work: (chromium: Browser, url: string) => Promise<T>,
): Promise<T> {
  const server = await serve({ ...routes, "/soak/": { folder: inProject("test", "soak") } });
  const chromium = await launchChromium();
  try {
    return await work(chromium, server.url);
  } finally {
    await chromium.close();
    await server.close();
  }
}

/** What the browser calls itself. */
export async function browserVersion(): Promise<string> {
  const chromium = await launchChromium();
  try {
    return `Chromium ${chromium.version()}`;
  } finally {
    await chromium.close();
  }
}
