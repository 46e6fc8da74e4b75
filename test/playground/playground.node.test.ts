/** Tests the published playground, tab by tab. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFindings } from "./axe.js";
import { testGohome } from "./gohome.js";
import { testLooks } from "./looks.js";
import { openSite, type Site } from "./site.js";
import { testText } from "./text.js";
import { testThroughTime } from "./through-time.js";

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

describe("the page", () => {
  it("is 160 KB gzip in all, and names no other address", () => {
    const files = readdirSync(site.folder, { recursive: true, encoding: "utf8" })
      .map((name) => join(site.folder, name))
      .filter((path) => statSync(path).isFile());
    const bytes = files.reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0);
    expect(bytes).toBeGreaterThan(5_000);
    expect(bytes).toBeLessThan(160_000);
    for (const path of files) {
      const text = readFileSync(path, "latin1").replaceAll("http://www.w3.org/", "");
      expect(text, path).not.toMatch(/(src|href|from|import|fetch)[^\n]{0,8}["'(`]https?:/);
    }
  });

  it("opens its first tab, others by button and key, and comes back", async () => {
    const { page, close } = await site.open("");
    const selected = page.locator('[role="tab"][aria-selected="true"]');
    expect(await selected.textContent()).toBe("Learn a word");
    await page.getByRole("tab", { name: "Train on text" }).click();
    expect(await selected.textContent()).toBe("Train on text");
    await page.keyboard.press("ArrowRight");
    expect(await selected.textContent()).toBe("Learn a word");
    await page.goBack();
    expect(await selected.textContent()).toBe("Train on text");
    await close();
  });

  it("works without a network once it has been loaded", async () => {
    const { page, close } = await site.open("#gohome?step=3");
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      while (!navigator.serviceWorker.controller) await new Promise((resolve) => setTimeout(resolve, 20));
    });
    await page.context().setOffline(true);
    await page.reload();
    await page.getByRole("button", { name: "Step" }).click();
    await page.waitForFunction(() => document.querySelector("#panel-gohome dd data")?.textContent === "4");
    await close();
  });

  it.each(["gohome", "through-time", "text"])(
    "fits a phone of 320, from its first frame: %s",
    async (tab) => {
      const { page, close } = await site.open(`#${tab}`, { viewport: { width: 320, height: 700 } });
      await page.addInitScript(() => {
        const look = () => {
          widest = Math.max(widest, document.documentElement.scrollWidth);
          Object.assign(globalThis, { widest });
          requestAnimationFrame(look);
        };
        let widest = 0;
        requestAnimationFrame(look);
      });
      await page.reload();
      await page.locator(`#panel-${tab}`).waitFor();
      const outside = await page.evaluate(() =>
        [...document.querySelectorAll("section input, section select, section textarea, section button")]
          .filter((control) => control.checkVisibility())
          .filter((control) => {
            const card = control.closest("section")!.getBoundingClientRect();
            return control.getBoundingClientRect().right > card.right;
          })
          .map((control) => control.outerHTML),
      );
      expect(outside).toEqual([]);
      await page.waitForTimeout(300); // all measuring and drawing is finished
      expect(await page.evaluate(() => (globalThis as unknown as { widest: number }).widest)).toBe(320);
      await close();
    },
  );

  it.each(["light", "dark"] as const)("axe finds nothing serious, %s", async (colorScheme) => {
    for (const tab of ["gohome", "through-time", "text"]) {
      const { page, close } = await site.open(`#${tab}`, { colorScheme });
      await page.getByRole("tabpanel").waitFor();
      expect(await seriousFindings(page), tab).toEqual([]);
      await close();
    }
  });
});

testGohome(() => site);
testThroughTime(() => site);
testText(() => site);
testLooks(() => site);
