/** Checks the playground's page with axe. */

import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import type { Site } from "./site.js";

const AXE = createRequire(import.meta.url).resolve("axe-core");

/** Returns axe's serious and critical findings on the current page, once no color is in transition. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.waitForFunction(() => document.getAnimations().length === 0);
  await page.addScriptTag({ path: AXE });
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/**
 * Tests that axe finds nothing serious in the page of a link, once it is `ready`: wide and narrow, light and
 * dark.
 */
export function testAxe(site: () => Site, link: string, ready: (page: Page) => Promise<unknown>): void {
  it.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
  ] as const)("axe finds nothing serious in it, trained, %s, %i wide", async (colorScheme, width) => {
    const { page, close } = await site().open(link, { colorScheme, viewport: { width, height: 900 } });
    await ready(page);
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await close();
  });
}
